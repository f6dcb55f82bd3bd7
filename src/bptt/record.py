"""The run folder: every file of a training run, and the only way they are written.

Files are written whole or not at all (`write_atomically`), except `metrics.jsonl`, which grows by one synced line an event, and
`microscope.jsonl`, by one a probe.
"""

import json
import os
import platform
import shlex
import sys
import tomllib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import tomlkit
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from .errors import ModelFileError
from .messages import _

CONFIG, ENVIRONMENT, DATA, METRICS = "config.toml", "environment.json", "data.json", "metrics.jsonl"
MODEL, MODEL_TABLE, SCORES, REPORT = "model.safetensors", "model.json", "scores.json", "report.html"
FINDINGS, HEALING = "findings.json", "healing.json"
REJECTED, BASELINES = "rejected.jsonl", "baselines.safetensors"
MICROSCOPE, HORIZON, FIT = "microscope.jsonl", "horizon.json", "fit.json"
EXPLAINED, ANSWERS = "explained.json", "answers.safetensors"
PACKAGES = ("bptt", "keras", "jax", "jaxlib", "numpy")


def write_atomically(path: Path, content: bytes) -> None:
    """Writes `content` to `path` whole or not at all, whatever happens meanwhile: a crash leaves the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` outlast a power cut. Windows cannot open folders and needs no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def default_path(source: str, folder: Path = Path("runs")) -> Path:
    """The first free `folder/<date>-<source>-<n>`, with n from 1; `source` is a file, a folder or a built-in name."""
    name = Path(source).name.split(".")[0]
    stem = f"{date.today().isoformat()}-{name}"
    number = 1
    while (folder / f"{stem}-{number}").exists():
        number += 1
    return folder / f"{stem}-{number}"


class Machine(TypedDict):
    """What a run stood on."""

    versions: dict[str, str | None]
    system: str
    processor: str
    threads: int | None
    command: str  # that started the process, ready for a shell


def environment() -> Machine:
    """What this process stands on."""
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "system": platform.platform(),
        "processor": _processor(),
        "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "command": shlex.join(sys.orig_argv),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # a source tree on the path, not installed
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


@dataclass(frozen=True)
class Run:
    """A run folder. `create` makes one, `open` reads one; the file names are this module's constants."""

    path: Path

    @classmethod
    def create(cls, path: Path, config: Mapping[str, Any]) -> Self:
        """A new run in `path`, with the resolved `config` as config.toml (keys whose value is None are left out) and
        environment.json. Raises ModelFileError where `path` is a file, or a folder with anything in it."""
        cls._check_name(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            message = _("{path} already holds something; a run needs a new or an empty folder. Name another with --run.")
            raise ModelFileError("run.not-empty", message.format(path=path))
        path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        write_atomically(path / CONFIG, tomlkit.dumps(_without_none(config)).encode())
        run.write_json(ENVIRONMENT, environment())
        return run

    @classmethod
    def open(cls, path: Path) -> Self:
        """The run in `path`. Raises ModelFileError where there is none."""
        cls._check_name(path)
        if not (path / CONFIG).is_file():
            message = _("{path} is not a run: no {name} in it. Give the folder that `bptt train` made.")
            raise ModelFileError("run.missing", message.format(path=path, name=CONFIG))
        return cls(path)

    def config(self) -> dict[str, Any]:
        """The resolved configuration as it was written, section by section; `config.of_run` also checks it."""
        try:
            return tomllib.loads((self.path / CONFIG).read_text(encoding="utf-8-sig"))
        except ValueError as error:  # what tomllib and the decoder raise
            raise self.damaged(CONFIG, error) from error

    def append(self, event: Mapping[str, Any], name: str = METRICS, sync: bool = True) -> None:
        """One more line, `event`, in the file `name`; with `sync` on disk when this returns. Numbers must be finite
        (ValueError)."""
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        with (self.path / name).open("ab") as file:
            file.write(line.encode())
            file.flush()
            if sync:
                os.fsync(file.fileno())

    def metrics(self, kind: Any = dict[str, Any], name: str = METRICS) -> list[Any]:
        """The lines of the file `name` so far, each checked to be a `kind`; none where there is no file. A last line cut short by
        a crash is left out with a warning; other damage raises ModelFileError."""
        file = self.path / name
        lines = file.read_bytes().split(b"\n") if file.exists() else []
        cut_short = lines.pop() if lines else b""  # empty after a complete last line
        if cut_short:
            warnings.warn(_("{path}: the last line was cut short and is left out.").format(path=file), stacklevel=2)
        return [self._checked(name, line, kind) for line in lines]

    def write_json(self, name: str, content: Any) -> None:
        """Writes `content` as the file `name` of the run. Numbers must be finite (ValueError)."""
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        write_atomically(self.path / name, text.encode())

    def write_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Writes `rows` as the file `name` of the run, one JSON object a line."""
        text = "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
        write_atomically(self.path / name, text.encode())

    def read_json(self, name: str, kind: Any = dict[str, Any]) -> Any:
        """What `write_json` wrote as `name`, checked to be a `kind`. Raises ModelFileError where it is missing or damaged."""
        try:
            return self._checked(name, (self.path / name).read_bytes(), kind)
        except FileNotFoundError as error:
            message = _("{path}: no {name} in this run. It may have stopped early; train again.")
            raise ModelFileError("run.file-missing", message.format(path=self.path, name=name)) from error

    def find_json(self, name: str, kind: Any = dict[str, Any]) -> Any:
        """The same; None where the run has not got so far."""
        return self.read_json(name, kind) if (self.path / name).exists() else None

    @staticmethod
    def _check_name(path: Path) -> None:
        try:
            str(path).encode()
        except UnicodeEncodeError as error:  # the report and the screen could not show it
            shown = str(path).encode("utf-8", "backslashreplace").decode()
            message = _("The name of the run folder {name} is not UTF-8. Name another with --run.")
            raise ModelFileError("run.name", message.format(name=shown)) from error

    def _checked(self, name: str, content: bytes, kind: Any) -> Any:
        """The one door by which JSON of a run comes in: whoever reads it may rely on the types of `kind`."""
        try:
            return TypeAdapter(kind).validate_json(content, strict=True)
        except ValidationError as invalid:
            [first, *_others] = invalid.errors(include_url=False)
            raise self.damaged(name, _reason(first)) from invalid

    def damaged(self, name: str, reason: object) -> ModelFileError:
        """The error to raise where the file `name` of this run is not what this package wrote."""
        message = _("{path} is damaged ({reason}). Restore it from a copy, or train again.")
        return ModelFileError("run.damaged", message.format(path=self.path / name, reason=reason))


def _reason(problem: ErrorDetails) -> str:
    """Where a file's content is not of its kind, and what is wrong there."""
    if problem["type"] == "json_invalid":
        return problem["msg"]
    if problem["type"] == "value_error":  # raised by a kind's own check, in its own words
        return str(problem["ctx"]["error"])
    place = ".".join(str(part) for part in problem["loc"])[:200]
    if problem["type"] == "missing":
        return _("{place} is missing").format(place=place)
    return _("{place} is of another kind than expected").format(place=place or _("its content"))


def _without_none(value: Any) -> Any:
    """TOML has no null: a key whose value is None is left out, at any depth; tuples become arrays."""
    if isinstance(value, Mapping):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list | tuple) else value
