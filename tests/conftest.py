"""Keras runs on JAX in every test, whichever module imports it first."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
