"""Files of a run that are not what this package wrote: one sentence that names the file, and the old page stays."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bptt import report
from bptt.errors import BpttError
from bptt.record import CONFIG, DATA, ENVIRONMENT, METRICS, MODEL_TABLE, SCORES
from bptt.report import ClassesView

DEEP = "[" * 100_000
WRONG: list[Any] = [None, True, -1, 1e400, "text", "\ud800", [], [1], {}, {"a": 1}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *((SCORES, content) for content in ('{"validation":{}}', "[1]", DEEP, "", "1", '{"train": null}', "\xff")),
        *((DATA, content) for content in ('{"a":1}', "[]", DEEP)),
        *((MODEL_TABLE, content) for content in ('{"a":1}', '{"layers": [{}], "parameters": 1, "trainable": 1}', DEEP)),
        *((ENVIRONMENT, content) for content in ("[1]", "1", DEEP)),
        *((METRICS, content + "\n") for content in ("1", '{"a":1}', '{"event":"epoch"}', '{"event":"x"}', "", DEEP)),
        *((CONFIG, content) for content in ("", "[data]\n", "a =")),
    ],
)
def test_another_shape_is_refused_and_leaves_the_old_page(make, name, content):
    run = make()
    path = report.write(run, ClassesView())
    before = path.read_bytes()
    (run.path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(BpttError, match=rf"{name} is damaged \(.+\)") as caught:
        report.write(run, ClassesView())
    assert caught.value.code == "run.damaged"
    assert len(str(caught.value)) < 600
    assert path.read_bytes() == before


def places(value: Any, way: tuple = ()) -> Iterator[tuple]:
    """The way to every value inside `value`, the first of each list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*way, key)
        yield from places(one, (*way, key))


def changed(whole: Any, way: tuple, wrong: Any) -> Any:
    """A copy of `whole` with `wrong` at the end of `way`; without it, where `wrong` is Ellipsis."""
    result = copy.deepcopy(whole)
    at = result
    for key in way[:-1]:
        at = at[key]
    if wrong is ...:
        del at[way[-1]]
    else:
        at[way[-1]] = wrong
    return result


@pytest.mark.parametrize("name", [SCORES, DATA, MODEL_TABLE, ENVIRONMENT, METRICS])
def test_any_value_changed_is_refused_or_shown(make, name):
    """One value at a time is taken away or put in place of another: never a traceback."""
    run = make(rows=16, events=None)
    file = run.path / name
    lines = name == METRICS
    whole = [json.loads(line) for line in file.read_text().splitlines()] if lines else json.loads(file.read_text())
    refused, written = [], 0
    for number, way in enumerate(places(whole)):
        for wrong in [..., *WRONG[number % 5 :: 5]]:
            content = changed(whole, way, wrong)
            file.write_text("".join(f"{json.dumps(line)}\n" for line in content) if lines else json.dumps(content))
            try:
                report.write(run, ClassesView())
                written += 1
            except BpttError as error:
                refused.append(error.code)
    assert written, "a value that may be anything"
    assert set(refused) == {"run.damaged"} or name == ENVIRONMENT
    assert len(refused) > written or name == ENVIRONMENT


@pytest.mark.parametrize("key", ["training.epochs", "model.units", "text.mask", "data.source"])
def test_a_setting_that_is_missing_is_not_taken_from_the_defaults(make, key):
    run = make()
    section, name = key.split(".")
    text = (run.path / CONFIG).read_text()
    kept = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
    assert len(kept) < len(text.splitlines())
    (run.path / CONFIG).write_text("\n".join(kept))
    with pytest.raises(BpttError, match=rf"config\.toml is damaged \({section}\.{name} is missing\)"):
        report.write(run, ClassesView())
