"""Baselines out of their file again, of whichever kind they are."""

from pathlib import Path

from bptt.bundle import load_weights
from bptt.errors import ModelFileError
from bptt.evaluation import usual_tags
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.messages import _


def load_rivals(path: Path) -> Rivals:
    """What `save` of one of them wrote to `path`. Raises ModelFileError for anything else."""
    arrays, texts = load_weights(path)
    try:
        of_tags = texts["kind"] == usual_tags.KIND
        return usual_tags.UsualTags.of_parts(arrays, texts) if of_tags else TextRivals.of_parts(arrays, texts)
    except (KeyError, ValueError) as error:
        message = _("{path} is damaged or no model file ({reason}). Restore it from a copy, or train again.")
        raise ModelFileError("model.damaged", message.format(path=path, reason=error)) from error
