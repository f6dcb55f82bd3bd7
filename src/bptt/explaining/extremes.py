"""Which answers of a part are worth explaining: the worst, and the surest that are right."""

import numpy as np
from numpy.typing import NDArray


def extremes(errors: NDArray[np.float64], most: int) -> tuple[list[int], list[int]]:
    """The rows of the `most` largest errors (N,) above 0, the worst first, and of the `most` smallest, the surest first: none is
    both. Of equals the first rows."""
    order = np.argsort(errors, kind="stable")
    worst = np.argsort(-errors, kind="stable")
    worst = worst[errors[worst] > 0][:most]
    surest = order[~np.isin(order, worst)][:most]
    return worst.tolist(), surest.tolist()
