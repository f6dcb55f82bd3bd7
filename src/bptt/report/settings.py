"""The configuration as rows: what was changed from the defaults, and what was left."""

import json
from collections.abc import Mapping
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


def settings(config: Mapping[str, Mapping[str, Any]]) -> list[Setting]:
    """Every key that this version knows or that `config` (config.toml) has, section by section."""
    known = {name: type(section).model_fields for name, section in Config()}
    rows = []
    for section in dict.fromkeys([*known, *config]):
        values, fields = config.get(section, {}), known.get(section, {})
        for name in dict.fromkeys([*fields, *values]):
            field = fields.get(name)
            default, meaning = (_toml(field.default), _(field.description or name)) if field else (MISSING, "")
            rows.append(Setting(f"{section}.{name}", _toml(values.get(name)), default, meaning))
    return rows


def _toml(value: Any) -> str:
    """`value` as config.toml writes it. TOML has no null: a key without a value is not written."""
    return MISSING if value is None else json.dumps(value, ensure_ascii=False)
