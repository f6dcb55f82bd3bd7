"""What the tests of the layers share."""

from typing import Any

import pytest

from bptt.kernels import Tokens, native, pair


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each recurrence on the native kernel has read since the list was last cleared: "ids" or "array"."""
    found: list[str] = []
    compute = native.recurrence

    def listed(options: Any, inputs: Any, *arrays: Any) -> Any:
        found.append("ids" if isinstance(inputs, Tokens) else "array")
        return compute(options, inputs, *arrays)

    compute_both = pair.recurrence

    def listed_twice(options: Any, inputs: Any, rest: Any) -> Any:
        found.extend("ids" if isinstance(read, Tokens) else "array" for read in (inputs[0], inputs[-1]))
        return compute_both(options, inputs, rest)

    monkeypatch.setattr(native, "recurrence", listed)
    monkeypatch.setattr(pair, "recurrence", listed_twice)
    return found
