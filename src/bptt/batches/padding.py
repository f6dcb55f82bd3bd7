"""Ragged rows -> padded arrays, without a loop over rows."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bptt.shapes import PADDING

Side = Literal["pre", "post"]


def pad(
    steps: NDArray[Any], starts: NDArray[np.int64], lengths: NDArray[np.int64], T: int, padding: Side, filling: int = PADDING
) -> NDArray[Any]:
    """(B, T, ...): row b holds `steps[starts[b] : starts[b] + lengths[b]]`, filled up with `filling` on the side `padding`.

    steps: (S, ...); starts, lengths: (B,), no length above T.
    """
    shift = T - lengths if padding == "pre" else np.zeros_like(lengths)
    step = np.arange(T) - shift[:, None]  # (B, T) place of each cell in its own text
    real = (step >= 0) & (step < lengths[:, None])
    padded = np.full((*real.shape, *steps.shape[1:]), filling, steps.dtype)
    padded[real] = steps[(starts[:, None] + step)[real]]
    return padded


def cut(
    starts: NDArray[np.int64], lengths: NDArray[np.int64], longest: int, truncation: Side
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and lengths (B,) of rows cut to at most `longest` ids; `truncation` "pre" drops the front and keeps the end."""
    kept = np.minimum(lengths, longest)
    return (starts + lengths - kept if truncation == "pre" else starts), kept
