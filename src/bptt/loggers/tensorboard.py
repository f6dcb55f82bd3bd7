"""TensorBoard's event files, written by tensorboardX: neither TensorFlow nor torch is needed."""

import json
from collections.abc import Mapping
from typing import Any

from .logger import Logger


class TensorBoard(Logger):
    """Scalars in event files under `folder`; look at them with `tensorboard --logdir FOLDER`."""

    package, extra = "tensorboardX", "tensorboard"
    writer: Any

    def begin(self) -> None:
        self.writer = self.library.SummaryWriter(logdir=str(self.folder))
        if self.settings:
            self.writer.add_text("settings", f"```json\n{json.dumps(self.settings, indent=2, ensure_ascii=False)}\n```", 0)

    def log(self, figures: Mapping[str, float], step: int) -> None:
        for name, value in figures.items():
            self.writer.add_scalar(name, value, step)
        self.writer.flush()  # a run that is watched, or killed, has its epochs on disk

    def end(self) -> None:
        self.writer.close()
