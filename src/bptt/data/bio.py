"""BIO tags (Ramshaw & Marcus 1995, as IOB2): B-X begins an entity of type X, I-X goes on with it, O is outside of any."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OUTSIDE, BEGIN, INSIDE = "O", "B-", "I-"


def type_of(tag: str) -> str:
    """X of B-X and I-X; "" of every other tag."""
    return tag[len(BEGIN) :] if tag.startswith((BEGIN, INSIDE)) else ""


def is_bio(tag: str) -> bool:
    """Whether `tag` is O, B-X or I-X for some X."""
    return tag == OUTSIDE or bool(type_of(tag))


def may_follow(tag: str, before: str) -> bool:
    """Whether `tag` may stand behind `before`: I-X behind B-X or I-X alone, any other anywhere. A sequence starts as behind O."""
    return not tag.startswith(INSIDE) or (is_bio(before) and type_of(before) == type_of(tag))


def rules(tags: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(K, K) whether tag k may follow tag j, at [j, k], and (K,) whether a sequence may start with tag k."""
    transitions = np.array([[may_follow(tag, before) for tag in tags] for before in tags], bool)
    return transitions, np.array([may_follow(tag, OUTSIDE) for tag in tags], bool)
