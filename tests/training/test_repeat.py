import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import hashlib, sys
from pathlib import Path
import numpy as np
from bptt import data, batches, models, training
from bptt.record import Run
from bptt.bundle import Bundle

random = np.random.default_rng(5)
words = [f"w{i}" for i in range(30)]
texts = [" ".join(random.choice(words, random.integers(3, 20))) for _ in range(96)]
rows = data.Dataset(texts, data.targets.Classes(random.integers(0, 2, 96).astype(np.int32), ("a", "b")), texts)
text = data.TextConfig(max_length=20, bucket_edges=(), min_count=1)
config = training.TrainingConfig(epochs=2, batch_size=16, seed=3)
vocabulary, encoded = data.Vocabulary.fit_encode(texts, text)
parts = [batches.make(rows, encoded, text, 16, config.seed, shuffle) for shuffle in (True, False)]
training.seed(config)
head = models.Softmax(2)
model = models.build(models.ModelConfig(embedding_width=8, units=(8,)), models.Words(len(vocabulary), mask=True), head)
run, bundle = Run.create(Path(sys.argv[1]), {}), Bundle({}, rows.classes, "[]", {}, 0)
training.fit(model, head, *parts, config, run, training.Silence(), bundle)
weights = models.get_weights(model)
print(hashlib.sha256(b"".join(weights[path].tobytes() for path in sorted(weights))).hexdigest())
"""


@pytest.mark.slow  # that of test_experiment is the short one
def test_a_run_repeats_to_the_bit(tmp_path: Path) -> None:
    """Shuffling, dropout, first weights and both directions, in processes of their own. (That a seed counts: test_experiment.)"""
    runs = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / str(number))], stdout=subprocess.PIPE, text=True)
        for number in range(2)
    ]
    first, second = (run.communicate()[0].strip() for run in runs)
    assert len(first) == 64
    assert first == second
    files = [(tmp_path / str(number) / "model.safetensors").read_bytes() for number in range(2)]
    assert files[0] == files[1]
