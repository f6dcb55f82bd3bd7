"""Tagging from end to end: one command from a file of tagged sentences to a model that answers."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from bptt import data, experiment, models, tasks, training
from bptt.batches import make
from bptt.bundle import Bundle
from bptt.data import bio
from bptt.data.reading import TAGGED
from bptt.data.targets import Tags
from bptt.evaluation import Predictor
from bptt.record import Run
from tests.commands import Bptt, bptt, run_bptt
from tests.tasks.tagged import columns, needs_real, real_sentences

__all__ = ["bptt"]
SMALL = (
    *("--training.epochs", "4", "--training.batch_size", "16", "--model.units", "[24]", "--model.embedding_width", "24"),
    *("--text.bucket_edges", "[]", "--training.learning_rate", "0.02", "--training.explained", "0"),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tag")
    (folder / "train.conll").write_text(columns(real_sentences(160)), encoding="utf-8")
    done = run_bptt("train", "train.conll", "--run", "run", *SMALL, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert b"entities: F1" in done.stdout
    return folder


@needs_real
def test_from_a_file_to_scores_and_a_page(trained: Path) -> None:
    config = (trained / "run" / "config.toml").read_text()
    assert 'task = "tag"' in config
    known = {tag for sentence in real_sentences(160) for _token, tag in sentence}
    others = [one for one in real_sentences(60, "dev") if all(tag in known for _token, tag in one)]
    (trained / "dev.conll").write_text(columns(others), encoding="utf-8")
    done = run_bptt("evaluate", "run", "dev.conll", "--json", cwd=trained)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found["rows"] == len(others) >= 20
    assert 0.75 < found["accuracy"] < 1
    assert found["f1"] == pytest.approx(2 / (1 / found["precision"] + 1 / found["recall"]))
    assert found["f1"] > 0.1, "it has learned something"
    page = (trained / "run" / "report.html").read_text()
    assert "Each type of entity" in page


@needs_real
def test_answers_are_the_same_in_a_new_process_alone_and_in_any_batch(trained: Path) -> None:
    rows = [[token for token, _tag in sentence] for sentence in real_sentences(16, "dev")]
    judge = experiment.predictor(trained / "run")
    together = experiment.predict(judge, rows)
    assert together == [experiment.predict(judge, [row])[0] for row in rows]
    lines = "".join(json.dumps({"tokens": row}) + "\n" for row in rows)
    done = run_bptt("predict", "run", "-", stdin=lines.encode(), cwd=trained)
    assert [json.loads(line)["tags"] for line in done.stdout.splitlines()] == [one.tags for one in together]
    for row, one in zip(rows, together, strict=True):
        assert (one.tokens, len(one.tags)) == (row, len(row))
        before = [bio.OUTSIDE, *one.tags]
        assert all(bio.may_follow(tag, last) for last, tag in zip(before, one.tags, strict=False)), "legal as a sequence"
        assert [entity["text"] for entity in one.entities] == [
            " ".join(row[entity["start"] : entity["end"] + 1]) for entity in one.entities
        ]
    assert any(one.entities for one in together)


@needs_real
def test_a_text_is_split_into_words_and_no_row_is_cut(trained: Path) -> None:
    judge = experiment.predictor(trained / "run")
    [told, empty] = experiment.predict(judge, ["Bệnh_nhân 91, ở Hà_Nội.", ""])
    assert told.tokens == ["Bệnh_nhân", "91", ",", "ở", "Hà_Nội", "."]
    assert (empty.tokens, empty.tags, empty.entities) == ([], [], [])
    [long] = experiment.predict(judge, [["Hà_Nội"] * 1000])  # text.max_length is 400
    assert len(long.tags) == 1000


@needs_real
@pytest.mark.parametrize("crf", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_it_learns_32_sentences_by_heart(crf: bool, tmp_path: Path) -> None:
    sentences = real_sentences(32)
    tokens, labels = ([tuple(pair[at] for pair in one) for one in sentences] for at in (0, 1))
    names = TAGGED.names("32", labels)
    rows = data.Dataset(tokens, Tags.of(labels, names), [str(row) for row in range(32)])
    text, config = (
        data.TextConfig(min_count=1, bucket_edges=()),
        models.ModelConfig(cell="lstm", units=(32,), crf=crf, dropout=0.1),
    )
    task = tasks.named("tag")
    encoder, encoded = data.fit_encode(tokens, text)
    learned = make(rows, encoded, text, 8, 0, shuffle=True)
    keras.utils.set_random_seed(0)
    inputs, head = models.inputs_of(encoder, mask=True), task.head(names, config)
    model = models.build(config.model_copy(update={"embedding_dropout": 0.0}), inputs, head)
    assert model.count_params() == models.size.parameters(config, inputs, head)
    how = training.TrainingConfig(epochs=30, learning_rate=0.01, early_stopping=0, reduce_lr_patience=0)
    bundle = Bundle({}, names, encoder.to_json(), {}, 0)
    training.fit(model, head, learned, learned, how, Run.create(tmp_path / "run", {}), training.Silence(), bundle)
    judge = Predictor(model, encoder, text, head, names, task.reading.asked, task.answer)
    scores = task.score(judge.answers(tokens), rows, model, None)
    assert scores.f1 > 0.97
    last = Run(tmp_path / "run").metrics()[-2]
    assert last["val_accuracy"] == pytest.approx(scores.accuracy, abs=0.02), "the figure beside the loss is that of the answers"
    wrong = data.Dataset(tokens, Tags(data.Ragged(np.zeros_like(rows.targets.values.steps), encoded.starts), names), rows.origins)
    assert task.score(judge.answers(tokens), wrong, model, None).f1 == 0, "and they are answers to these tags"


GOOD = "Hà_Nội B-PLACE\nđẹp O\n\n" * 20
BAD = {
    "a line without a tag": ("a.conll", "Hà_Nội B-PLACE\nđẹp\n\n" + GOOD, "a.conll:2 has no tag"),
    "not legal BIO": ("a.conll", "Hà_Nội I-PLACE\nđẹp O\n\n" + GOOD, 'a.conll:1 has the tag "I-PLACE" behind "O"'),
    "tokens and tags of different count": (
        "a.jsonl",
        '{"tokens": ["a", "b"], "tags": ["O"]}\n' + '{"tokens": ["a", "b"], "tags": ["O", "B-X"]}\n' * 9,
        "a.jsonl:1 has 2 tokens and 1 tags",
    ),
    "one tag": ("a.conll", "a O\nb O\n\nc O\n", 'has a single tag, "O"'),
    "empty": ("a.conll", "", "is empty"),
    "columns named": ("a.conll", GOOD, "--text"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_told_by_their_line_and_leave_nothing(bptt: Bptt, tmp_path: Path, name: str) -> None:
    file, content, message = BAD[name]
    (tmp_path / file).write_text(content, encoding="utf-8")
    more = ("--text", "x", "--task", "tag") if name == "columns named" else ("--data.allow_rejects", "0")
    done = bptt("train", file, "--run", "run", *SMALL, *more)
    assert (done.returncode, "Traceback" in done.stderr.decode()) == (2, False)
    assert message in done.stderr.decode()
    assert not (tmp_path / "run").exists()


@needs_real
def test_a_tag_never_learned_is_refused_by_name(trained: Path) -> None:
    (trained / "new.conll").write_text("Hà_Nội B-PLANET\n", encoding="utf-8")
    done = run_bptt("evaluate", "run", "new.conll", cwd=trained)
    assert done.returncode == 2
    assert b'new.conll:1 has the label "B-PLANET"' in done.stderr


@needs_real
def test_a_model_of_texts_does_not_take_tokens(bptt: Bptt, trained: Path) -> None:
    done = bptt("predict", trained / "run", "-", stdin=b'{"tokens": [1, 2]}\n{"nothing": 1}\n')
    assert done.returncode == 2
    assert [json.loads(line)["error"] for line in done.stdout.splitlines()] == ["data.kind", "predict.no-text"]
