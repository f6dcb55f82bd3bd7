"""The configuration as rows: what was changed from the defaults, and what was left."""

import json
from dataclasses import dataclass
from typing import Any

from bptt.config import Config
from bptt.messages import _
from bptt.report.text import MISSING


@dataclass(frozen=True)
class Setting:
    """One key of the configuration, its values as TOML."""

    key: str
    value: str
    default: str
    meaning: str

    @property
    def changed(self) -> bool:
        """Whether the run's value is not the default."""
        return self.value != self.default


def settings(config: Config) -> list[Setting]:
    """Every key of `config`, section by section."""
    return [
        Setting(f"{name}.{key}", _toml(getattr(section, key)), _toml(field.default), _(field.description or key))
        for name, section in config
        for key, field in type(section).model_fields.items()
    ]


def _toml(value: Any) -> str:
    """`value` as config.toml writes it. TOML has no null: a key without a value is not written."""
    return MISSING if value is None else json.dumps(value, ensure_ascii=False)
