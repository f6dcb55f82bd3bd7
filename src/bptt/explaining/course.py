"""The answer after every step, the hidden state over time, and each tag's probability: what a network says on its way."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.data import Ragged
from bptt.evaluation import Predictor
from bptt.explaining.explanation import Picture

STEPS = 256  # after so many steps at most the network is asked, in even distances
ROUND = 64  # beginnings are filled up to a multiple: each number of rows has a program of its own
SHOWN = 8  # classes, the most probable in the end
WIDE, HIGH = 64, 32  # steps and units of the picture of states
DIGITS = 4


def after_each(predictor: Predictor, steps: NDArray[Any], names: Sequence[str]) -> tuple[list[int], dict[str, list[float]]]:
    """After which steps (from 1), and what the network says there of each of the `names`: it reads the row `steps` (T, ...) cut
    there anew, so that a network that reads in both directions, or pads, is asked rightly too."""
    at = evenly(len(steps), STEPS)
    if not at:
        return [], {}
    ends = at + at[-1:] * (-len(at) % ROUND)
    prefixes = Ragged(np.concatenate([steps[:end] for end in ends]), np.cumsum([0, *ends], dtype=np.int64))
    told = np.asarray(predictor.answers_to(prefixes), np.float64)[: len(at)]
    columns = range(told.shape[1])
    kept = sorted(sorted(columns, key=lambda column: -told[-1, column])[:SHOWN])
    return at, {(names[column] if names else ""): told[:, column].round(DIGITS).tolist() for column in kept}


def picture(states: NDArray[Any]) -> Picture:
    """Of hidden states (T, H) the units that move most over time, in the order in which they are highest."""
    steps = np.array(evenly(len(states), WIDE), int) - 1
    shown = states[steps] if len(steps) else np.zeros((0, states.shape[1]))
    moves = shown.std(axis=0) if len(steps) else np.zeros(states.shape[1])
    units = np.sort(np.argsort(-moves, kind="stable")[:HIGH])
    units = units[np.argsort(shown[:, units].argmax(axis=0), kind="stable")] if len(steps) else units
    values = shown[:, units].T.astype(np.float64).round(3).tolist()
    return Picture(steps=(steps + 1).tolist(), units=(units + 1).tolist(), values=values)


def evenly(length: int, most: int) -> list[int]:
    """Numbers from 1 to `length`, all, or `most` of them in even distances, the first and the last among them."""
    return sorted({round(place) for place in np.linspace(1, length, min(length, most)).tolist()})
