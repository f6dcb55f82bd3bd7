"""Takes a Run, gives one self-contained HTML page: `write`."""

from bptt.report.write import write

__all__ = ["write"]
