"""What each class weighs in the loss."""

import numpy as np
from numpy.typing import NDArray

from bptt.data.targets import Classes, Targets
from bptt.errors import ConfigError
from bptt.messages import _

from .config import TrainingConfig


def class_weights(config: TrainingConfig, targets: Targets) -> NDArray[np.float32] | None:
    """(K,) the weight of a row of each class k in the loss, N / (K N_k), so that all classes weigh the same together; None where
    all rows weigh the same. (King and Zeng, Logistic regression in rare events data, Political Analysis 9, 2001: the
    weighted log-likelihood, w_1 = tau / y and w_0 = (1 - tau) / (1 - y), with the share tau = 1 / K for every class.)

    Raises ConfigError for `targets`, those of the training part, that are not one class a row.
    """
    if config.class_weights == "none":
        return None
    if not isinstance(targets, Classes):
        message = _("training.class_weights: {came} came, but what is learned here is not one class a row. Set it to none.")
        raise ConfigError("config.class-weights", message.format(came=config.class_weights))
    counts = np.bincount(targets.values, minlength=len(targets.names))
    return (len(targets.values) / (len(counts) * np.maximum(counts, 1))).astype(
        np.float32
    )  # a class without a row weighs nothing
