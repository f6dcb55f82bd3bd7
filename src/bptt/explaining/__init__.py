"""Takes a model that answers and a row, tells what led to the answer: `Explainer`; what is to be explained of it: `Aim`;
which answers are worth it: `extremes`."""

from bptt.explaining.explain import Explainer
from bptt.explaining.explanation import Explanation, Told
from bptt.explaining.extremes import extremes
from bptt.explaining.integrated import Aim

__all__ = ["Aim", "Explainer", "Explanation", "Told", "extremes"]
