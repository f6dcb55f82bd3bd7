"""The verbs as functions: a run is whole, repeats to the bit, and answers from its file as it did when it was trained."""

from pathlib import Path

import pytest

from bptt import data, experiment
from bptt.config import read_toml
from bptt.errors import ConfigError, DataError, ModelFileError
from bptt.evaluation import classes, words
from bptt.evaluation.rivals import load_rivals
from bptt.record import BASELINES, MODEL, SCORES, Run
from tests.commands import write_reviews

SMALL = {
    "text": {"max_length": 16, "bucket_edges": (), "min_count": 1},
    "model": {"units": (6,), "embedding_width": 8},
}


def config(folder: Path, seed: int = 0) -> experiment.Config:
    source = {"source": str(folder / "reviews.csv"), "text": "review", "label": "score"}
    training = {"epochs": 2, "batch_size": 40, "learning_rate": 0.02, "seed": seed, "explained": 0}
    return experiment.Config.parse(SMALL | {"data": source, "training": training})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("experiment")
    write_reviews(folder / "reviews.csv")
    return experiment.train(config(folder), folder / "run")


def test_the_file_answers_as_the_model_did(run: Run) -> None:
    """The scores were taken from the model in memory; here the same rows are answered from model.safetensors."""
    held_out = data.load(config(run.path.parent).data).validation
    judge, rivals = experiment.predictor(run.path), load_rivals(run.path / BASELINES)
    scores = words.explain(judge, classes.score(judge.answers(held_out.inputs), held_out, rivals))
    assert scores.to_dict() == run.read_json(SCORES)["validation"]


def test_a_run_repeats_to_the_bit_and_another_seed_does_not(run: Run, tmp_path: Path) -> None:
    same = config(run.path.parent)
    unnamed = same.model_copy(update={"data": same.data.model_copy(update={"text": None, "label": None})})
    with pytest.warns(UserWarning, match='"review" as the text and "score" as the label'):
        again = experiment.train(unnamed, tmp_path / "again")
    other = experiment.train(config(run.path.parent, seed=1), tmp_path / "other")
    assert (again.path / MODEL).read_bytes() == (run.path / MODEL).read_bytes()
    assert (other.path / MODEL).read_bytes() != (run.path / MODEL).read_bytes()


def test_answers_are_the_most_probable_class(run: Run) -> None:
    texts = ["lovely tea", "awful tea", ""]
    judge = experiment.predictor(run.path)
    answers = experiment.predict(judge, texts)
    for answer, row in zip(answers, judge.answers(texts), strict=True):
        assert answer.probability == row.max()
        assert answer.label == judge.classes[row.argmax()]
    assert experiment.predict(run.path, texts) == answers
    assert experiment.predict(judge, []) == []


def test_the_run_tells_of_its_data(run: Run) -> None:
    facts = run.read_json("data.json")
    assert facts["classes"] == ["bad", "good"]
    assert facts["rows"] == {"train": 160, "validation": 40}
    assert facts["vocabulary_size"] == len(experiment.predictor(run.path).encoder)
    assert facts["batches"]["train"]["rows"] == 160
    layers = {layer["name"]: layer for layer in run.read_json("model.json")["layers"]}
    assert layers["both_1"]["kernel"]


def test_init_guesses_the_columns_and_trains_as_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(experiment.init(str(run.path.parent / "reviews.csv")))
    guessed = experiment.Config.parse(read_toml(path))
    assert (guessed.data.text, guessed.data.label) == ("review", "score")
    assert guessed.training == experiment.Config().training


def test_what_cannot_be_done_is_refused_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        experiment.train(experiment.Config.parse({"data": {"source": str(tmp_path / "none.csv")}}), tmp_path / "new")
    with pytest.raises(ConfigError):
        experiment.Config.parse({"training": {"epochs": -1}})
    with pytest.raises(ModelFileError):
        experiment.train(config(run.path.parent), run.path)
    with pytest.raises(ModelFileError):
        experiment.report(tmp_path)
    assert list(tmp_path.iterdir()) == []
