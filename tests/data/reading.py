"""A source's parts, read as its form allows."""

from bptt.data import DataConfig, sources
from bptt.data.reading import ONE_CLASS
from bptt.data.sources import Parts


def parts_of(source: str, **keys: object) -> Parts:
    """The rows of `source`; the columns of one that has some are called text and label."""
    columns = {"text": "text", "label": "label"} if sources.has_columns(source) else {}
    return sources.read(DataConfig.model_validate({"source": source, **columns, **keys}), ONE_CLASS)
