"""What the tests of tasks share: the command in this process."""

from tests.commands import bptt

__all__ = ["bptt"]
