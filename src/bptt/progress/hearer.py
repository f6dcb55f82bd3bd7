"""What a stage may tell of its work, and nobody listening."""

from types import TracebackType
from typing import Any, Protocol, Self

from .status import Status


class Progress(Protocol):
    """Hears how the work goes. Whoever makes one uses it as a context manager around everything it hears."""

    def begin(self, sentence: str, **facts: Any) -> None:
        """What is done from now on, and may take long; `facts` say it to programs (JSON values)."""

    def advance(self, done: int, total: int) -> None:
        """So much of what was begun is done."""

    def update(self, status: Status) -> None:
        """Called several times a second of training, and with `epoch_finished` once an epoch."""

    def say(self, sentence: str) -> None:
        """Something that happened, in a sentence."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Silence:
    """Shows nothing."""

    def begin(self, sentence: str, **facts: Any) -> None: ...

    def advance(self, done: int, total: int) -> None: ...

    def update(self, status: Status) -> None: ...

    def say(self, sentence: str) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...
