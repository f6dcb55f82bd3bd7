"""How rows are read whose label is a number (regression)."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bptt.data.reading import OfText, input_of, word_of
from bptt.data.suggest import listed
from bptt.data.targets import Numbers
from bptt.errors import ConfigError, DataError
from bptt.messages import _

LARGEST = 1e30  # float32, in which the loss is computed, ends at 3e38


def number_of(label: object) -> float:
    """A label as the number that it is or spells. Raises ValueError for all else, NaN and infinity included."""
    word = word_of(float(label) if isinstance(label, Decimal) else label)
    try:
        value = math.nan if "_" in word else float(word)  # Python reads 1_000, no other program does
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(_('has the label "{label}", which is not a finite number').format(label=word))
    if abs(value) > LARGEST:
        raise ValueError(_("has the label {label}; numbers beyond {most:g} cannot be learned").format(label=word, most=LARGEST))
    return value


class OneNumber(OfText):
    """A text, and the number that is to be told from it."""

    def row(self, text: object, label: object) -> tuple[Any, float]:
        return input_of(text), number_of(label)

    def fits(self, values: Sequence[object]) -> bool:
        """Whether they are numbers, all but a few, and not one number alone."""
        numbers = [value for value in values if _is_number(value)]
        return len(numbers) >= 0.9 * len(values) and len(set(map(str, numbers))) > 1

    def wanted(self) -> str:
        return _("numbers")

    def names(self, source: str, labels: Sequence[float], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        if given:
            message = _("data.classes: {classes} came, but what is learned here are numbers. Leave it empty.")
            raise ConfigError("config.classes", message.format(classes=listed(given)))
        if len(set(labels)) < 2:
            message = _("{source}: every label is {label}: there is nothing to learn. Bring rows with different numbers.")
            raise DataError("data.single-value", message.format(source=source, label=f"{labels[0]:g}"))
        return ()

    def targets(self, labels: Sequence[float], origins: Sequence[str], names: tuple[str, ...]) -> Numbers:
        return Numbers.of(labels)


ONE_NUMBER = OneNumber()


def _is_number(value: object) -> bool:
    try:
        number_of(value)
    except ValueError:
        return False
    return True
