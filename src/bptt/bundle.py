"""The model file: configuration, classes, vocabulary, weights and their epoch in one safetensors file.

The texts stand as JSON in the file's metadata, the weights as tensors named by their variable's path. Nothing in it can run.
A SHA-256 of everything stands beside them, because safetensors itself does not notice a flipped bit.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NotRequired, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Json, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from typing_extensions import TypedDict

from .errors import ModelFileError
from .messages import _
from .record import write_atomically

Weights = dict[str, NDArray[Any]]
FORMAT = "bptt 1"
BAG = "bag_of_words"  # in the file, the name of its texts and the first part of the names of its arrays


def save_weights(path: Path, weights: Weights, texts: Mapping[str, str]) -> None:
    """Writes `weights` and `texts` to `path`. Raises ModelFileError for a weight that is not finite: `path` stays as it was."""
    weights = {name: np.ascontiguousarray(value) for name, value in weights.items()}
    _check_finite(path, weights)
    header = {"format": FORMAT, "texts": dict(texts), "sha256": _digest(weights, texts)}
    write_atomically(path, save(weights, metadata={"bptt": json.dumps(header)}))  # one key: the order of several is random


def load_weights(path: Path) -> tuple[Weights, dict[str, str]]:
    """What `save_weights` wrote. Raises ModelFileError where it is missing, foreign, damaged or not finite."""
    if not path.is_file():
        message = _("There is no model file {path}: a run has one when its first epoch is finished. Train one with `bptt train`.")
        raise ModelFileError("model.missing", message.format(path=path))
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("bptt", "{}"))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (a safetensors handle is no dict)
    except (SafetensorError, TypeError, ValueError, RecursionError) as error:  # the last three: types NumPy lacks, bad JSON
        raise _damaged(path, error) from error
    came = header.get("format") if isinstance(header, dict) else header
    if came != FORMAT:
        message = _("{path} is not a model file of this version: its format is {came!r}, expected {expected!r}.")
        raise ModelFileError("model.foreign", message.format(path=path, came=came, expected=FORMAT))
    texts = header.get("texts")
    if not isinstance(texts, dict) or header.get("sha256") != _digest(weights, texts):
        raise _damaged(path, _("its content does not match its SHA-256"))
    _check_finite(path, weights)
    return weights, texts


def _digest(weights: Weights, texts: Mapping[str, str]) -> str:
    """SHA-256 over texts and tensors in the order of their names; type and shape count as well as the numbers."""
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode())
    for name, value in sorted(weights.items()):
        digest.update(json.dumps([name, value.dtype.str, value.shape]).encode())
        digest.update(value.tobytes())
    return digest.hexdigest()


def _check_finite(path: Path, weights: Weights) -> None:
    for name, value in weights.items():
        if not np.isfinite(value).all():
            message = _("{path}: the weight {name} holds NaN or infinity; such a model cannot answer. Train again.")
            raise ModelFileError("model.not-finite", message.format(path=path, name=name))


def _damaged(path: Path, reason: object) -> ModelFileError:
    message = _("{path} is damaged or no model file ({reason}). Restore it from a copy, or train again.")
    return ModelFileError("model.damaged", message.format(path=path, reason=reason))


class _Texts(TypedDict):
    """The parts of a Bundle that are text, as they stand in the file."""

    config: Json[dict[str, Any]]
    classes: Json[tuple[str, ...]]  # none where the answer is a number
    vocabulary: str
    epoch: Json[int]
    bag_of_words: NotRequired[Json[dict[str, str]]]


@dataclass(frozen=True)
class Bundle:
    """A trained model as plain data: all that is needed to answer, nothing that can run."""

    config: dict[str, Any]
    classes: tuple[str, ...]
    vocabulary_json: str
    weights: Weights
    epoch: int  # after which the weights were taken; 0 where none was finished
    bag: tuple[Weights, dict[str, str]] = field(default_factory=lambda: ({}, {}))  # the parts of one that answers beside, if any

    def save(self, path: Path) -> None:
        """Writes the model file, whole or not at all. Raises ModelFileError for a weight that is not finite."""
        arrays, words = self.bag
        parts = {"config": self.config, "classes": self.classes, "epoch": self.epoch} | ({BAG: words} if words else {})
        texts = {name: json.dumps(part) for name, part in parts.items()} | {"vocabulary": self.vocabulary_json}
        save_weights(path, self.weights | {f"{BAG}/{name}": value for name, value in arrays.items()}, texts)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The model file at `path`. Raises ModelFileError as `load_weights` does, and where a part is missing."""
        weights, texts = load_weights(path)
        try:
            parts = TypeAdapter(_Texts).validate_python(texts)
        except ValidationError as invalid:
            part = invalid.errors()[0]["loc"][0]
            if part in texts:
                raise _damaged(path, part) from invalid
            message = _("{path} is no whole model: no {part} in it. Give a run's model.safetensors.")
            raise ModelFileError("model.incomplete", message.format(path=path, part=part)) from invalid
        arrays = {name.removeprefix(f"{BAG}/"): weights.pop(name) for name in list(weights) if name.startswith(f"{BAG}/")}
        bag = arrays, parts.get("bag_of_words", {})
        return cls(parts["config"], parts["classes"], parts["vocabulary"], weights, parts["epoch"], bag)
