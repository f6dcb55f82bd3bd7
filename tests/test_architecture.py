"""ARCHITECTURE.md is true: who imports whom, what loads at start-up, how long a file and a function may be."""

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
FILES = sorted((SOURCE / "bptt").rglob("*.py"))
NATIVE = sorted(path for path in (ROOT / "native").rglob("*") if path.suffix in {".h", ".cc", ".cpp", ".hpp"})
FILE_LINES, FUNCTION_LINES = (250, 400), (40, 80)  # a warning above the first, a failure above the second


def order() -> list[str]:
    """The parts of the package from left to right, as ARCHITECTURE.md has them."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rule = re.search(r"\*\*Import rule\.\*\*.*?`(errors.*?cli)`", text, re.DOTALL)
    assert rule, "ARCHITECTURE.md states the import rule as `errors, shapes < ... < cli`"
    return re.split(r"\s*[<,]\s*", rule[1])


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """The modules that `tree`, a module of `package`, imports, by their full names; `from x import y` as x.y."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def part(module: str) -> str:
    """`bptt.data.text` stands in data, `bptt.record` in record, `bptt` itself in nothing."""
    return (module + ".").split(".")[1] if module.split(".")[0] == "bptt" else ""


def wrong_imports(module: str, package: str, source: str, names: list[str]) -> list[str]:
    """Imports of `module` that go against the order, or hide in a function, or bring JAX or Keras where they must not be."""
    tree, mine, wrong = ast.parse(source), part(module), []
    for other in imports(tree, package):
        theirs = part(other)
        if mine and theirs in names and theirs != mine and (mine not in names or names.index(theirs) > names.index(mine)):
            wrong.append(f"{module} imports {other}, which stands to its right")
        if mine in ("data", "checks", "batches") and other.split(".")[0] in ("jax", "keras", "jaxlib"):
            wrong.append(f"{module} imports {other}")
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        hidden = [other for other in imports(function, package) if part(other)]
        if hidden and mine not in ("cli", ""):
            wrong.append(f"{module}.{function.name} hides the import of {', '.join(hidden)}")
    return wrong


def package_of(path: Path) -> str:
    return module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_flow_one_way(path: Path) -> None:
    if path.name == "__main__.py":
        return  # it starts the command line
    assert wrong_imports(module_name(path), package_of(path), path.read_text(), order()) == []


def test_every_part_has_its_place() -> None:
    there = {path.stem if path.is_file() else path.name for path in (SOURCE / "bptt").iterdir() if path.suffix in ("", ".py")}
    assert there - {"__init__", "__main__", "__pycache__"} == set(order())


@pytest.mark.parametrize(
    ("module", "source", "told"),
    [
        ("bptt.data.text", "from bptt.models import build", "bptt.models.build, which stands to its right"),
        ("bptt.data.text", "from ..training.fit import fit", "bptt.training.fit.fit, which stands to its right"),
        ("bptt.data.text", "import jax.numpy", "imports jax.numpy"),
        ("bptt.checks.near", "import keras", "imports keras"),
        ("bptt.models.build", "def f():\n    from bptt import layers", "hides the import of bptt.layers"),
        ("bptt.report.write", "import bptt.cli.main", "bptt.cli.main, which stands to its right"),
    ],
)
def test_the_check_itself_catches(module: str, source: str, told: str) -> None:
    wrong = wrong_imports(module, module.rpartition(".")[0], source, order())
    assert len(wrong) == 1
    assert told in wrong[0]


def test_xla_and_nanobind_stand_in_the_binding_alone() -> None:
    foreign = re.compile(r'#include\s*[<"](xla|nanobind|Python\.h|jax)')
    assert any(foreign.search(path.read_text()) for path in NATIVE if "binding" in path.parts)
    assert [path.name for path in NATIVE if "binding" not in path.parts and foreign.search(path.read_text())] == []


def loaded(statement: str) -> set[str]:
    """The top-level modules that a fresh Python holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_early_stages_load_neither_jax_nor_keras() -> None:
    assert not {"jax", "keras"} & loaded("import bptt.data, bptt.checks, bptt.batches")
    assert {"jax", "keras"} <= loaded("import bptt.models"), "the line above can fail"


def test_the_front_of_the_package_loads_nothing() -> None:
    assert not {"jax", "keras", "numpy", "pydantic", "click"} & loaded("import bptt")


def lengths(path: Path) -> Iterator[tuple[str, int, tuple[int, int]]]:
    """Name, lines and budget of the file and of each function in it."""
    source = path.read_text()
    yield str(path.relative_to(ROOT)), source.count("\n"), FILE_LINES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT)}: {node.name}", node.end_lineno - node.lineno + 1, FUNCTION_LINES


def test_files_and_functions_stay_short() -> None:
    files = [path for folder in ("src", "tests", "benchmarks", "tools") for path in (ROOT / folder).rglob("*.py")]
    measured = [row for path in files for row in lengths(path)]
    for name, lines, (wanted, _most) in measured:
        if lines > wanted:
            warnings.warn(f"{name} has {lines} lines, wanted {wanted} at most", stacklevel=1)
    assert [f"{name}: {lines} lines" for name, lines, (_wanted, most) in measured if lines > most] == []
