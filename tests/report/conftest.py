"""Run folders as training leaves them, made from literals (nothing is trained here), and their pages as trees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest

from bptt import batches, report
from bptt.config import Config
from bptt.data import Dataset, TextConfig, Vocabulary
from bptt.data.splits import split
from bptt.data.targets import Classes
from bptt.evaluation.classes import score
from bptt.explaining import Told
from bptt.explaining.explanation import Effects, Explanation, Neighbour, Picture
from bptt.record import DATA, EXPLAINED, HORIZON, MICROSCOPE, MODEL_TABLE, SCORES, Run
from bptt.report import ClassesView

KEYS = ("name", "kind", "output_shape", "parameters", "kernel", "reason")
LAYERS = [
    ("ids", "InputLayer", [None, None], 0, "keras", ""),
    ("embedding", "Embedding", [None, None, 64], 1_280_000, "native", "read together with the layer that follows"),
    ("both_1", "Bidirectional", [None, None, 128], 16_512, "native", "compiled for x86-64-v4"),
    ("recurrent_2", "SimpleRNN", [None, 32], 5_152, "scan", "the native kernel has no activation gelu"),
    ("head", "Dense", [None, 2], 66, "keras", ""),
]
MODEL = {"layers": [dict(zip(KEYS, layer, strict=True)) for layer in LAYERS], "parameters": 1_301_730, "trainable": 1_301_000}
START = {"event": "start", "parameters": 1_301_730, "batches": 10, "epochs": 12}
ENDING = [{"event": "stop", "reason": "early stopping", "epoch": 7}, {"event": "end", "best_epoch": 4, "seconds": 125.4}]


def epoch_events(count):
    """A run that learns, then learns by heart: its validation loss is lowest at epoch 4."""
    at = np.arange(1, count + 1)
    losses, val_losses = 0.7 * np.exp(-at / 3), 0.3 + 0.35 * np.exp(-at / 1.5) + 0.012 * at
    common = {"event": "epoch", "seconds": 12.345, "compile_seconds": 1.5}
    return [
        common
        | {"epoch": int(epoch), "loss": float(loss), "accuracy": float(1 - loss / 2), "val_loss": float(val)}
        | {"val_accuracy": float(1 / (1 + val / 1.8)), "learning_rate": 0.001 if epoch < 5 else 0.0005}
        | {"tokens_per_second": 350_000 + 1_000 * int(epoch)}
        for epoch, loss, val in zip(at, losses, val_losses, strict=True)
    ]


def dataset(classes, rows, text, origin):
    texts = [f"{text} number {row}" for row in range(rows)]
    labels = (np.arange(rows) % len(classes)).astype(np.int32)
    return Dataset(texts, Classes(labels, tuple(classes)), [f"{origin}:{row + 2}" for row in range(rows)])


def answers(part, skill):
    """Probabilities (N, K) that favour the true class the more, the larger `skill`."""
    logits = np.random.default_rng(0).normal(size=(len(part), len(part.classes)))
    logits[np.arange(len(part)), part.targets.values] += skill
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def make_run(
    path, classes=("neg", "pos"), rows=60, text="a film of few words", origin="reviews.csv", events=None, ending=ENDING,
    test=False, config=(), skill=1.0, leave_out=(),
):  # fmt: skip
    """A run in `path` with every file but those of `leave_out`."""
    values = Config().model_dump()
    values["data"] |= {"source": origin, "text": "review", "label": "score"}
    for key, value in config:
        section, name = key.split(".")
        values[section][name] = value
    run = Run.create(path, values)
    for event in [START, *(epoch_events(7) if events is None else events), *ending]:
        run.append(event)
    own_test = dataset(classes, 40, f"other words {text}", origin) if test else None
    parts = split(origin, dataset(classes, rows, text, origin), own_test, 0.4, 0)
    text_config = TextConfig(max_length=4, min_count=1)
    vocabulary = Vocabulary.fit(parts.train.inputs, text_config)
    learned = {"train": parts.train, "validation": parts.validation}
    made = {
        name: batches.make(part, vocabulary.encode(part.inputs), text_config, 8, 0, False).facts()
        for name, part in learned.items()
    }
    judged = {"validation": parts.validation} | ({"test": parts.test} if parts.test else {})
    files = {
        DATA: parts.summary() | {"vocabulary_size": len(vocabulary), "batches": made},
        MODEL_TABLE: MODEL,
        SCORES: {name: score(answers(part, skill), part).to_dict() for name, part in judged.items()},
    }
    for name, content in files.items():
        if name not in leave_out:
            run.write_json(name, content)
    return run


def explanation(words, tagged=False):
    """An explanation with each of `words` wherever a user's text can stand."""
    steps = list(range(1, len(words) + 1))
    effects = [(-0.9) ** step for step in steps]
    like = {"value": 0.75, "start": 0.25, "padding": 0.0, "gap": 0.0, "effects": effects}
    names = list(dict.fromkeys(words[:3]))
    return Explanation(
        text=words[0],
        answer={"label": words[1], "probability": 0.75},
        tokens=list(words),
        before=2,
        after=0,
        at=[] if tagged else steps,
        course={} if tagged else {name: [1 / (step + place) for step in steps] for place, name in enumerate(names)},
        tags={name: [1 / (step + place) for step in steps] for place, name in enumerate(names)} if tagged else {},
        effects=[Effects(name=name, step=place if tagged else None, **like) for place, name in enumerate(names)],
        norm=[float(step) for step in steps],
        states=Picture(steps=steps, units=[2, 1], values=[effects, effects[::-1]]),
        nearest=[] if tagged else [Neighbour(text=word, label=word, origin=word, similarity=0.5) for word in words[:5]],
        notes=list(words[:5]),
    )


