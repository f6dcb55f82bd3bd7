"""What the callbacks share that log elsewhere: when, what, and the package that each needs."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import keras

from bptt.errors import ConfigError
from bptt.messages import _


class Logger(keras.callbacks.Callback):
    """Logs the figures of each epoch, and the learning rate, as step 1, 2, ...

    Args:
        folder: where its files go.
        settings: what the run was made with, "section.key" to its value; logged once.

    Raises ConfigError where its package is not installed.
    """

    package: str  # that is imported
    extra: str  # of bptt, which brings it

    def __init__(self, folder: str | Path, settings: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.folder, self.settings = Path(folder), dict(settings or {})
        self.library = self.found()

    def on_train_begin(self, logs: Any = None) -> None:
        self.begin()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        rate = float(self.model.optimizer.learning_rate.value)
        self.log({name: float(value) for name, value in (logs or {}).items()} | {"learning_rate": rate}, epoch + 1)

    def on_train_end(self, logs: Any = None) -> None:
        self.end()

    def begin(self) -> None:
        """Opens the log, and logs the settings."""
        raise NotImplementedError

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Logs `figures` by name as of epoch `step`, from 1."""
        raise NotImplementedError

    def end(self) -> None:
        """Closes the log."""
        raise NotImplementedError

    @classmethod
    def found(cls) -> Any:
        """The package that it needs. Raises ConfigError where that is not installed."""
        try:
            return import_module(cls.package)
        except ImportError as error:
            message = _("{package} is not installed ({reason}). Bring it: pip install 'bptt[{extra}]'")
            told = message.format(package=cls.package, reason=error, extra=cls.extra)
            raise ConfigError("config.logger", told) from error
