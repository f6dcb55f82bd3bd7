"""A model's weights as plain arrays, and back."""

import keras
import numpy as np
from pydantic import ValidationError

from bptt.bundle import Bundle, Weights
from bptt.errors import ModelFileError
from bptt.messages import _

from .build import build
from .config import ModelConfig
from .heads import Head
from .inputs import Inputs


def get_weights(model: keras.Model) -> Weights:
    """A copy of every weight of `model`, by the path of its variable."""
    return {variable.path: np.array(variable.value) for variable in model.weights}


def set_weights(model: keras.Model, weights: Weights) -> None:
    """Gives `model` these weights. Raises ModelFileError, and changes nothing, unless paths and shapes are the model's own."""
    variables = {variable.path: variable for variable in model.weights}
    if variables.keys() != weights.keys():
        message = _("The model file does not fit the model: missing {missing}, not expected {extra}.")
        missing, extra = sorted(variables.keys() - weights.keys()), sorted(weights.keys() - variables.keys())
        raise ModelFileError("model.keys", message.format(missing=missing, extra=extra))
    for path, variable in variables.items():
        if variable.shape != weights[path].shape:
            message = _("The model file does not fit the model: {path} has the shape {came}, expected {expected}.")
            raise ModelFileError("model.shape", message.format(path=path, came=weights[path].shape, expected=variable.shape))
    for path, variable in variables.items():
        variable.assign(weights[path])


def restore(bundle: Bundle, inputs: Inputs, head: Head) -> keras.Model:
    """The model of a bundle, between what it reads and what it answers. Raises ModelFileError where its parts do not fit
    together."""
    try:
        config = ModelConfig.model_validate(bundle.config["model"])
        model = build(config, inputs, head)
    except (KeyError, TypeError, ValidationError) as error:
        message = _("The model file's configuration cannot be read ({error}). Was it written by another version?")
        raise ModelFileError("model.config", message.format(error=error)) from error
    set_weights(model, bundle.weights)
    return model
