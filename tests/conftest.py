"""Keras runs on JAX in every test, whichever module imports it first, and NumPy on one thread.

NumPy's second thread waits, spinning, for the core that the other half of the tests computes on: the products of the
reference kernel take sixteen times as long.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
