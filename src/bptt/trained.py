"""A run that was trained, opened again: its model file, and what answers with it."""

from pathlib import Path

from bptt import data, models, tasks, training
from bptt.bundle import Bundle
from bptt.config import Config, of_run
from bptt.evaluation import Predictor
from bptt.evaluation.mixture import mixture_of
from bptt.messages import _
from bptt.record import MODEL, Run


def bundle_of(path: Path) -> Bundle:
    """What the run in `path` learned. The model file is the whole truth of what answers: config.toml may have been edited since.

    Raises ModelFileError."""
    return Bundle.load(Run.open(path).path / MODEL)


def unfinished(path: Path, bundle: Bundle) -> list[str]:
    """A sentence where the model of the run in `path` is but the best so far."""
    if training.finished(Run.open(path).metrics(training.Event)):
        return []
    message = _("{path}: training has not come to its end. The answers are those of epoch {epoch}, the best so far.")
    return [message.format(path=path, epoch=bundle.epoch)]


def judge_of(bundle: Bundle) -> Predictor:
    """The model of `bundle`, ready to answer. Raises ModelFileError where its parts do not fit together."""
    config, encoder = Config.parse(bundle.config), data.from_json(bundle.vocabulary_json)
    task = tasks.named(config.data.task)
    names = task.names(bundle.classes, encoder)
    inputs, head = models.inputs_of(encoder, config.text.mask), task.head(names, config.model)
    model = models.restore(bundle, inputs, head)
    mixture = mixture_of(bundle, config.model.bag_of_words)
    return Predictor(model, encoder, config.text, head, names, task.reading.asked, task.answer, mixture)


def task_of(path: Path) -> tasks.Task:
    """What the run in `path` is to learn. Raises ModelFileError."""
    return tasks.named(of_run(Run.open(path)).data.task)
