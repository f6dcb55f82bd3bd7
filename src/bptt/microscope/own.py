"""What is told of a fit that is not the pipeline's: a script's own model, loss and labels."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from typing_extensions import TypedDict

from bptt.record import FIT, METRICS, Run

from .probe import Figure, figure


class Targets(TypedDict):
    """What the loss compares with."""

    kind: str  # integers or numbers
    min: Figure
    max: Figure


class Fit(TypedDict):
    """What fit.json holds."""

    loss: str | None  # its name; None where there are several, or none
    from_logits: bool | None  # whether it takes answers before their activation; None where it has no such choice
    last_activation: str | None  # of the last layer
    outputs: int | None  # K
    targets: Targets | None  # None where nobody gave them


def begin(path: Path, model: keras.Model, targets: Any) -> Run:
    """A new run folder for a fit of `model`. Raises ModelFileError where `path` holds something already."""
    run = Run.create(path, {})
    run.write_json(FIT, described(model, targets))
    return run


def end_epoch(run: Run, epoch: int, logs: Any) -> None:
    """One more line of metrics.jsonl: Keras's figures `logs` under their own names; epoch: from 1."""
    figures = {name: figure(value) for name, value in (logs or {}).items()}
    run.append({"event": "epoch", "epoch": epoch, **figures}, METRICS)


def described(model: keras.Model, targets: Any) -> Fit:
    loss, last = model.loss, model.layers[-1] if model.layers else None
    single = isinstance(loss, str | keras.losses.Loss) or callable(loss)
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", None)
    activation = getattr(last, "activation", None)
    shape = model.output_shape
    return {
        "loss": name if single else None,
        "from_logits": _from_logits(loss, str(name)),
        "last_activation": getattr(activation, "__name__", None),
        "outputs": shape[-1] if isinstance(shape, tuple) and shape and not isinstance(shape[0], tuple) else None,
        "targets": None if targets is None else _range(np.asarray(targets)),
    }


def _from_logits(loss: Any, name: str) -> bool | None:
    if isinstance(loss, keras.losses.Loss):
        return loss.get_config().get("from_logits")
    return False if "crossentropy" in name else None  # the default of Keras's functions


def _range(targets: np.ndarray[Any, Any]) -> Targets:
    whole = targets.dtype.kind in "biu" or bool(np.all(targets == np.round(targets)))
    return {"kind": "integers" if whole else "numbers", "min": figure(targets.min()), "max": figure(targets.max())}
