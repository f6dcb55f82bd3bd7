"""Which task is meant where nobody said: it is told from the source."""

from pathlib import Path

from bptt.data import DataConfig, listing
from bptt.data.config import named
from bptt.data.sources import arrays, conll, files
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.tasks.classify import Classify
from bptt.tasks.multilabel import Multilabel
from bptt.tasks.tag import Tag
from bptt.tasks.task import Task


def guessed(config: DataConfig) -> tuple[str, list[str]]:
    """A task's name: tag where the source is a file of steps with tags, multilabel where it has several labels a row, and a
    note says so, else classify. Raises DataError for what cannot be read."""
    path = Path(config.source)
    if path.name.lower().endswith(arrays.SUFFIX):
        return (Tag.name if arrays.is_per_step(files.existing(config.source)) else Classify.name), []
    if path.is_file() and not (config.text or config.label) and conll.looks_tagged(path, config):
        return Tag.name, []
    if len(named(config.label)) > 1 or config.label_separator:
        why = _("several labels are named")
    elif lists := listing(config):
        why = _('"{column}" holds lists').format(column=lists[0])
    else:
        return Classify.name, []
    message = _("{source}: learned as {task}, any number of labels a row ({why}); --task says otherwise.")
    return Multilabel.name, [message.format(source=config.source, task=Multilabel.name, why=why)]


def check_labels(config: DataConfig, task: Task) -> None:
    """Raises ConfigError where `config` names several labels and `task` has one a row, or several sources of labelled rows."""
    if config.more and task.reading.labelled:
        message = _(
            "data.more: {count} further sources came; rows with labels are read from one. Join the files, or leave it out."
        )
        raise ConfigError("config.more", message.format(count=len(config.more)))
    if not task.reading.several and (len(named(config.label)) > 1 or config.label_separator):
        message = _("data.label: several labels a row came; {task} learns one. Name one column, or leave out --task.")
        raise ConfigError("config.labels", message.format(task=task.name))
