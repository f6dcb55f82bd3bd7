"""The built-in imdb: found where it is, else downloaded from a server that may break off, lie or not be there."""

import hashlib
import os
import pty
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bptt import data
from bptt.data import DataConfig, sources
from bptt.data.reading import ONE_CLASS
from bptt.data.sources import download, imdb
from bptt.errors import DataError
from tests.commands import run_bptt
from tests.data.http_home import Home, serving
from tests.data.test_folders import archive

FETCH = "import sys; from bptt.data.sources import download; print(download.fetch(*sys.argv[1:]))"


def members() -> dict[str, bytes]:
    """The published archive in small: 8 + 4 reviews, 3 unlabelled, lists of addresses. Incompressible, so that it has a size."""
    draw = random.Random(0)

    def review(number: int) -> bytes:
        return " ".join(f"{draw.getrandbits(64):x}" for _word in range(1500)).encode() + b" %d" % number

    folders = {"train": {"neg": 4, "pos": 4, "unsup": 3}, "test": {"neg": 2, "pos": 2}}
    tree = {
        f"aclImdb/{part}/{label}/{number}_7.txt": review(number)
        for part, labels in folders.items()
        for label, count in labels.items()
        for number in range(count)
    }
    return tree | {"aclImdb/README": b"read me", "aclImdb/train/urls_pos.txt": b"u", "aclImdb/test/urls_neg.txt": b"u"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return Path(archive(tmp_path_factory.mktemp("published"), "a.tar.gz", members())).read_bytes()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no BPTT_DATA."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("BPTT_DATA", raising=False)
    monkeypatch.setattr(download, "PAUSE", 0.01)
    return tmp_path / "cache" / "bptt"


@pytest.fixture
def home(published: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A server that `imdb` takes for the data's own."""
    with serving(Home(published)) as served:
        monkeypatch.setattr(imdb, "ADDRESS", served.address)
        monkeypatch.setattr(imdb, "MD5", hashlib.md5(published).hexdigest())
        yield served


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_downloaded_once(home: Home, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    splits = data.load(data.DataConfig(source="imdb"))
    told = capfd.readouterr().err
    assert f"from {home.address} into {cache}" in told
    size = f"{len(home.content) / 1e6:,.1f}"
    assert f"{size} of {size} MB" in told
    assert splits.test is not None
    texts = {
        part: {content.decode() for name, content in members().items() if f"/{part}/" in name and "_7" in name}
        for part in ("train", "test")
    }
    assert set(splits.test.inputs) == texts["test"]
    unsup = {content.decode() for name, content in members().items() if "unsup" in name}
    assert set(splits.train.inputs) | set(splits.validation.inputs) == texts["train"] - unsup
    notes = "\n".join(splits.notes)
    assert str(cache / "aclImdb_v1.tar.gz") in notes
    assert 'left out 3 texts in "unsup"' in notes
    assert "left out 3 files" in notes
    data.load(data.DataConfig(source="imdb"))
    assert home.asked == [None], "the second time it is read from the cache"
    assert names(cache) == ["aclImdb_v1.tar.gz"]


def test_what_breaks_off_goes_on_where_it_stopped(home: Home, cache: Path) -> None:
    home.breaks = [50_000, 40_000]
    imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    pieces = [count // download.PIECE * download.PIECE for count in home.breaks]  # a piece that breaks off is lost
    assert home.asked == [None, f"bytes={pieces[0]}-", f"bytes={sum(pieces)}-"]
    assert (cache / "aclImdb_v1.tar.gz").read_bytes() == home.content


def test_a_server_that_cannot_begin_in_the_middle_sends_all_of_it(home: Home, cache: Path) -> None:
    home.breaks, home.ranges = [50_000], False
    imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert home.asked[1:] == [f"bytes={50_000 // download.PIECE * download.PIECE}-"]
    assert (cache / "aclImdb_v1.tar.gz").read_bytes() == home.content


def test_a_killed_download_goes_on_in_the_next_process(home: Home, cache: Path) -> None:
    home.breaks, home.stall = [70_000], True
    command = [sys.executable, "-c", FETCH, home.address, hashlib.md5(home.content).hexdigest(), "a.tar.gz"]
    part = cache / "a.tar.gz.part"
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size >= 65_536) and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    there = part.stat().st_size
    assert 0 < there <= 70_000
    terminal, its_end = pty.openpty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=its_end, text=True, check=True, timeout=60)
    os.close(its_end)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    assert "━" in shown and f"{len(home.content) / 1000:.1f}/{len(home.content) / 1000:.1f} kB" in shown, "a bar, full at the end"
    assert Path(done.stdout.strip()).read_bytes() == home.content
    assert home.asked == [None, f"bytes={there}-"]
    assert not part.exists()


def test_a_part_that_is_whole_already_is_only_checked(home: Home, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "aclImdb_v1.tar.gz.part").write_bytes(home.content)
    imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert home.asked == [f"bytes={len(home.content)}-"]
    assert names(cache) == ["aclImdb_v1.tar.gz"]


def test_another_file_than_the_published_one_is_not_kept(home: Home, cache: Path) -> None:
    good = home.content
    home.content = good[:-1] + bytes([good[-1] ^ 1])
    with pytest.raises(DataError, match=imdb.MD5) as caught:
        imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert caught.value.code == "data.download-sum"
    assert str(cache) in str(caught.value)
    assert names(cache) == []
    home.content = good
    assert len(imdb.read(DataConfig(source="imdb"), ONE_CLASS).training.inputs) == 8, "the next try begins anew"


def test_a_server_that_keeps_breaking_off_is_given_up(home: Home, cache: Path) -> None:
    home.breaks = [80_000, *([0] * 10)]
    with pytest.raises(DataError, match=r"broke off.*after the 0\.1 MB") as caught:
        imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert caught.value.code == "data.download"
    assert len(home.asked) == 2
    assert names(cache) == ["aclImdb_v1.tar.gz.part"]


def test_a_server_without_the_file(home: Home, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imdb, "ADDRESS", home.address.replace(".tar.gz", ".zip"))
    with pytest.raises(DataError, match="the server answers 404"):
        imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert names(cache) == []


def test_a_wrong_file_in_the_cache_is_said_where_no_other_can_be_had(
    home: Home, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(parents=True)
    (cache / "aclImdb_v1.tar.gz").write_bytes(b"mine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and never listens
        monkeypatch.setattr(imdb, "ADDRESS", f"http://127.0.0.1:{free.getsockname()[1]}/a.tar.gz")
        with pytest.raises(DataError, match=f"no connection.*is another: its MD5 is not {imdb.MD5}"):
            imdb.read(DataConfig(source="imdb"), ONE_CLASS)
    assert (cache / "aclImdb_v1.tar.gz").read_bytes() == b"mine"


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # where nobody answers
    result = run_bptt("train", "imdb", cwd=tmp_path)
    told = result.stderr.decode()
    assert result.returncode == 2
    assert "Traceback" not in told
    assert "(data.download): " in told.splitlines()[-1]
    for word in (imdb.ADDRESS, "by hand", str(cache)):
        assert word in told.splitlines()[-1]
    assert not (tmp_path / "runs").exists()


def test_bptt_data_comes_first_and_the_training_part_alone_is_said(
    home: Home, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPTT_DATA", str(tmp_path))
    archive(tmp_path, imdb.TRAINING, {name: content for name, content in members().items() if "/train/" in name})
    splits = data.load(data.DataConfig(source="imdb"))
    assert (splits.test, len(splits.train) + len(splits.validation), home.asked) == (None, 8, [])
    assert str(tmp_path / imdb.TRAINING) in splits.notes[0]
    assert "the training part alone: validation rows are held out of it, and there are no test rows" in splits.notes[0]
    (tmp_path / imdb.WHOLE).write_bytes(home.content)
    assert data.load(data.DataConfig(source="imdb")).test is not None


def test_the_real_reviews() -> None:
    if not Path(os.environ.get("BPTT_DATA", ""), imdb.TRAINING).is_file():
        pytest.skip("BPTT_DATA is not set to a folder with aclImdb_train.tar.gz")
    rows = sources.read(DataConfig(source="imdb"), ONE_CLASS).training
    assert (rows.labels.count("neg"), rows.labels.count("pos")) == (12_498, 12_498)
