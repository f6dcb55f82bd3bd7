"""What 50,000 reviews without a label are worth: a language model learns from them, and its layers start a classifier.

    BPTT_DATA=DATA python -m benchmarks.imdb_unlabelled [FOLDER]

Every stage is a command of `bptt` with a run folder of its own below FOLDER (runs/imdb_unlabelled); one that has come to its end
is not repeated, so that a run that was cut off goes on with the stage it was in. The reviews that judge, a tenth of the labelled
ones, are set aside before anything else, and their copies left out: no stage reads them but the last.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bptt.data import DataConfig, load, sources
from bptt.data.inputs import identity
from bptt.data.unlabelled import UNLABELLED
from bptt.record import write_atomically

RATES = (0.003, 0.0015)  # of the language model, one an epoch
JUDGES = 0.1
CLASSIFIER = (
    *("--data.validation", "0.05", "--training.epochs", "4", "--training.batch_size", "32", "--training.learning_rate", "0.0007"),
    *("--training.unfreeze_epochs", "0", "--training.layer_rate_decay", "1.6", "--training.mean_epochs", "2"),
    *("--model.embedding_dropout", "0.4", "--model.word_dropout", "0.1", "--model.bag_of_words", "0.5"),
)


def main() -> None:
    data = Path(os.environ["BPTT_DATA"])
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/imdb_unlabelled")
    tables = set_aside(data, folder)
    start: list[str] = []
    for number, rate in enumerate(RATES, start=1):
        run = folder / f"language_{number}"
        own = ["--training.epochs", "1", "--training.learning_rate", str(rate), "--training.seed", str(number), *start]
        stage(run, "pretrain", tables["unlabelled"], *own)
        start = ["--training.pretrained", str(run), "--training.unfreeze_epochs", "0", "--training.layer_rate_decay", "1"]
    classifier = folder / "classifier"
    stage(classifier, "train", tables["learned"], "--from", run, *CLASSIFIER)
    bptt("evaluate", classifier, tables["judges"], "--progress", "none")
    seconds = sum(json.loads(line)["seconds"] for line in (folder / "seconds.jsonl").read_text().splitlines())
    print(f"all stages: {seconds / 60:.1f} minutes")


def set_aside(data: Path, folder: Path) -> dict[str, Path]:
    """The reviews as tables: a tenth of the labelled ones to judge by, the others to learn from, and those without a label. No
    text that judges stands in the other two, in whatever case and white space."""
    tables = {name: folder / f"{name}.jsonl" for name in ("judges", "learned", "unlabelled")}
    if all(table.exists() for table in tables.values()):
        return tables
    folder.mkdir(parents=True, exist_ok=True)
    labelled = load(DataConfig(source=str(data / "aclImdb_train.tar.gz"), validation=JUDGES))
    for name, part in (("judges", labelled.validation), ("learned", labelled.train)):
        labels = [part.targets.word(row) for row in range(len(part))]
        write(tables[name], [{"text": text, "label": label} for text, label in zip(part.inputs, labels, strict=True)])
    known = set(map(identity, labelled.validation.inputs))
    read = sources.read(DataConfig(source=str(data / "aclImdb_unsup.tar.gz")), UNLABELLED).training.inputs
    left = [{"text": text} for text in read if identity(text) not in known]
    print(f"left out {len(read) - len(left)} unlabelled reviews that are copies of one that judges")
    write(tables["unlabelled"], left)
    return tables


def write(table: Path, rows: list[dict[str, str]]) -> None:
    """The rows as one JSON object a line, whole or not at all."""
    write_atomically(table, "".join(json.dumps(row) + "\n" for row in rows).encode())


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
