"""What 50,000 reviews without a label are worth: a language model learns from them, and its layers start a classifier.

    BPTT_DATA=DATA python -m benchmarks.imdb_unlabelled [FOLDER]

Every stage is a command of `bptt` with a run folder of its own below FOLDER (runs/imdb_unlabelled); one that has come to its end
is not repeated, so that a run that was cut off goes on with the stage it was in. The reviews that judge, a tenth of the labelled
ones, are set aside before anything else: no stage reads them but the last.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

RATES = (0.003, 0.0015)  # of the language model, one an epoch
JUDGES = 0.1
SEED = 0
CLASSIFIER = (
    *("--data.validation", "0.05", "--training.epochs", "4", "--training.batch_size", "32", "--training.learning_rate", "0.0007"),
    *("--training.unfreeze_epochs", "0", "--training.layer_rate_decay", "1.6", "--training.mean_epochs", "2"),
    *("--model.embedding_dropout", "0.4", "--model.word_dropout", "0.1", "--model.bag_of_words", "0.5"),
)


def main() -> None:
    data = Path(os.environ["BPTT_DATA"])
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/imdb_unlabelled")
    learned, judges = set_aside(data / "aclImdb_train.tar.gz", folder)
    start: list[str] = []
    for number, rate in enumerate(RATES, start=1):
        run = folder / f"language_{number}"
        own = ["--training.epochs", "1", "--training.learning_rate", str(rate), "--training.seed", str(number), *start]
        stage(run, "pretrain", data / "aclImdb_unsup.tar.gz", *own)
        start = ["--training.pretrained", str(run), "--training.unfreeze_epochs", "0", "--training.layer_rate_decay", "1"]
    classifier = folder / "classifier"
    stage(classifier, "train", learned, "--from", run, *CLASSIFIER)
    bptt("evaluate", classifier, judges, "--progress", "none")
    seconds = sum(json.loads(line)["seconds"] for line in (folder / "seconds.jsonl").read_text().splitlines())
    print(f"all stages: {seconds / 60:.1f} minutes")


def set_aside(archive: Path, folder: Path) -> tuple[Path, Path]:
    """The labelled reviews as two tables: those to learn from, and a tenth of each class to judge by."""
    tables = folder / "learned.jsonl", folder / "judges.jsonl"
    if all(table.exists() for table in tables):
        return tables
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        files = [member for member in packed if member.isfile() and member.name.split("/")[-2] in ("pos", "neg")]
        rows = [(member.name.split("/")[-2], packed.extractfile(member).read().decode()) for member in files]  # type: ignore[union-attr]
    rows.sort()
    random.Random(SEED).shuffle(rows)
    lines = [json.dumps({"text": text, "label": label}) + "\n" for label, text in rows]
    count = round(JUDGES * len(lines))
    for table, part in zip(tables, (lines[count:], lines[:count]), strict=True):
        table.with_suffix(".part").write_text("".join(part))
        table.with_suffix(".part").rename(table)
    return tables


def stage(run: Path, command: str, *arguments: object) -> None:
    """One command that fills `run`, unless it has done so; what an earlier try left is thrown away."""
    if (run / "scores.json").exists():
        print(f"{run}: done before")
        return
    shutil.rmtree(run, ignore_errors=True)
    started = time.perf_counter()
    bptt(command, *arguments, "--run", run, "--progress", "plain")
    with (run.parent / "seconds.jsonl").open("a") as file:
        file.write(json.dumps({"stage": run.name, "seconds": round(time.perf_counter() - started, 1)}) + "\n")


def bptt(*arguments: object) -> None:
    words = list(map(str, arguments))
    print("$ bptt", *words, flush=True)
    subprocess.run([sys.executable, "-m", "bptt", *words], check=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})


if __name__ == "__main__":
    main()
