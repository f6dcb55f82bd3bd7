"""The axis letters that every docstring and comment uses, and the array types they name.

B batch, T time, D input features, H units (width of the hidden state), K classes, V vocabulary, N rows of a data set.
`(B, T, D)` means an array with those axes in that order; time always follows batch.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]  # (B, T) or flat; 0 is padding
Mask = NDArray[np.bool_]  # (B, T); True where the step is real
Floats = NDArray[np.floating[Any]]
PADDING, UNKNOWN = 0, 1  # ids with a meaning of their own
NO_LABEL = -1  # where a step of a row (B, T) of labels is not real
