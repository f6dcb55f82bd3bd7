"""Takes a model in training, gives probes: how far back its gradient reaches, what saturates, how much each weight moves."""

from .callback import Microscope
from .probe import EVERY, LayerProbe, Probe, WeightProbe

__all__ = ["EVERY", "LayerProbe", "Microscope", "Probe", "WeightProbe"]
