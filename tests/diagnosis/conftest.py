from tests.commands import bptt

__all__ = ["bptt"]
