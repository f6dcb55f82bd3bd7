"""Takes all that is known of a run, gives what is wrong with it: causes with evidence and remedies. `examine` is the verb."""

from bptt.diagnosis.case import Case
from bptt.diagnosis.examine import examine
from bptt.diagnosis.finding import CAUSES, Cause, Diagnosis, Remedy, Told, titles
from bptt.diagnosis.measure import Measured
from bptt.microscope import Microscope

__all__ = ["CAUSES", "Case", "Cause", "Diagnosis", "Measured", "Microscope", "Remedy", "Told", "examine", "titles"]
