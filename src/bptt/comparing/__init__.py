"""Takes runs of one task, tells how they differ and whether that is more than chance: `compare`; what they keep: `answers`."""

from bptt.comparing.compare import Comparison, compare

__all__ = ["Comparison", "compare"]
