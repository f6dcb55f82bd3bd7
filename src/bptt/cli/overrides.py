"""`--section.key value` and `--section.key=value`, anywhere on the line, whatever the keys are."""

import re
import tomllib
from typing import Any

import rich_click as click

from bptt.messages import _

from .command import Command

KEY = re.compile(r"--([a-z_]+\.[a-z_]+)(?:=(.*))?", re.DOTALL)


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
