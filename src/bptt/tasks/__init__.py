"""What a run is to do: one file a task, and the only place that knows it; `named` gives it by its name in the configuration."""

from bptt.config import Config
from bptt.data.suggest import did_you_mean
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.tasks.classify import Classify
from bptt.tasks.guess import check_labels, guessed
from bptt.tasks.language import LanguageModelling
from bptt.tasks.mixed import check_mixture, judged
from bptt.tasks.multilabel import Multilabel
from bptt.tasks.ordinal import Ordinal
from bptt.tasks.regress import Regress
from bptt.tasks.tag import Tag
from bptt.tasks.task import Task

AUTO = "auto"
_TASKS: dict[str, Task] = {
    task.name: task for task in (Classify(), Ordinal(), Multilabel(), Regress(), Tag(), LanguageModelling())
}

__all__ = ["Task", "check_mixture", "judged", "named", "resolved"]


def named(name: str) -> Task:
    """The task of that name. Raises ConfigError where there is none."""
    if name in _TASKS:
        return _TASKS[name]
    message = _('data.task: "{name}" came; expected one of {known}.').format(name=name, known=", ".join(_TASKS))
    raise ConfigError("config.unknown-task", message + did_you_mean(name, _TASKS))


def resolved(config: Config) -> tuple[Config, list[str]]:
    """`config` with its task by name, found by the source where it is "auto", and the task's own defaults for what nobody gave;
    and a note on what was found where that is not one class a row.

    Raises ConfigError for a task that is not known, or that has one label a row where several are named."""
    name, notes = guessed(config.data) if config.data.task == AUTO else (config.data.task, [])
    task, sections = named(name), {}
    check_labels(config.data, task)
    for section, stage in config:
        given = stage.model_fields_set
        own = {key.split(".")[1]: value for key, value in task.defaults.items() if key.startswith(f"{section}.")}
        sections[section] = stage.model_copy(update={key: value for key, value in own.items() if key not in given})
    sections["data"] = sections["data"].model_copy(update={"task": name})
    return config.model_copy(update=sections), notes
