"""A NumPy archive: `x`, numbers by row and step, and `y`, what they are to be answered with.

x: (N, T), (N, T, D), or the steps of all rows one behind the other, (S,) or (S, D), with `lengths` (N,), how many each row has.
y: (N,) for an answer a row; (N, T), or (S,) with `lengths`, for an answer a step. With (N, T, ...), `lengths` says how many steps
of each row are real.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.data.reading import Reading
from bptt.data.sources.files import refuse
from bptt.data.sources.rows import Rows
from bptt.errors import DataError
from bptt.messages import _

SUFFIX = ".npz"


def read(path: Path, reading: Reading) -> Rows:
    """Every row of the archive, rejected where it cannot be used. Raises DataError for an archive of another form."""
    x, y, lengths = _arrays(path)
    rows = Rows(path.name, reading)
    inputs, answers = _rows(path.name, "x", x, lengths), _answers(path.name, y, x, lengths, reading.per_step)
    for number, (row, answer) in enumerate(zip(inputs, answers, strict=True), start=1):
        label = [str(one) for one in answer.tolist()] if reading.per_step else answer.item()
        rows.add(row, label, f"{path.name}:{number}", number)
    return rows


def is_per_step(path: Path) -> bool:
    """Whether the archive holds an answer a step. Raises as `read` does."""
    _x, y, lengths = _arrays(path)
    return y.ndim > 1 or (lengths is not None and len(y) != len(lengths))


def _arrays(path: Path) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files if name in ("x", "y", "lengths")}
    except OSError as error:
        refuse(error)
    except (ValueError, TypeError, zipfile.BadZipFile, EOFError, KeyError) as error:  # TypeError: a .npy is no archive
        message = _("{name} is not a NumPy archive of plain arrays ({reason}). Write it with numpy.savez(file, x=..., y=...).")
        raise DataError("data.npz", message.format(name=path.name, reason=error)) from error
    for name in ("x", "y"):
        if name not in found:
            message = _(
                "{name} has no array {key}. Write it with numpy.savez(file, x=..., y=...); of unlike length also lengths=..."
            )
            raise DataError("data.npz", message.format(name=path.name, key=name))
    lengths = found.get("lengths")
    if not np.issubdtype(found["x"].dtype, np.number) or (lengths is not None and not np.issubdtype(lengths.dtype, np.integer)):
        message = _("{name}: x holds {came} and lengths whole numbers; expected numbers.")
        raise DataError("data.npz", message.format(name=path.name, came=found["x"].dtype))
    return found["x"], found["y"], lengths


def _rows(name: str, key: str, array: NDArray[Any], lengths: NDArray[Any] | None) -> list[NDArray[Any]]:
    """The rows of `array`: its first axis, or, where `lengths` add up to it, so many of its steps each."""
    if lengths is None:
        if array.ndim < 2:
            message = _("{name}: {key} has shape {came}; expected rows of steps, (N, T) or (N, T, D), or lengths beside it.")
            raise DataError("data.npz", message.format(name=name, key=key, came=array.shape))
        return list(array)
    if (
        lengths.ndim == 1
        and (lengths >= 0).all()
        and lengths.sum() == len(array)
        and (array.ndim < 3 or len(lengths) != len(array))
    ):
        return np.split(array, np.cumsum(lengths)[:-1])
    if lengths.shape == array.shape[:1] and array.ndim > 1 and (lengths >= 0).all() and lengths.max() <= array.shape[1]:
        return [row[:length] for row, length in zip(array, lengths, strict=True)]
    message = _("{name}: {key} has shape {came}, which lengths of shape {lengths} (in all {total}) do not fit.")
    raise DataError("data.npz", message.format(name=name, key=key, came=array.shape, lengths=lengths.shape, total=lengths.sum()))


def _answers(
    name: str, y: NDArray[Any], x: NDArray[Any], lengths: NDArray[Any] | None, per_step: bool
) -> list[NDArray[Any]] | NDArray[Any]:
    if per_step:
        return _rows(name, "y", y, lengths)
    expected = len(x) if lengths is None else len(lengths)
    if y.shape != (expected,):
        message = _("{name}: y has shape {came}; expected ({expected},), an answer a row.")
        raise DataError("data.npz", message.format(name=name, came=y.shape, expected=expected))
    return y
