"""What the page says is what the run's files say."""

import pytest

from bptt import report
from bptt.data.config import TextConfig
from bptt.errors import ModelFileError
from bptt.evaluation.classes import Scores
from bptt.record import DATA, ENVIRONMENT, METRICS, MODEL_TABLE, SCORES
from bptt.report import ClassesView

MEGABYTE = 1_000_000


def table(page, name):
    """Head and rows of the table whose caption has the id `name`."""
    [found] = [node for node in page.all("table") if name in [inner.attributes.get("id") for inner in node]]
    return found.all("thead")[0].rows()[0] if found.all("thead") else [], found.all("tbody")[0].rows()


def test_the_verdict_comes_first_and_compares_with_the_majority(make, page_of):
    run = make(classes=("neg", "pos"), rows=61, skill=3.0)
    scores = run.read_json(SCORES, dict[str, Scores])["validation"]
    name, baseline = scores.majority()
    page = page_of(run)
    headline = page.all("main")[0].all("h2")[0]
    assert headline.text.replace(" ", "") == (
        f"Accuracy{scores.accuracy:.4f}onthevalidationpart,wherealwaysanswering“{name}”gives{baseline:.4f}"
    )
    tiles = {div.all("dt")[0].text: div.all("dd")[0].text for div in page.all("dl", **{"class": "tiles"})[0].all("div")}
    assert tiles["Accuracy"] == f"{scores.accuracy:.4f} {scores.rows} validation rows"
    assert tiles["Majority class"] == f"{baseline:.4f} the model: {scores.accuracy - baseline:+.4f}"
    assert tiles["Macro F1"].startswith(f"{scores.macro_f1:.4f} ")
    assert tiles["Weighted F1"].startswith(f"{scores.weighted_f1:.4f} ")
    assert tiles["Best epoch"] == f"4 of 7 val_loss {run.metrics()[4]['val_loss']:.4f}"
    assert tiles["Training time"].startswith("2 min 05 s")
    assert "Stopped early after epoch 7 of 12: val_loss was best at epoch 4." in page.text


def test_a_model_no_better_than_the_majority_is_called_so(make, page_of):
    run = make(skill=-9.0)
    assert "no better than always answering" in page_of(run).all("h2")[0].text


def test_the_test_part_outranks_validation(make, page_of):
    page = page_of(make(test=True))
    assert "on the test part" in page.all("h2")[0].text
    assert [node.text for node in page.all("h2") if "Answers" in node.text] == [
        "Answers on the test part",
        "Answers on the validation part",
    ]
    assert "chose the best epoch" not in page.text
    assert "chose the best epoch" in page_of(make("other")).text


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        ([{"event": "end", "best_epoch": 4, "seconds": 1}], "Trained to the end: epoch 7 of 12."),
        ([{"event": "stop", "reason": "not finite", "epoch": 8, "batch": 12}], "the loss is not finite in epoch 8, batch 12."),
        ([{"event": "stop", "reason": "not finite", "epoch": 8, "batch": 0}], "the validation loss is not finite after epoch 8."),
        ([], "interrupted, or still goes on. Epochs so far: 7."),
    ],
)
def test_how_the_run_ended(make, page_of, ending, sentence):
    assert sentence in page_of(make(ending=ending)).text


@pytest.mark.parametrize(("monitor", "best"), [("val_loss", 4), ("val_accuracy", 2)])
def test_the_best_epoch_follows_the_monitor_and_of_equals_is_the_first(make, page_of, epochs, monitor, best):
    rows = epochs(5)
    for row, accuracy in zip(rows, [0.5, 0.9, 0.7, 0.6, 0.9], strict=True):
        row["val_accuracy"] = accuracy
    page = page_of(make(events=rows, config=[("training.monitor", monitor)]))
    assert f"Best epoch {best} of 5" in page.text


