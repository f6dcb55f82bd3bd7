"""Where a bag of words answers beside the network (`model.bag_of_words`): for which tasks, and what each says alone."""

from dataclasses import replace
from typing import Any

import numpy as np

from bptt.data import Dataset
from bptt.errors import ConfigError
from bptt.evaluation import Answers, Predictor
from bptt.evaluation.baselines import Rivals, TextRivals
from bptt.messages import _
from bptt.models import ModelConfig
from bptt.progress import Progress
from bptt.tasks.task import Task


def check_mixture(model: ModelConfig, task: Task, train: Dataset) -> None:
    """Raises ConfigError where `model` wants a bag of words beside the network, and `task` has none for the rows of `train`."""
    if model.bag_of_words and not (task.mixes and train.is_text()):
        message = _(
            "model.bag_of_words: {came} came; a bag of words answers beside the network where each text has one class (classify, "
            "ordinal). Set it to 0."
        )
        raise ConfigError("config.bag-of-words", message.format(came=model.bag_of_words))


def judged(
    task: Task, judge: Predictor, rows: Dataset, rivals: Rivals | None, progress: Progress | None = None
) -> tuple[Answers, Any]:
    """The answers of `judge` to `rows`, and their scores beside those of `rivals`, and of the network alone where it is but a
    part of what answers. Raises as `Predictor.answers` and `Task.score` do."""
    network = judge.network(rows.inputs, progress)
    if isinstance(rivals, TextRivals) and judge.mixture:
        rivals = replace(rivals, network=np.asarray(network).argmax(axis=1))
    answers = judge.mixed(network, rows.inputs)
    return answers, task.score(answers, rows, judge.model, rivals)
