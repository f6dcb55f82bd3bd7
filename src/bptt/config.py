"""The configuration: one section a stage, as TOML that explains itself, with every mistake in it told at once."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self, get_args

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from tomlkit.items import Table

from bptt.data.config import DataConfig, TextConfig
from bptt.data.suggest import did_you_mean
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.messages.visible import is_plain, visible
from bptt.models.config import ModelConfig
from bptt.record import CONFIG, Run
from bptt.training.config import TrainingConfig

_SHOWN = 80  # characters of a value that came


class Config(BaseModel):
    """All that decides a run. Each section belongs to the stage it steers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    data: DataConfig = Field(default_factory=DataConfig)
    text: TextConfig = Field(default_factory=TextConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    training: TrainingConfig = Field(default_factory=TrainingConfig)

    @classmethod
    def parse(cls, values: Any) -> Self:
        """The configuration of `values` {section: {key: value}}. Raises ConfigError that names every wrong key and value."""
        if not isinstance(values, Mapping):
            message = _("{came} came; expected the sections {sections}, each with its keys.")
            raise _unusable([message.format(came=_came(values), sections=", ".join(cls.model_fields))])
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            places = [one["loc"] for one in error.errors()]
            told = [one for one in error.errors() if not any(_within(place, one["loc"]) for place in places)]
            raise _unusable([f"{_key(one['loc'])}: {_sentence(one)}" for one in told]) from error

    def flat(self) -> dict[str, Any]:
        """{"section.key": value}, values as JSON has them."""
        return {f"{name}.{key}": one for name, stage in self.model_dump(mode="json").items() for key, one in stage.items()}

    def to_toml(self) -> str:
        """The whole configuration, each key under a comment that says what it is."""
        document = tomlkit.document()
        for name, section in self:
            document.add(name, _table(section))
        return "".join(one if one == "\n" or is_plain(one) else _escaped(one) for one in tomlkit.dumps(document))


def read_toml(path: Path) -> dict[str, Any]:
    """The sections of the TOML file `path`, unchecked. Raises ConfigError where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            "config.unreadable", _("{path} cannot be read: {reason}.").format(path=path, reason=error.strerror)
        ) from error
    except ValueError as error:  # what tomllib and the decoder raise
        message = _("{path} is not a TOML file: {reason}. Write keys as `epochs = 5` under a `[training]` line.")
        raise ConfigError("config.not-toml", message.format(path=path, reason=error)) from error


def of_run(run: Run) -> Config:
    """The configuration that made `run`. Raises ModelFileError where config.toml is not the whole of it (a default in the place
    of what is missing would be taken for the run's own), ConfigError where this version cannot read it."""
    values = run.config()
    config = Config.parse(values)
    for name, section in config:
        given = values.get(name, {})
        for key, field in type(section).model_fields.items():
            if key not in given and field.default is not None:  # TOML has no null: a key without a value is not written
                raise run.damaged(CONFIG, _("{place} is missing").format(place=f"{name}.{key}"))
    return config


def override(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """`values` {section: {key: value}} with `others` {"section.key": value} in their place, unchecked. The words among `others`
    come from the command line and are read as their key's type has it; a word that cannot be is left for `parse` to tell of."""
    merged = {name: dict(section) if isinstance(section, Mapping) else section for name, section in values.items()}
    for dotted, value in others.items():
        section, key = dotted.split(".", 1)
        if isinstance(merged.setdefault(section, {}), dict):  # else `parse` will tell of the section
            merged[section][key] = _read(value, section, key)
    return merged


def _read(value: Any, section: str, key: str) -> Any:
    """ "5" as 5 where `section.key` is a number, "true" as True where it is one of two."""
    stage = dict(Config()).get(section)
    field = type(stage).model_fields.get(key) if stage else None
    kind = field.annotation if field else None
    if value is None and "none" in get_args(kind):  # the command line's word for no value, and here the name of a choice
        return "none"
    if not isinstance(value, str) or kind not in (bool, int, float):
        return value
    try:
        return {"true": True, "false": False}[value.lower()] if kind is bool else kind(value)
    except (ValueError, KeyError):
        return value


def _table(section: BaseModel) -> Table:
    table = tomlkit.table()
    for name, field in type(section).model_fields.items():
        table.add(tomlkit.comment(_(field.description or name)))
        value = getattr(section, name)
        if value is None:
            table.add(tomlkit.comment(f"{name} ="))
        else:
            table.add(name, list(value) if isinstance(value, tuple) else value)
    return table


def _escaped(character: str) -> str:
    """As TOML writes it in a text, the only place where a character that nobody sees can stand."""
    return f"\\U{ord(character):08X}"


def _unusable(problems: Iterable[str]) -> ConfigError:
    head = _("The configuration cannot be used:")
    tail = _("`bptt init DATA` writes a complete configuration with every key explained.")
    return ConfigError("config.invalid", "\n".join([head, *(f"  {problem}" for problem in problems), tail]))


def _within(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _key(location: tuple[int | str, ...]) -> str:
    """("model", "units", 0) to "model.units[0]"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _sentence(problem: ErrorDetails) -> str:
    """What came and what was expected, in the user's language."""
    if problem["type"] == "extra_forbidden":
        renamed = {"model.layer_norm": _('it is now model.norm: "layer" for true, "none" for false.')}
        return renamed.get(_key(problem["loc"])) or _("there is no such key.") + _near(*map(str, problem["loc"]))
    if problem["type"] == "value_error":  # raised by a stage's own check, in its own words
        return str(problem["ctx"]["error"])
    return _("{came} came; expected {expected}.").format(came=_came(problem["input"]), expected=_expected(problem))


def _came(value: Any) -> str:
    """The value as the user wrote it, or as much of it as a line holds."""
    try:
        shown = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):  # keys of other types, a number of 5,000 digits, a circle
        shown = f"<{type(value).__name__}>"
    return visible(shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…", "")


def _near(section: str, key: str = "") -> str:
    """What an unknown `section` or `section.key` may have meant, else the names that are known there."""
    known = {name: list(type(model).model_fields) for name, model in Config()}
    if not key:
        moved = [f"{name}.{section}" for name, keys in known.items() if section in keys]  # a key outside its section
        return did_you_mean(moved[0], moved) if moved else did_you_mean(section, known) or _known(known)
    return did_you_mean(key, known[section]) or _known(known[section])


def _known(names: Iterable[str]) -> str:
    return " " + _("Known: {names}.").format(names=", ".join(names))


def _expected(problem: ErrorDetails) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "literal_error":
        return _("one of {choices}").format(choices=", ".join(re.findall("'([^']*)'", context["expected"])))
    sentences = {
        "bool": _("true or false"),
        "int": _("a whole number"),
        "float": _("a number"),
        "string": _("a text in quotes"),
        "tuple": _("a list such as [64, 32]"),
        "model": _("a section of keys"),
        "too_short": _("a list of {min_length} or more"),
        "too_long": _("a list of {max_length} at most"),
        "int_parsing_size": _("a smaller number"),
        "string_too_short": _("a text of {min_length} character or more"),
        "invalid_key": _("the name of a key"),
        "greater_than": _("a number above {gt}"),
        "greater_than_equal": _("a number of {ge} or more"),
        "less_than": _("a number below {lt}"),
        "less_than_equal": _("a number of {le} or less"),
        "finite_number": _("a finite number"),
    }
    sentence = sentences.get(kind) or sentences.get(kind.partition("_")[0])
    numbers = {name: f"{value:.12g}" for name, value in context.items() if isinstance(value, int | float)}
    return sentence.format(**numbers) if sentence else problem["msg"]
