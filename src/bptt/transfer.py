"""The layers and vocabulary of a trained model as the start of another (Dai and Le 2015, Semi-supervised sequence learning)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import keras
from pydantic import BaseModel

from bptt import data, tasks
from bptt.bundle import Bundle
from bptt.config import Config
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.models.config import SHAPING, ModelConfig
from bptt.trained import bundle_of

READING = ("tokens", "lowercase", "vocabulary_size", "min_count")  # keys of the section text that make a vocabulary
_TAKEN = (  # how the names of the weights begin that are handed on
    *("embedding/", "spelling/", "shapes/"),
    *("both_", "recurrent_", "norm_", "projection_"),
)
_OWN = "head/share"  # of a language model, told from the very texts that it learns from: not handed on

_Section = TypeVar("_Section", bound=BaseModel)


@dataclass(frozen=True)
class Start:
    """What a model begins with: all that `bundle` holds below its head, or, where there is none, nothing but chance."""

    bundle: Bundle | None

    @classmethod
    def of(cls, config: Config) -> "Start":
        """The model that `config` names. Raises ModelFileError for a run that has none, ConfigError for two starts at once."""
        path = config.training.pretrained
        if path and config.text.vectors:
            message = _(
                "text.vectors and training.pretrained are set together; both say what the embedding starts from. Keep one."
            )
            raise ConfigError("config.pretrained", message)
        return cls(bundle_of(Path(path)) if path else None)

    def adopted(self, config: Config) -> Config:
        """`config` with the layers and the words of the model to start from. Raises ConfigError where others were asked for."""
        if not self.bundle:
            return config
        theirs = Config.parse(self.bundle.config)
        self._check_last(config.model, theirs, self.bundle.classes)
        sections = {
            "text": _adopted("text", config.text, theirs.text, READING),
            "model": _adopted("model", config.model, theirs.model, SHAPING),
        }
        return config.model_copy(update=sections)

    @staticmethod
    def _check_last(mine: ModelConfig, theirs: Config, classes: tuple[str, ...]) -> None:
        """Raises ConfigError where the last layer of `theirs` stands bare (`models.stack`), and that of `mine` does not."""
        per_step = tasks.named(theirs.data.task).head(classes, theirs.model).per_step
        if theirs.model.residual and theirs.model.pooling == "last" and not per_step and mine.pooling != "last":
            message = _(
                "model.pooling: {came} came, but the last layer of the model to start from gives its final state alone, with "
                "nothing behind it (residual, pooling last). Set model.pooling to last, or start from another."
            )
            raise ConfigError("config.pretrained", message.format(came=mine.pooling))

    def encode(self, rows: Sequence[Any], text: data.TextConfig) -> tuple[data.Encoder, data.Ragged]:
        """What turns the training rows into steps, and these as steps. Raises DataError for rows of another kind than the model
        to start from has read."""
        if not self.bundle:
            return data.fit_encode(rows, text)
        encoder = data.from_json(self.bundle.vocabulary_json)
        data.check_kind(encoder, rows)
        return encoder, encoder.encode(rows)

    def give(self, model: keras.Model, task: str, classes: tuple[str, ...]) -> None:
        """Sets the weights below the head of `model`, whose layers are those adopted, and all of them where it is to give the
        same answers: the same `task`, the same `classes`."""
        if not self.bundle:
            return
        same = self.bundle.config["data"]["task"] == task and self.bundle.classes == classes
        for variable in model.weights:
            weight = self.bundle.weights.get(variable.path)
            if variable.path == _OWN:
                continue
            if variable.path.startswith(_TAKEN) or (same and weight is not None and weight.shape == variable.shape):
                variable.assign(weight)


def _adopted(name: str, mine: _Section, theirs: _Section, keys: Sequence[str]) -> _Section:
    taken = {key: getattr(theirs, key) for key in keys}
    for key, value in taken.items():
        if key in mine.model_fields_set and getattr(mine, key) != value:
            message = _("{key}: {came} came, but the model to start from has {value}. Leave the key out, or start from another.")
            told = message.format(key=f"{name}.{key}", came=getattr(mine, key), value=value)
            raise ConfigError("config.pretrained", told)
    return mine.model_copy(update=taken)
