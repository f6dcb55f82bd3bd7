"""What a run is to do: one file a task, and the only place that knows it; `named` gives it by its name in the configuration."""

from bptt.data import DataConfig
from bptt.data.suggest import did_you_mean
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.tasks.classify import Classify
from bptt.tasks.guess import check_labels, guessed
from bptt.tasks.multilabel import Multilabel
from bptt.tasks.ordinal import Ordinal
from bptt.tasks.regress import Regress
from bptt.tasks.task import Task

_TASKS: dict[str, Task] = {task.name: task for task in (Classify(), Regress(), Multilabel(), Ordinal())}

__all__ = ["Task", "named", "of"]


def named(name: str) -> Task:
    """The task of that name. Raises ConfigError where there is none."""
    if name in _TASKS:
        return _TASKS[name]
    message = _('data.task: "{name}" came; expected one of {known}.').format(name=name, known=", ".join(_TASKS))
    raise ConfigError("config.unknown-task", message + did_you_mean(name, _TASKS))


def of(config: DataConfig) -> tuple[DataConfig, Task, list[str]]:
    """`config` with its task, guessed where it says none, the task, and a note on a guess. Raises ConfigError where what is
    to be read is not what the task learns from."""
    name, notes = guessed(config)
    task = named(name)
    check_labels(config, task)
    return config.model_copy(update={"task": name}), task, notes
