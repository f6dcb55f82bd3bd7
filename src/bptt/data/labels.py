"""How rows are read that have several labels, or none (multilabel)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bptt.data.reading import OfText, few_enough, in_order, input_of, unknown, word_of
from bptt.data.suggest import listed
from bptt.data.targets import Labels
from bptt.errors import DataError
from bptt.messages import _

FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
Pairs = tuple[tuple[str, str], ...]  # of one row: a column and a word in it; "" is the column where there is but one


class ManyLabels(OfText):
    """A text, and the labels that it has: of several columns, of a list, or of one column that holds a word or nothing.

    A column whose words are all FLAGS is one label, on or off, with the column's name; each word of any other of several
    columns is a label `column: word`.
    """

    several = True

    def row(self, text: object, label: object) -> tuple[Any, Pairs]:
        columns = label if isinstance(label, Mapping) else {"": label}
        return input_of(text), tuple((column, word) for column, value in columns.items() for word in _words(value))

    def fits(self, values: Sequence[object]) -> bool:
        return all(isinstance(value, list) for value in values)

    def wanted(self) -> str:
        return _("lists of labels")

    def names(self, source: str, labels: Sequence[Pairs], given: tuple[str, ...] = ()) -> tuple[str, ...]:
        words: dict[str, set[str]] = {}
        for column, word in (pair for pairs in labels for pair in pairs):
            words.setdefault(column, set()).add(word)
        names = given or tuple(name for column, held in words.items() for name in _names(column, held))
        few_enough(source, names)
        sets = [frozenset(_on(pairs, names)) for pairs in labels]
        if len(set(sets)) < 2:
            message = _("{source}: every row has the same labels ({labels}): there is nothing to learn. Bring rows that differ.")
            shown = listed(sorted(sets[0])) or _("none")
            raise DataError("data.single-class", message.format(source=source, labels=shown))
        return names

    def targets(self, labels: Sequence[Pairs], origins: Sequence[str], names: tuple[str, ...]) -> Labels:
        known, rows = frozenset(names), []
        for pairs, origin in zip(labels, origins, strict=True):
            on = list(_on(pairs, known))
            for name in on:
                if name not in known:
                    raise unknown(name, origin, names)
            rows.append(on)
        return Labels.of(rows, names)


MANY_LABELS = ManyLabels()


def _words(value: object) -> Iterator[str]:
    """Each word of a list once, the word that is no list, or none of what is empty. Raises ValueError as `word_of` does."""
    if isinstance(value, list):
        yield from dict.fromkeys(map(word_of, value))
    elif value is not None and value != "":
        yield word_of(value)


def _names(column: str, words: set[str]) -> tuple[str, ...]:
    if column and all(word.lower() in FLAGS for word in words):
        return (column,)
    return tuple(f"{column}: {word}" if column else word for word in in_order(words))


def _on(pairs: Pairs, names: frozenset[str] | tuple[str, ...]) -> Iterator[str]:
    """The names of a row's labels, among which may be one that is not of `names`."""
    for column, word in pairs:
        if column in names and word.lower() in FLAGS:
            if FLAGS[word.lower()]:
                yield column
        else:
            yield f"{column}: {word}" if column else word
