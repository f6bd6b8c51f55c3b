"""Run everything that has to hold. `make test` is this, in a complete environment.

    python tests/run.py

Each step runs even if one before it failed; the exit code is 0 only if all passed.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# one process per file: a notebook's cells, and a browser, stay together
WORKERS = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
WORKERS += ["--no-loadscope-reorder"]  # conftest.py puts the files that take long first
STEPS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "browser": ["tests/browser.py"],
    "book": ["book.build", "--if-stale"],
    "tests and notebooks": ["pytest", "-q", *WORKERS],
}


def run(step):
    """Whether the step passed, and its seconds."""
    print(f"\n== {step}", flush=True)
    first, *rest = STEPS[step]
    module = [] if first.endswith(".py") else ["-m"]
    start = time.monotonic()
    code = subprocess.run([sys.executable, *module, first, *rest], cwd=ROOT).returncode
    return code == 0, time.monotonic() - start


def main():
    results = {step: run(step) for step in STEPS}
    print()
    for step, (passed, seconds) in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {step:20} {seconds:6.1f} s")
    return 0 if all(passed for passed, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
