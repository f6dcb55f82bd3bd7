"""What the tests of the layers share."""

from typing import Any

import pytest

from bptt.kernels import Tokens, native


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each recurrence on the native kernel has read since the list was last cleared: "ids" or "array"."""
    found: list[str] = []
    compute = native.simple_rnn

    def listed(options: Any, inputs: Any, *arrays: Any) -> Any:
        found.append("ids" if isinstance(inputs, Tokens) else "array")
        return compute(options, inputs, *arrays)

    monkeypatch.setattr(native, "simple_rnn", listed)
    return found
