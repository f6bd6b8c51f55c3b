"""Build the book into _build/html, strictly: every warning is an error.

    python -m book.build               build
    python -m book.build --if-stale    build only if a source changed

Run it with the Python of .venv.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

from book import vendor

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "sources.txt"
SOURCES = (
    "_config.yml",
    "_toc.yml",
    "intro.md",
    "reference",
    "CHANGELOG.md",
    "CITATION.cff",
    "requirements.lock",
    "book",
    "chapters",
    "nnlib",
    "benchmarks",
)


def fingerprint():
    """One number for all that the book is made of: the files' names and contents."""
    seal = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            hidden = {".ipynb_checkpoints", "__pycache__"} & set(file.parts)
            if file.is_file() and not hidden:
                name = file.relative_to(ROOT).as_posix()
                seal.update(f"{name} {file.stat().st_size}\n".encode())
                seal.update(file.read_bytes())
    return seal.hexdigest()


def stale():
    built = (PAGES / "index.html").exists() and STAMP.exists()
    return not built or STAMP.read_text() != fingerprint()


def command(folder):
    """The command that builds the book in `folder`, where every warning is an error."""
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    return [jupyter_book, "build", "-q", "-W", "-n", "--keep-going", str(folder)]


def build():
    """Run jupyter-book on everything anew; its exit code.

    Anew, because Sphinx leaves a chapter alone whose own text has not changed, also
    when nnlib has.
    """
    vendor.main()
    print("Building the book (this runs every chapter) ...", flush=True)
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    before = fingerprint()
    with subprocess.Popen(
        command(ROOT), stdout=PIPE, stderr=STDOUT, text=True, encoding="utf-8"
    ) as run:
        for line in run.stdout:
            # each kernel warns that its port on this very machine is not encrypted
            if not line.startswith("[IPKernelApp] WARNING"):
                print(line, end="", flush=True)
    if run.returncode == 0:
        STAMP.write_text(before)
        print(f"The book is in {PAGES.relative_to(ROOT)}.")
    return run.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--if-stale", action="store_true", help="only if needed")
    if parser.parse_args().if_stale and not stale():
        return 0
    return build()


if __name__ == "__main__":
    sys.exit(main())
