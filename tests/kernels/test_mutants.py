"""Tests of the C++ tests: with any one of these lines changed, native/tests/check_kernels must fail."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kernels.native_build import compile_check, compile_tests
from tests.kernels.processes import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
NATIVE = ROOT / "native"


@dataclass(frozen=True)
class Mutant:
    """`was` stands exactly once in the file."""

    file: str
    was: str
    becomes: str


FORWARD, BACKWARD, COMMON = "src/simple_rnn_forward.h", "src/simple_rnn_backward.h", "src/simple_rnn.h"
PLAN, MATMUL, ELEMENTWISE, ACTIVATIONS = "src/plan.cc", "src/matmul.h", "src/elementwise.h", "src/activations.h"
MUTANTS = [
    Mutant(PLAN, "steps[a] > steps[b]", "steps[a] < steps[b]"),
    Mutant(PLAN, "if (!mask || mask[b * time + plan.time_of(p)])", "if (!mask || mask[b * time + p])"),
    Mutant(PLAN, "plan.time_of(position)]]++]", "plan.time_of(position)]]]"),
    Mutant(PLAN, "(batch + rows - 1) / rows", "batch / rows"),
    Mutant("include/bptt/plan.h", "go_backwards ? time - 1 - position : position", "position"),
    Mutant(ACTIVATIONS, "d * (T(1) - h * h)", "d * (T(1) - h)"),
    Mutant(ACTIVATIONS, "(h > T(0) ? d : Vec<T>{})", "(h >= T(0) ? d : Vec<T>{})"),
    Mutant(ACTIVATIONS, "(x < T(0) ? Vec<T>{} : x)", "x"),
    Mutant(ACTIVATIONS, "1.48572235717979e-05f", "1.48572235717979e-06f"),
    Mutant(MATMUL, "int64_t k = 0; k < depth; ++k, b += C * kLanes<T>", "int64_t k = 1; k < depth; ++k, b += C * kLanes<T>"),
    Mutant(MATMUL, "int64_t k = 0; k < depth; ++k, b += b_stride", "int64_t k = 0; k + 1 < depth; ++k, b += b_stride"),
    Mutant(MATMUL, "body(rows * i / tiles, rows * (i + 1) / tiles)", "body(rows * i / tiles, rows * i / tiles + rows / tiles)"),
    Mutant(FORWARD, "h + chunk.entry(i, step - 1) * width", "h + chunk.entry(i, chunk.from) * width"),
    Mutant(FORWARD, "copy_row(state, last, width);", ""),
    Mutant(FORWARD, "if (end == slice.steps(i))", "if (end == chunk.to)"),
    Mutant(FORWARD, "if (slice.steps(i) == 0) copy_row(args.state + slice.rows[i] * units, initial, units);", ""),
    Mutant(
        FORWARD,
        "hold(slice, i, p + 1, slice.position(i, step + 1), row)",
        "hold(slice, i, p + 2, slice.position(i, step + 1), row)",
    ),
    Mutant(FORWARD, "if (args.net.zero_for_mask)", "if (!args.net.zero_for_mask)"),
    Mutant(FORWARD, "pack(net.recurrent_kernel, units, units, units, 1,", "pack(net.recurrent_kernel, units, units, 1, units,"),
    Mutant(FORWARD, "copy_row(bias, net.bias, units);", ""),
    Mutant(BACKWARD, "pack(net.recurrent_kernel, units, units, 1, units,", "pack(net.recurrent_kernel, units, units, units, 1,"),
    Mutant(BACKWARD, "net.zero_for_mask ? p + 1 : slice.position(i, step + 1)", "p + 1"),
    Mutant(BACKWARD, "if (!net.zero_for_mask) collect(", "if (net.zero_for_mask) collect("),
    Mutant(BACKWARD, "before = h;", ""),
    Mutant(BACKWARD, "load(dz + j) + load(dh + j)", "load(dz + j)"),
    Mutant(BACKWARD, "add_rows(d_bias + task * width,", "add_rows(d_bias,"),
    Mutant(BACKWARD, "index < plan.slices; index += parts", "index < parts; index += parts"),
    Mutant(BACKWARD, "add_parts(workers, d_kernel, kernel_parts,", "add_parts(workers, d_kernel, smaller(4, kernel_parts),"),
    Mutant(BACKWARD, "first += parts * kWords", "first += words.count"),
    Mutant(COMMON, "i < smaller(first + kRun, count)", "i < smaller(first + kRun - 1, count)"),
    Mutant(BACKWARD, "if (!net.ids && net.mask) clear(args.d_inputs", "if (false) clear(args.d_inputs"),
    Mutant(BACKWARD, "copy_row(dh + i * width, args.d_state + slice.rows[i] * units, units);", ""),
    Mutant(BACKWARD, "rows[i] = net.table + id * features;", "rows[i] = net.table + (first + i) * features;"),
    Mutant(BACKWARD, "words.starts[middle] < place", "words.starts[middle] <= place"),
    Mutant(COMMON, "for (int64_t p = 0; p < count; ++p)", "for (int64_t p = 1; p < count; ++p)"),
    Mutant(ELEMENTWISE, "static_cast<T>(1.0 / (1.0 - args.rate))", "T(1)"),
    Mutant(ELEMENTWISE, "static_cast<uint64_t>(r / args.repeat)", "static_cast<uint64_t>(r)"),
    Mutant(ELEMENTWISE, "key1(mix(seed[1] + 0x7f4a7c15u))", "key1(mix(0x7f4a7c15u))"),
    Mutant(ELEMENTWISE, "(g - mean_g - y * mean_gy)", "(g - mean_g)"),
    Mutant(ELEMENTWISE, "squares / n + epsilon", "squares / n"),
    Mutant(ELEMENTWISE, "first < width; first += kRun", "first < smaller(width, kRun); first += kRun"),
    Mutant(
        ELEMENTWISE, "for (int64_t task = 0; task < tasks; ++task)", "for (int64_t task = 0; task < smaller(8, tasks); ++task)"
    ),
    Mutant(ELEMENTWISE, "return left >= kLanes<T> ? d : load_some(reinterpret_cast<const T*>(&d), left);", "return d;"),
]


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return compile_tests(NATIVE, tmp_path_factory.mktemp("tests"), "-O2")


def survives(native: Path, folder: Path, tests: list[Path]) -> bool:
    program = compile_check(native, folder, "-O1", tests=tests)
    try:
        return subprocess.run([program], capture_output=True, timeout=60, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def test_the_unchanged_source_passes(tests: list[Path], tmp_path: Path) -> None:
    assert survives(NATIVE, tmp_path, tests)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{Path(mutant.file).name}: {mutant.was}")
def test_the_mutant_is_killed(mutant: Mutant, tests: list[Path], tmp_path: Path) -> None:
    native = tmp_path / "native"
    shutil.copytree(NATIVE, native)
    source = (native / mutant.file).read_text()
    assert source.count(mutant.was) == 1, "the source has changed: change the mutant with it"
    (native / mutant.file).write_text(source.replace(mutant.was, mutant.becomes))
    assert not survives(native, tmp_path, tests)
