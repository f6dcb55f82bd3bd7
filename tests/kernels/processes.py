"""Python in a process of its own: for what is settled once a process (threads, instruction sets, devices)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.haste import AS_USERS_DO

ROOT = Path(__file__).parents[2]


def run_module(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m module` at the repository's root, with these variables set."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"BPTT_LANG": "en"} | AS_USERS_DO | environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def result(module: str, *arguments: str, **environment: str) -> Any:
    """What the module prints, as JSON."""
    done = run_module(module, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