def look_inside(run, names=("recurrent_1", "recurrent_2"), steps=140):
    """Probes of an LSTM and a SimpleRNN of these names, and a horizon, into `run`. The gradient falls to a half with each step
    back, and all of it to a tenth from probe to probe."""
    at = np.unique(np.linspace(0, steps - 1, min(steps, 128)).round().astype(int)).tolist()
    fading = [0.5 ** (steps - 1 - step) for step in at]
    gates = {"simple_rnn": ("state",), "lstm": ("state", "input", "forget", "candidate", "output")}
    for number in range(3):
        layers = [
            {"layer": name, "cell": cell, "units": 8, "steps": steps, "at": at, "gradient": [one * 0.1**number for one in fading],
             "state": [0.5] * len(at), "real": [64] * len(at),
             "saturated": {gate: [0.25 * (number + 1)] * len(at) for gate in gates[cell]}, "spectral_radius": 0.9}
            for name, cell in zip(names, ("lstm", "simple_rnn"), strict=True)
        ]  # fmt: skip
        weights = [{"weight": names[0], "norm": 1.0, "gradient": 0.5, "update": 0.01}]
        probe = {"epoch": 1, "batch": 1 + 50 * number, "step": 1 + 50 * number, "loss": 0.7, "learning_rate": 0.001}
        told = {"gradient_norm": 0.5, "clipped": None, "layers": layers, "weights": weights}
        run.append(probe | told | {"unmeasured": [{"layer": "scan", "reason": names[0]}]}, MICROSCOPE)
    lengths = {"median": 20.0, "p90": 90.0, "longest": steps}
    reach = {"steps_back": [1, 2, 4, 8], "gradient_share": [0.5, 0.25, 0.2, 0.05], "moved": [0.3, 0.1, 0.05, 0.01]}
    run.write_json(HORIZON, reach | {"horizon": 4, "lengths": lengths})


@dataclass
class Node:
    """An element of a page; `parts` are its texts and child elements in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    parts: list["Node | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Node"]:
        """Itself and all elements inside, in the order of the page."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part

    def all(self, tag, **attributes):
        """The elements inside with this tag and these attributes."""
        return [node for node in self if node.tag == tag and attributes.items() <= node.attributes.items()]

    def id(self, name):
        """The element with this id."""
        [found] = [node for node in self if node.attributes.get("id") == name]
        return found

    @property
    def text(self):
        """All text inside, white space as one space."""
        return " ".join("".join(part if isinstance(part, str) else f" {part.text} " for part in self.parts).split())

    def rows(self):
        """A table's rows as lists of texts."""
        return [[cell.text for cell in row if cell.tag in ("td", "th")] for row in self.all("tr")]


class Tree(HTMLParser):
    """Builds the tree; raises where an end tag does not close the element that is open."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self):
        super().__init__()
        self.open = [Node("page")]
        self.declarations = []

    def handle_decl(self, decl):
        self.declarations.append(decl)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_starttag(self, tag, attrs):
        assert len(attrs) == len(dict(attrs)), f"an attribute twice: {attrs}"
        node = Node(tag, dict(attrs))
        self.open[-1].parts.append(node)
        if tag not in self.VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].parts.append(data)


def parse(html):
    """The page as a tree."""
    tree = Tree()
    tree.feed(html)
    tree.close()
    assert tree.declarations == ["DOCTYPE html"]
    assert len(tree.open) == 1
    return tree.open[0]


@pytest.fixture
def make(tmp_path):
    """Makes a run folder: `make(name, **changes)`."""
    return lambda name="run", **changes: make_run(tmp_path / name, **changes)


@pytest.fixture
def filled(make):
    """`filled(name, words)`: a run that has each of `words` wherever a user's text can stand."""

    def run_of(name, words):
        run = make(name, classes=words, rows=3 * len(words), origin=words[0], config=[("data.text", words[1])], skill=-1.0)
        scores, data = run.read_json(SCORES), run.read_json(DATA)
        like = {"probability": 0.5, "effects": [0.5, -0.25, 0.0, -1.0]}
        texts = ("text", "label", "predicted", "origin")
        scores["validation"]["mistakes"] = [like | dict.fromkeys(texts, word) | {"words": [word] * 4} for word in words]
        data["notes"] = list(words)
        data["checks"] = [dict.fromkeys(("check", "verdict", "finding", "advice"), word) for word in words]
        run.write_json(EXPLAINED, Told(part="validation", worst=[(words[0], explanation(words))], surest=[]))
        run.write_json(SCORES, scores)
        run.write_json(DATA, data)
        return run

    return run_of


@pytest.fixture
def page_of():
    """Writes a run's report and gives it as a tree."""
    return lambda run: parse(report.write(run, ClassesView()).read_text(encoding="utf-8"))


@pytest.fixture
def epochs():
    """`epochs(n)`: n epoch events."""
    return epoch_events


@pytest.fixture(name="parse")
def parse_fixture():
    """`parse(html)`: the page as a tree."""
    return parse
