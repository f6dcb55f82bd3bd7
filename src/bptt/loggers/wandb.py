"""A run of Weights & Biases."""

import os
from collections.abc import Mapping
from typing import Any

from .logger import Logger


class WandB(Logger):
    """A run of Weights & Biases, kept in `folder`. Nothing is sent unless WANDB_MODE says so (`online`); `wandb sync` sends it
    later."""

    package, extra = "wandb", "wandb"
    run: Any

    def begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        mode = os.environ.get("WANDB_MODE", "offline")
        quiet = self.library.Settings(silent=True)  # the terminal is the caller's
        name = self.folder.resolve().parent.name
        self.run = self.library.init(dir=str(self.folder), mode=mode, config=self.settings, name=name, settings=quiet)

    def log(self, figures: Mapping[str, float], step: int) -> None:
        self.run.log(dict(figures), step=step, commit=True)  # not when the next one comes

    def end(self) -> None:
        self.run.finish()
