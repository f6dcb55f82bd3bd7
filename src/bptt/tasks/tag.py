"""Tagging: one class a step (many-to-many, aligned)."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.data import Dataset, TextConfig, bio
from bptt.data.inputs import words
from bptt.data.reading import TAGGED
from bptt.data.targets import Targets
from bptt.evaluation import Answers, Predictor, measures, tags
from bptt.evaluation.baselines import Rivals
from bptt.evaluation.entities import true_tags
from bptt.evaluation.measures import Counts, Measure
from bptt.evaluation.usual_tags import UsualTags
from bptt.explaining import Aim
from bptt.models import ModelConfig
from bptt.models.tag_heads import Chain, StepSoftmax
from bptt.report import TagsView
from bptt.tasks.rows import OfRows


class Tag(OfRows):
    """Tokens, and one of K tags for each: named entities, parts of speech."""

    name = "tag"
    reading = TAGGED
    view = TagsView()
    checks = ()
    compared: Sequence[Measure] = (measures.F1, measures.TAGS)
    mixes = False
    defaults: Mapping[str, Any] = {
        "data.validation": 0.1,
        "text.min_count": 1,
        "model.cell": "lstm",
        "model.embedding_width": 100,
        "model.units": (128,),
        "model.word_dropout": 0.1,
        "training.epochs": 30,
        "training.batch_size": 32,
        "training.learning_rate": 0.002,
    }

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Chain | StepSoftmax:
        return Chain(names) if model.crf else StepSoftmax(names)

    def rivals(self, train: Dataset, text: TextConfig) -> Rivals | None:
        return UsualTags.learn(train, text.lowercase) if isinstance(train.inputs[0], tuple) else None

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> tags.Scores:
        return tags.score([[rows.classes[tag] for tag in row] for row in answers], rows, rivals)

    def explain(self, judge: Predictor, scores: tags.Scores) -> tags.Scores:
        return scores

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        """The tags of entities, in their order; all tags where none is outside of one."""
        return [Aim(names[tag], int(tag), step) for step, tag in enumerate(answer) if names[tag] != bio.OUTSIDE]

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """How many tags are wrong; of sentences without a mistake, below 0 how many entities' tags are right."""
        true = [rows.targets.values[row] for row in range(len(rows))]  # type: ignore[index]  # tags are Ragged
        outside = rows.classes.index(bio.OUTSIDE) if bio.OUTSIDE in rows.classes else -1
        wrong = [int((told != right).sum()) for told, right in zip(answers, true, strict=True)]
        return np.array([count or -int((right != outside).sum()) for count, right in zip(wrong, true, strict=True)], np.float64)

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        return measures.of_tags([[rows.classes[tag] for tag in row] for row in answers], true_tags(rows))

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> tags.Answer:
        return tags.Answer.of(words(row), [names[tag] for tag in answer])
