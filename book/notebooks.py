"""The one form in which notebooks are stored, and how to get there.

    python book/notebooks.py                      run every chapter and store it
    python book/notebooks.py --check              only say which are not in that form
    python book/notebooks.py --new draft.py chapters/01_perceptron.ipynb
                                                  make a chapter from a percent script

Each notebook runs in a fresh kernel, top to bottom. What nbval compares is kept: text.
Pictures, widget state and times are not; the book makes them anew. A file is written
only if it changes.
"""

import argparse
import copy
import hashlib
import subprocess
import sys
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
SECONDS = 120  # for one cell; nbval gets the same
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"jupyter", "mystnb", "tags"}
# nbval compares none of these, so a stored copy would be checked by nothing
UNCOMPARED = {"application/vnd.jupyter.widget-view+json", "image/jpeg", "image/png"}


class ThisPython(AsyncKernelManager):
    """Starts the running interpreter, whatever kernels the machine knows by name."""

    @property
    def kernel_spec(self):
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def executed(nb, folder):
    """A copy of `nb`, run top to bottom in a fresh kernel that starts in `folder`."""
    nb = copy.deepcopy(nb)
    NotebookClient(
        nb,
        kernel_manager_class=ThisPython,
        resources={"metadata": {"path": str(folder)}},
        timeout=SECONDS,
        startup_timeout=SECONDS,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # else a slow cell's text is cut where it was flushed
    ).execute(stderr=subprocess.DEVNULL)  # the kernel's own log, not the cells'
    return nb


def stored(nb):
    """A copy of `nb` in the stored form: text outputs, counts 1..n, no times, no paths.

    Cell ids stay as they are.
    """
    nb = copy.deepcopy(nb)
    nb.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        cell.outputs = [out for out in map(stored_output, cell.outputs) if out]
        for out in cell.outputs:
            if out.output_type == "execute_result":
                out.execution_count = count
    for cell in nb.cells:
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
        if "tags" in cell.metadata and not cell.metadata.tags:
            del cell.metadata["tags"]
    return nb


def stored_output(out):
    """`out` without what nbval does not compare; None if nothing is left."""
    if out.output_type == "error":
        return nbformat.from_dict({**out, "traceback": []})  # it names folders
    if out.output_type == "stream":
        return out
    data = {mime: value for mime, value in out.data.items() if mime not in UNCOMPARED}
    return nbformat.from_dict({**out, "data": data, "metadata": {}}) if data else None


def text(nb):
    """`nb` as the text of its file."""
    return nbformat.writes(nb, version=4) + "\n"


def draft(path):
    """A notebook from a jupytext percent script; the same script gives the same ids."""
    import jupytext

    nb, seen = jupytext.read(path), set()
    nb.nbformat, nb.nbformat_minor = 4, 5
    for cell in nb.cells:
        salt = 0
        while (key := name(cell.source, salt)) in seen:
            salt += 1
        seen.add(key)
        cell.id = key
    return nb


def name(source, salt):
    return hashlib.sha256(f"{salt}{source}".encode()).hexdigest()[:8]


def store(nb, path):
    """Run `nb`, write it to `path` if that changes the file; say what happened."""
    new = text(stored(executed(nb, path.parent)))
    old = path.read_text(encoding="utf-8") if path.exists() else None
    if new != old:
        path.write_text(new, encoding="utf-8", newline="\n")
    print(f"{path.name}: {'unchanged' if new == old else 'stored'}")


def read(path):
    return nbformat.read(path, as_version=4)


def is_stored(path):
    """Whether the file is in the stored form, to the letter. Nothing is run."""
    return path.read_text(encoding="utf-8") == text(stored(read(path)))


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path, help="default: every chapter")
    parser.add_argument("--check", action="store_true", help="run and write nothing")
    parser.add_argument("--new", type=Path, metavar="DRAFT", help="a percent script")
    options = parser.parse_args(arguments)
    paths = options.paths or sorted(CHAPTERS.glob("*.ipynb"))
    if options.new and len(options.paths) != 1:
        parser.error("--new needs the notebook to write, and only that one")
    if options.check:
        loose = [path for path in paths if not is_stored(path)]
        for path in loose:
            print(f"{path.name} is not in the stored form: run `make notebooks`.")
        return int(bool(loose))
    for path in paths:
        try:
            store(draft(options.new) if options.new else read(path), path)
        except (CellExecutionError, CellTimeoutError) as error:
            print(f"{path.name} was not stored, a cell failed:\n{error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
