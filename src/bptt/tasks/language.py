"""A language model: the next word, and the word before, of texts that nobody has labelled."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.data import Dataset, Encoder, Ragged
from bptt.data.targets import Targets
from bptt.data.text import RESERVED
from bptt.data.unlabelled import UNLABELLED
from bptt.errors import ConfigError, DataError
from bptt.evaluation import Answers, Predictor, language, measures
from bptt.evaluation.baselines import Rivals
from bptt.evaluation.measures import Counts, Measure
from bptt.explaining import Aim
from bptt.messages import _
from bptt.models import Language, ModelConfig
from bptt.report import LanguageView
from bptt.tasks.rows import OfRows


class LanguageModelling(OfRows):
    """Texts, each word of which is told from those before it; its layers start a model of any task with `train --from`."""

    name = "language"
    reading = UNLABELLED
    view = LanguageView()
    checks: Sequence[Any] = ()
    compared: Sequence[Measure] = (measures.PERPLEXITY,)
    defaults: Mapping[str, Any] = {
        "data.validation": 0.02,
        "text.vocabulary_size": 30_000,
        "text.min_count": 5,
        "text.max_length": 200,
        "model.cell": "gru",
        "model.embedding_width": 128,
        "model.units": (256,),
        "model.embedding_dropout": 0.0,
        "model.hidden_dropout": 0.0,
        "model.dropout": 0.0,
        "training.epochs": 4,
        "training.learning_rate": 0.003,
    }

    def names(self, classes: tuple[str, ...], encoder: Encoder) -> tuple[str, ...]:
        """The words."""
        return (*RESERVED, *encoder.ids)

    def head(self, names: tuple[str, ...], model: ModelConfig, learned: Targets | None = None) -> Language:
        """Raises ConfigError for a model in which the words that are to be told could be seen."""
        mixes = len(model.units) > 1 or model.dense or model.norm == "layer"
        if model.bidirectional and mixes:
            message = _(
                "A language model that reads in both directions has one recurrent layer, nothing that mixes the two above it: "
                "else each sees through the other what it is to tell. model.units has {layers} layers, model.dense {dense}, "
                "model.norm is {norm}. Keep one layer, no dense and norm none or batch, or set model.bidirectional to false."
            )
            told = message.format(layers=len(model.units), dense=len(model.dense), norm=model.norm)
            raise ConfigError("config.language", told)
        return Language(len(names), model)

    def check(self, longest: int, learned: Ragged, validated: Ragged) -> None:
        if longest < 2:
            message = _("text.max_length: {came} came; a word is told from the one before it. Set it to 2 or more.")
            raise ConfigError("config.language", message.format(came=longest))
        parts = {_("training"): learned, _("validation"): validated}
        for name, rows in parts.items():
            if rows.lengths.max(initial=0) < 2:
                message = _("No text of the {part} part has two words, so no word can be told from another. Bring longer texts.")
                raise DataError("data.no-words", message.format(part=name))

    def begin(self, model: keras.Model, encoded: Ragged) -> None:
        model.get_layer("head").learn_shares(encoded.ids)

    def score(self, answers: Answers, rows: Dataset, model: keras.Model, rivals: Rivals | None) -> language.Scores:
        return language.score(list(answers), rows)

    def explain(self, judge: Predictor, scores: language.Scores) -> language.Scores:
        return scores

    def aims(self, answer: NDArray[Any], names: tuple[str, ...]) -> list[Aim]:
        message = _(
            "A language model tells each word from those beside it: there is no one answer to explain. Leave --explain out."
        )
        raise DataError("predict.explain", message)

    def errors(self, answers: Answers, rows: Dataset) -> NDArray[np.float64]:
        """None is explained."""
        return np.zeros(0)

    def counts(self, answers: Answers, rows: Dataset) -> Counts:
        return language.counts(list(answers))

    def answer(self, row: Any, answer: NDArray[Any], names: tuple[str, ...]) -> language.Answer:
        return language.answer(answer)
