"""What the tests of this folder share."""

from collections.abc import Callable

import pytest

from bptt import data
from bptt.errors import DataError

Refusal = Callable[..., DataError]


@pytest.fixture
def refusal() -> Refusal:
    """Loads a source that cannot be loaded, and gives the error."""

    def load(source: str, text: str | None = "text", label: str | None = "label") -> DataError:
        with pytest.raises(DataError) as caught:
            data.load(data.DataConfig(source=source, text=text, label=label))
        return caught.value

    return load
