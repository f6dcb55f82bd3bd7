"""What the tests of the layers share."""

from typing import Any

import pytest

from bptt.kernels import Tokens, native, pair


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each call of the native kernel has read since the list was last cleared: "ids" or "array"."""
    found: list[str] = []

    def watch(module: Any) -> None:
        compute = module.recurrence

        def listed(options: Any, inputs: Any, *arrays: Any) -> Any:
            first = inputs[0] if module is pair else inputs  # a pair's inputs are a tuple
            found.append("ids" if isinstance(first, Tokens) else "array")
            return compute(options, inputs, *arrays)

        monkeypatch.setattr(module, "recurrence", listed)

    watch(native)
    watch(pair)
    return found
