"""Where a run is not what the doctor and the healer usually meet."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from bptt import experiment, healing
from bptt.config import Config
from bptt.diagnosis import Case
from bptt.errors import ModelFileError
from bptt.evaluation import classes
from bptt.record import DATA, MODEL, REPORT, Run
from tests.diagnosis.patient import dataset, epochs

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


def judged(right: int, seconds: float = 1.0) -> Case:
    """A run with that many right of 100 rows, of which 60 are of one class."""
    labels = [1] * 60 + [0] * 40
    told = [label if row < right else 1 - label for row, label in enumerate(labels)]
    scores = classes.score(np.eye(2)[told], dataset([str(row) for row in range(100)], labels))
    events = [{**one, "seconds": seconds} if one["event"] == "epoch" else one for one in epochs([0.5], [0.5])]
    return Case(CONFIG, events, scores={"validation": scores})


def test_skill_is_how_far_a_run_is_from_always_saying_the_same() -> None:
    assert judged(100).skill == 1
    assert judged(60).skill == pytest.approx(0)
    assert judged(80).skill == pytest.approx(0.5)


def test_what_counts_as_help() -> None:
    better, same, worse = judged(90), judged(80), judged(70)
    assert healing.helped("overfitting", same, better, ["overfitting"]), "it answers better, whatever is still found"
    assert healing.helped("overfitting", same, judged(80), []), "as well, without what was found"
    assert not healing.helped("overfitting", same, judged(80), ["overfitting"])
    assert not healing.helped("overfitting", same, worse, [])
    assert healing.helped("padding_waste", same, judged(80, seconds=0.5), ["padding_waste"]), "faster"
    assert not healing.helped("padding_waste", same, judged(80, seconds=2.0), [])
