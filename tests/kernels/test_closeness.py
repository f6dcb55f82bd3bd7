"""The measure itself: it fails on NaN, names the tensor and the place, and allows what it says."""

import numpy as np
import pytest

from tests.kernels.closeness import ROUNDINGS, assert_close, distance

WANT = np.array([[1.0, -4.0], [2.0, 0.5]])
EPS = float(np.finfo(np.float32).eps)


def moved(by: float, dtype: str) -> np.ndarray:
    got = WANT.astype(dtype)
    got[1, 0] += by
    return got


@pytest.mark.parametrize(("dtype", "allowed"), [("float64", 4e-10), ("float32", 4 * ROUNDINGS * EPS)])
def test_the_tolerance_follows_from_the_dtype_and_the_norm(dtype: str, allowed: float) -> None:
    assert_close("d_bias", moved(0.9 * allowed, dtype), WANT)
    with pytest.raises(AssertionError, match=r"d_bias\[1, 0\] is 2\..*, expected 2.0; 1 of 4 elements differ by more than"):
        assert_close("d_bias", moved(1.2 * allowed, dtype), WANT)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_not_finite_fails_whatever_the_rival(wrong: float, dtype: str) -> None:
    got = moved(wrong, dtype)
    assert distance(got, WANT) > 1e300
    with pytest.raises(AssertionError, match=r"state\[1, 0\] is"):
        assert_close("state", got, WANT, rival=lambda: moved(1.0, dtype))


def test_twice_the_rivals_distance_is_allowed() -> None:
    assert_close("state", moved(0.019, "float32"), WANT, rival=lambda: moved(0.01, "float32"))
    with pytest.raises(AssertionError, match=r"differ by more than 2.0e-02"):
        assert_close("state", moved(0.021, "float32"), WANT, rival=lambda: moved(0.01, "float32"))


def test_another_shape_fails() -> None:
    with pytest.raises(AssertionError, match=r"state has shape \(1, 2\), expected \(2, 2\)"):
        assert_close("state", WANT[:1], WANT)
