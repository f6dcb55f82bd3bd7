"""Takes the Splits that training would learn from, gives findings: `glance` before every training, `examine` when asked."""

from bptt.checks.examine import examine, glance
from bptt.checks.finding import Finding, Verdict, verdict_words, worst

__all__ = ["Finding", "Verdict", "examine", "glance", "verdict_words", "worst"]
