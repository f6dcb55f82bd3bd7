"""`--section.key value` and `--section.key=value`, anywhere on the line, whatever the keys are."""

import json
import re
import shlex
import tomllib
from typing import Any

import rich_click as click

from bptt.messages import _

from .command import Command

KEY = re.compile(r"--([a-z_]+\.[a-z_]+)(?:=(.*))?", re.DOTALL)
READING = ("encoding", "allow_rejects", "max_unpacked_mb")
HOW_READ = _("How DATA is read: --data.encoding, --data.allow_rejects, --data.max_unpacked_mb, as `bptt init` explains them.")


class Overridable(Command):
    """A command that takes any `--section.key VALUE`: `context.obj` is {"section.key": value}, for the command to check."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.obj, rest = split(args)
        return super().parse_args(ctx, rest)


def split(arguments: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The overrides, and the arguments that are left. Raises UsageError for a key without a value, or given twice."""
    overrides: dict[str, Any] = {}
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        found = KEY.fullmatch(argument)
        if not found:
            rest.append(argument)
            continue
        key, word = found.groups()
        word = next(waiting, None) if word is None else word
        if word is None:
            raise click.UsageError(_("--{key} needs a value.").format(key=key))
        if key in overrides:
            message = _("{key} is given twice: {first} and {second}.")
            raise click.UsageError(message.format(key=key, first=overrides[key], second=word))
        overrides[key] = read(word)
    return overrides, rest


def reading(overrides: dict[str, Any], allow_rejects: str | None) -> dict[str, Any]:
    """Those overrides that say how a source is read, by their keys in the section data. Raises UsageError for any other."""
    useless = sorted(overrides.keys() - {f"data.{key}" for key in READING})
    if useless:
        message = _("--{key} is of no use here; only {known} are.")
        raise click.UsageError(message.format(key=useless[0], known=", ".join(f"--data.{key}" for key in READING)))
    if allow_rejects is not None:
        overrides = once(overrides, {"data.allow_rejects": allow_rejects})
    return {key.removeprefix("data."): value for key, value in overrides.items()}


def once(overrides: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The overrides, and the options by the keys they stand for. Raises UsageError for a key given both ways."""
    for key in options.keys() & overrides.keys():
        message = _("{key} is given twice: {first} and {second}.")
        raise click.UsageError(message.format(key=key, first=options[key], second=overrides[key]))
    return options | overrides


def read(word: str) -> Any:
    """A list is written `[64, 32]`, no value `none`. All else stays text: the schema, which knows the key's type, reads it."""
    if word.lower() == "none":
        return None
    if not word.startswith("["):
        return word
    try:
        return tomllib.loads(f"value = {word}")["value"]
    except tomllib.TOMLDecodeError:
        return word


def written(value: Any) -> str:
    """The word by which a shell hands on a value that `read` and the schema read back as the same."""
    return shlex.quote(json.dumps(value) if isinstance(value, bool | list) else str(value))
