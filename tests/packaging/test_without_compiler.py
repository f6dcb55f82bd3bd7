"""Where the kernels do not compile, a user gets the scan and is told; who develops or builds wheels gets the error."""

import json
from pathlib import Path

import pytest

from tests.commands import tiny, write_reviews
from tests.packaging.environments import Environment, build, copy_source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NOTE = "bptt was installed without its compiled kernels"
REASON = "the compiled kernels are not installed (No module named 'bptt.kernels._native'): install a C++ compiler"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return copy_source(tmp_path / "source")


@pytest.fixture
def broken(source: Path) -> Path:
    """The same with a line that no compiler takes."""
    with (source / "native/src/plan.cc").open("a") as file:
        file.write('#error "planted"\n')
    return source


def test_without_a_compiler_it_installs_says_so_and_learns(source: Path, tmp_path: Path) -> None:
    new = Environment(tmp_path / "new")
    said = new.run("pip", "install", "--verbose", source, cwd=tmp_path)
    assert NOTE in said and "bptt-0.1.0-py3-none-any.whl" in said
    choice = new.run("python", "-c", "from bptt import layers; print(layers.SimpleRNN(4).kernel_choice)", cwd=tmp_path)
    assert "Choice(kernel='scan'" in choice and REASON in choice

    write_reviews(tmp_path / "reviews.csv")
    columns = ("--text", "review", "--label", "score")
    said = new.run("bptt", "train", "reviews.csv", "--run", "run", *columns, *tiny(), cwd=tmp_path)
    assert said.count(REASON) == 1
    assert json.loads((tmp_path / "run/scores.json").read_text())["validation"]["accuracy"] > 0.9


def test_a_user_s_wheel_is_built_without_what_does_not_compile(broken: Path) -> None:
    done = build(broken, "build_wheel")
    assert done.returncode == 0, done.stdout
    assert "planted" in done.stdout and NOTE in done.stdout
    assert [wheel.name for wheel in broken.glob("*.whl")] == ["bptt-0.1.0-py3-none-any.whl"]


@pytest.mark.parametrize(("hook", "required"), [("build_editable", ""), ("build_wheel", "1")])
@pytest.mark.parametrize("compiler", [True, False])
def test_a_developer_gets_the_error(broken: Path, hook: str, required: str, compiler: bool) -> None:
    done = build(broken, hook, compiler, BPTT_REQUIRE_NATIVE=required)
    assert done.returncode != 0
    assert ("planted" if compiler else "Could not find the compiler") in done.stdout
    assert "The kernels did not compile" in done.stdout and NOTE not in done.stdout
    assert not list(broken.glob("*.whl"))
