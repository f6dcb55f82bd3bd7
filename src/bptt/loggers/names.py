"""The loggers by the names that the configuration knows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .logger import Logger
from .mlflow import MLflow
from .tensorboard import TensorBoard
from .wandb import WandB

NAMES: dict[str, type[Logger]] = {"tensorboard": TensorBoard, "mlflow": MLflow, "wandb": WandB}


def check(names: Sequence[str]) -> None:
    """Raises ConfigError where a package is missing that one of the loggers needs."""
    for name in names:
        NAMES[name].found()


def named(names: Sequence[str], folder: Path, settings: Mapping[str, Any]) -> list[Logger]:
    """The loggers of these names, each with a folder of its own under `folder`. Raises ConfigError where a package is missing."""
    return [NAMES[name](folder / name, settings) for name in names]
