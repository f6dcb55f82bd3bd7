"""Which task is meant where nobody said: several labels, or lists of them, are told from the data."""

from bptt.data import DataConfig, listing
from bptt.data.config import named
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.tasks.multilabel import Multilabel
from bptt.tasks.task import Task

KEY = "task"


def guessed(config: DataConfig) -> tuple[str, list[str]]:
    """The task's name: what `config` says, else a guess and a note on it. Raises DataError for what cannot be read."""
    if KEY in config.model_fields_set:
        return config.task, []
    several = len(named(config.label)) > 1 or bool(config.label_separator)
    if several:
        why = _("several labels are named")
    elif lists := listing(config):
        why = _('"{column}" holds lists').format(column=lists[0])
    else:
        return config.task, []
    message = _("{source}: learned as {task}, any number of labels a row ({why}); --task says otherwise.")
    return Multilabel.name, [message.format(source=config.source, task=Multilabel.name, why=why)]


def check_labels(config: DataConfig, task: Task) -> None:
    """Raises ConfigError where `config` names several labels and `task` has one a row."""
    if not task.reading.several and (len(named(config.label)) > 1 or config.label_separator):
        message = _("data.label: several labels a row came; {task} learns one. Name one column, or leave out --task.")
        raise ConfigError("config.labels", message.format(task=task.name))