def test_each_class_as_in_the_scores(make, page_of):
    run = make(classes=("a", "b", "c"), rows=90)
    scores = run.read_json(SCORES, dict[str, Scores])["validation"]
    head, rows = table(page_of(run), "validation-classes")
    assert head == ["Class", "Precision", "Recall", "F1", "Rows", "Answered"]
    assert rows == [
        [name, f"{one['precision']:.4f}", f"{one['recall']:.4f}", f"{one['f1']:.4f}", str(one["support"]), str(one["predicted"])]
        for name, one in scores.per_class.items()
    ]


def test_the_confusion_matrix_as_in_the_scores(make, page_of):
    run = make(classes=("a", "b", "c"), rows=90)
    confusion = run.read_json(SCORES)["validation"]["confusion"]
    page = page_of(run)
    head, rows = table(page, "validation-matrix")
    assert head[1:] == ["a", "b", "c"]
    assert rows == [[name, *map(str, counts)] for name, counts in zip("abc", confusion, strict=True)]
    cells = page.all("table", **{"class": "matrix"})[0].all("tbody")[0].all("td")
    shades = [int(cell.attributes.get("data-share", 0)) for cell in cells]
    shares = [count / sum(counts) for counts in confusion for count in counts]
    assert all(8 * share <= shade < 8 * share + 1 for shade, share in zip(shades, shares, strict=True))
    assert [index for index, cell in enumerate(cells) if "right" in cell.attributes["class"]] == [0, 4, 8]


def test_the_worst_mistakes_as_in_the_scores(make, page_of):
    run = make(rows=90, text="so it goes. " * 60, skill=-1.0)
    mistakes = run.read_json(SCORES)["validation"]["mistakes"]
    entries = page_of(run).all("ol", **{"class": "mistakes"})[0].all("li")
    assert len(entries) == len(mistakes) == 10
    for entry, mistake in zip(entries, mistakes, strict=True):
        said = entry.all("p")[0].text.replace(" ", "")
        answer = f"Answered“{mistake['predicted']}”withprobability{mistake['probability']:.4f};itis“{mistake['label']}”."
        assert said == answer + mistake["origin"]
        [whole] = entry.all("blockquote", **{"class": "whole"})
        assert whole.text == " ".join(mistake["text"].split())


def test_every_epoch_as_in_the_metrics(make, page_of):
    run = make()
    _head, rows = table(page_of(run), "epochs")
    events = [event for event in run.metrics() if event["event"] == "epoch"]
    assert rows == [
        [str(row["epoch"])]
        + [f"{row[key]:.4f}" for key in ("loss", "val_loss", "accuracy", "val_accuracy")]
        + [f"{row['learning_rate']:g}", "12.35" if row["seconds"] == 12.345 else "", "1.5", f"{row['tokens_per_second']:,}"]
        for row in events
    ]


def test_the_models_table(make, page_of):
    page = page_of(make())
    head, rows = table(page, "layers")
    assert head == ["Layer", "Output shape", "Parameters", "Kernel", "Why"]
    assert rows[0] == ["ids InputLayer", "(B, T)", "0", "Keras", "one of Keras's own layers"]
    assert rows[2] == ["both_1 Bidirectional", "(B, T, 128)", "16,512", "native", "compiled for x86-64-v4"]
    assert rows[3] == ["recurrent_2 SimpleRNN", "(B, 32)", "5,152", "scan", "the native kernel has no activation gelu"]
    assert "Total 1,301,730 1,301,000 of them trainable" in page.text


