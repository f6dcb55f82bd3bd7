"""Where a run is not what the doctor and the healer usually meet."""

import importlib
from pathlib import Path

import pytest

from bptt import experiment, healing
from bptt.config import Config
from bptt.errors import ModelFileError
from bptt.record import DATA, MODEL, REPORT, Run

CONFIG = Config.parse({"data": {"source": "reviews.csv", "task": "classify"}})


def test_a_run_without_its_data_is_told(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", CONFIG.model_dump())
    with pytest.raises(ModelFileError, match=DATA):
        experiment.diagnose(run.path)


def test_the_working_folder_has_a_place_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiment, "train", lambda _config, path, _progress: seen.append(path))
    monkeypatch.setattr(healing, "mend", lambda path, _progress: seen.append(path.with_name("beside")))
    healing.train(CONFIG, Path())
    assert seen == [tmp_path, tmp_path.with_name("beside")]


def test_ctrl_c_while_healing_says_that_the_first_run_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_config: Config, path: Path, _progress: object) -> None:
        for name in (REPORT, MODEL):
            path.mkdir(exist_ok=True)
            (path / name).touch()
        raise KeyboardInterrupt

    command = importlib.import_module("bptt.cli.train")
    monkeypatch.setattr(command, "configuration", lambda *_given: CONFIG)
    monkeypatch.setattr(healing, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command.run("reviews.csv", {}, {}, tmp_path / "run", "plain", heal=True)
    assert "the run before it is complete" in capsys.readouterr().err
