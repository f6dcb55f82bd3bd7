"""Models of every task with random weights, far from zero, as Predictors; nothing is trained here."""

from dataclasses import dataclass

import numpy as np

from bptt import models
from bptt.data import TextConfig, Vocabulary
from bptt.data.scaled import Scaled
from bptt.data.spelled import Spelled
from bptt.evaluation import Predictor
from bptt.models import ModelConfig, build, get_weights, inputs_of, set_weights
from bptt.models.tag_heads import Chain, StepSoftmax

WORDS = ["so", "the", "tea", "was", "lovely", "awful", "nice", "very", "and", "cold"]
TEXTS = ["so the tea was lovely", "awful", "the very nice cold tea was awful and so and so on", "nice nice tea"]
TAGS = ("O", "B-X", "I-X")
CLASSES = ("bad", "middling", "good")
FORWARD = {"bidirectional": False, "pooling": "last"}
HEADS = {
    "classify": models.Softmax(3), "multilabel": models.Sigmoid(3), "ordinal": models.Ranks(3),
    "regress": models.Number(5.0, 2.0), "chain": Chain(TAGS), "steps": StepSoftmax(TAGS),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An answer as it is."""

    numbers: list


def judge(task="classify", mask=True, kind="words", seed=0, max_length=9, padding="post", truncation="pre", **model) -> Predictor:
    """A Predictor of `task` whose model has the keys `model` and weights drawn from `seed`."""
    text = TextConfig(max_length=max_length, bucket_edges=(), min_count=1, mask=mask, padding=padding, truncation=truncation)
    rows = [[word] for word in WORDS] if kind == "spelled" else [" ".join(WORDS)]
    encoder = {
        "words": lambda: Vocabulary.fit(rows, text),
        "spelled": lambda: Spelled.fit_encode([tuple(WORDS)], text)[0],
        "numbers": lambda: Scaled((1.0, -2.0), (2.0, 0.5)),
    }[kind]()
    config = ModelConfig.model_validate({"embedding_width": 6, "units": (5,), "cell": "lstm", **model})
    head = HEADS[task]
    network = build(config, inputs_of(encoder, mask), head)
    draw = np.random.default_rng(seed)
    fixed = ("mean", "deviation", "moving_mean", "moving_variance")  # of Rescale and of normalisation
    set_weights(
        network,
        {
            path: value if path.endswith(fixed) else draw.normal(0, 0.7, value.shape).astype(value.dtype)
            for path, value in get_weights(network).items()
        },
    )
    names = TAGS if head.per_step else () if task == "regress" else CLASSES
    return Predictor(network, encoder, text, head, names, lambda row: row, lambda _row, answer, _names: Said(answer.tolist()))


def row(kind, number=0):
    """A row of that kind."""
    if kind == "numbers":
        return np.random.default_rng(number).normal(0, 2, (7 - number, 2)).astype(np.float32)
    return tuple(TEXTS[number].split()) if kind == "spelled" else TEXTS[number]