def test_the_facts_of_the_data(make, page_of):
    run = make(test=True)
    data = run.read_json(DATA)
    page = page_of(run)
    head, rows = table(page, "parts")
    assert head == ["Class", "training", "validation", "test"]
    assert rows == [[name, *(str(part[name]) for part in data["rows_per_class"].values())] for name in data["classes"]]
    facts = {row[0]: row[1:] for row in table(page, "measured")[1]}
    parts = data["batches"].values()
    assert facts["Share of texts cut at max_length"] == [f"{part['share_truncated']:.4f}" for part in parts]
    assert facts["Share of words not in the vocabulary"] == [f"{part['share_unknown']:.4f}" for part in parts]
    assert facts["Median length, in words"] == [f"{part['length_quantiles']['0.5']:.0f}" for part in parts]
    assert facts["Length that 95 % of texts stay within, in words"] == [
        f"{part['length_quantiles']['0.95']:.0f}" for part in parts
    ]
    source = dict(table(page, "source")[1])
    assert source["Vocabulary, padding and unknown word included"] == str(data["vocabulary_size"])
    assert source["SHA-256 of the training part"] == data["fingerprint"]["train"]


def test_settings_that_were_changed_stand_apart_from_defaults(make, page_of):
    page = page_of(make(config=[("text.max_length", 123), ("model.units", (64,))]))
    _head, changed = table(page, "changed")
    keys = {row[0]: row[1:] for row in changed}
    assert keys["text.max_length"] == ["123", "400", TextConfig.model_fields["max_length"].description]
    assert set(keys) == {"data.source", "data.text", "data.label", "text.max_length"}
    unchanged = {row[0]: row[1:3] for row in table(page, "unchanged")[1]}
    assert unchanged["model.units"] == ["[64]", "[64]"]
    assert not set(keys) & set(unchanged)


def test_the_environment(make, page_of):
    run = make()
    environment = run.read_json(ENVIRONMENT)
    page = page_of(run)
    rows = dict(table(page, "machine")[1])
    assert rows["versions.keras"] == environment["versions"]["keras"]
    assert "command" not in rows
    [command] = page.all("pre", **{"class": "command"})
    assert command.text == " ".join(environment["command"].split())


@pytest.mark.parametrize("missing", [SCORES, MODEL_TABLE, DATA])
def test_what_a_run_cut_short_lacks_is_said(make, page_of, missing):
    text = page_of(make(leave_out=[missing], ending=[])).text
    assert "This run has no scores" in text if missing == SCORES else f"This run has no {missing}" in text


def test_a_run_killed_before_its_first_epoch(make, page_of):
    run = make(events=[], ending=[], leave_out=[SCORES, MODEL_TABLE, DATA])
    (run.path / METRICS).unlink()
    (run.path / ENVIRONMENT).unlink()
    text = page_of(run).text
    assert "This run has no scores" in text
    assert "No epoch was finished" in text
    assert "This run has no environment.json" in text


def test_a_damaged_file_is_refused_and_leaves_the_old_page(make):
    run = make()
    path = report.write(run, ClassesView())
    before = path.read_bytes()
    (run.path / SCORES).write_text('{"validation": {"rows"')
    with pytest.raises(ModelFileError, match=r"scores\.json is damaged"):
        report.write(run, ClassesView())
    assert path.read_bytes() == before


def test_many_classes_long_names_and_long_texts_stay_under_a_megabyte(make, page_of, epochs):
    worst = "\u202e" * 2_100  # each shown by its number: the longest that a character can become
    names = [f"{number} {worst}" for number in range(300)]
    run = make(classes=names, rows=900, text=worst, origin=worst[:200], test=True, events=epochs(600))
    scores = run.read_json(SCORES)
    for mistake in scores["validation"]["mistakes"] + scores["test"]["mistakes"]:
        mistake |= {"words": [worst] * 400, "effects": [1.0, -1.0] * 200}
    run.write_json(SCORES, scores)
    page = page_of(run)
    assert (run.path / "report.html").stat().st_size < MEGABYTE
    assert len(table(page, "test-matrix")[1]) == 50
    assert len(table(page, "test-classes")[1]) == 100
    assert "The 50 classes with the most mistakes, of 300" in page.text
    assert "The 100 classes with the lowest F1, of 300" in page.text
    assert "The last 500 of 600 epochs" in page.text
