"""The devices that share a batch, where `keras.distribution` says so."""

from typing import Any

import keras


def batch_mesh() -> tuple[Any, str | None]:
    """The JAX mesh and the name of the axis that cuts the batch; (None, None) on one device.

    XLA treats a custom call as opaque: called plainly under a distribution, every device would compute the whole batch.
    """
    distribution = keras.distribution.distribution()
    if distribution is None:
        return None, None
    return distribution.device_mesh.backend_mesh, distribution.batch_dim_name
