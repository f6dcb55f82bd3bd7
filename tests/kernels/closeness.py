"""How near is near: a tolerance that follows from the dtype, and a failure that names the tensor and the place."""

from collections.abc import Callable

import numpy as np

from bptt.shapes import Floats

FLOAT64 = 1e-10  # relative to the tensor's norm
ROUNDINGS = 32  # float32: so many roundings of the tensor's largest element are nobody's fault


def distance(actual: Floats, expected: Floats) -> float:
    """The largest difference of any element; infinite where `actual` has NaN or another shape."""
    if actual.shape != expected.shape:
        return np.inf
    return float(np.max(np.nan_to_num(np.abs(actual - expected), nan=np.inf), initial=0.0))


def norm(expected: Floats) -> float:
    """The size of the tensor's largest element, at least 1."""
    return float(np.max(np.abs(expected), initial=1.0))


def assert_close(name: str, actual: Floats, expected: Floats, rival: Callable[[], Floats] | None = None) -> None:
    """`actual` stands as near to float64 `expected` as its dtype allows.

    float64: within 1e-10 of the norm. float32: within 32 roundings of the norm (1.2e-7 each) or, where that is not
    enough, within twice the distance of `rival()`, the same tensor by XLA.
    """
    assert actual.shape == expected.shape, f"{name} has shape {actual.shape}, expected {expected.shape}"
    allowed = norm(expected) * (FLOAT64 if actual.dtype == np.float64 else ROUNDINGS * float(np.finfo(np.float32).eps))
    if distance(actual, expected) > allowed and rival is not None:
        allowed = max(allowed, 2 * distance(rival(), expected))
    if distance(actual, expected) <= allowed:
        return
    differences = np.nan_to_num(np.abs(actual - expected), nan=np.inf)
    worst = np.unravel_index(np.argmax(differences), actual.shape)
    raise AssertionError(
        f"{name}[{', '.join(map(str, worst))}] is {actual[worst]}, expected {expected[worst]}; "
        f"{np.sum(differences > allowed)} of {actual.size} elements differ by more than {allowed:.1e}"
    )
