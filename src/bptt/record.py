"""The run folder: every file of a training run, and the only way they are written.

Files are written whole or not at all (`write_atomically`), except `metrics.jsonl`, which grows by one synced line an event.
"""

import json
import os
import platform
import shlex
import sys
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import tomlkit

from .errors import ModelFileError
from .messages import _

CONFIG, ENVIRONMENT, DATA, METRICS = "config.toml", "environment.json", "data.json", "metrics.jsonl"
BEST, MODEL, MODEL_TABLE = "best.safetensors", "model.safetensors", "model.json"
SCORES, REPORT = "scores.json", "report.html"
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


def environment() -> dict[str, Any]:
    """What a run stood on: versions, processor, number of threads, the command."""
    return {
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
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
        if not (path / CONFIG).is_file():
            message = _("{path} is not a run: no {name} in it. Give the folder that `bptt train` made.")
            raise ModelFileError("run.missing", message.format(path=path, name=CONFIG))
        return cls(path)

    def config(self) -> dict[str, Any]:
        """The resolved configuration, section by section."""
        try:
            return tomllib.loads((self.path / CONFIG).read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise self._damaged(CONFIG, error) from error

    def append(self, event: Mapping[str, Any]) -> None:
        """Adds `event` as one line of metrics.jsonl, on disk when this returns. Numbers must be finite (ValueError)."""
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        with (self.path / METRICS).open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())

    def metrics(self) -> list[dict[str, Any]]:
        """The events so far. A last line cut short by a crash is left out with a warning; other damage raises ModelFileError."""
        file = self.path / METRICS
        lines = file.read_bytes().split(b"\n") if file.exists() else []
        cut_short = lines.pop() if lines else b""  # empty after a complete last line
        if cut_short:
            warnings.warn(_("{path}: the last line was cut short and is left out.").format(path=file), stacklevel=2)
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise self._damaged(METRICS, error) from error

    def write_json(self, name: str, content: Any) -> None:
        """Writes `content` as the file `name` of the run. Numbers must be finite (ValueError)."""
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        write_atomically(self.path / name, text.encode())

    def read_json(self, name: str) -> Any:
        """What `write_json` wrote as `name`. Raises ModelFileError where it is missing or damaged."""
        try:
            return json.loads((self.path / name).read_bytes())
        except FileNotFoundError as error:
            message = _("{path}: no {name} in this run. It may have stopped early; train again.")
            raise ModelFileError("run.file-missing", message.format(path=self.path, name=name)) from error
        except ValueError as error:
            raise self._damaged(name, error) from error

    def _damaged(self, name: str, error: Exception) -> ModelFileError:
        message = _("{path} is damaged ({error}). Restore it from a copy, or train again.")
        return ModelFileError("run.damaged", message.format(path=self.path / name, error=error))


def _without_none(value: Any) -> Any:
    """TOML has no null: a key whose value is None is left out, at any depth; tuples become arrays."""
    if isinstance(value, Mapping):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list | tuple) else value
