"""Make .venv: the Python environment that everything in this repository runs in.

    python book/environment.py           what runs the notebooks and builds the book
    python book/environment.py --test    and the tools of the tests

Any Python can start this file (it has to be able to say that it is too old), so it uses
the standard library alone and no syntax younger than Python 3.6. Nothing happens if the
environment is already what the lock files ask for.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "installed.txt"
OLDEST = (3, 11)
GIGABYTES = 1.0

PIP_TROUBLE = [
    (
        ("No space left on device",),
        "The disk is full. Free about 1 GB and try again.",
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "ProxyError",
            "ConnectTimeout",
            "ReadTimeout",
            "Network is unreachable",
            "getaddrinfo failed",
        ),
        "The package index cannot be reached. Check the network connection (behind a "
        "proxy, set HTTPS_PROXY) and try again.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "The package index shows a certificate that this machine does not trust. "
        "Behind a company proxy, set PIP_CERT to the proxy's certificate file.",
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        "A download was damaged or replaced on its way. Run `pip cache purge` and try "
        "again.",
    ),
    (
        ("No matching distribution found", "Failed to build", "Cannot install"),
        "A package has no build for this Python and system. Tested are Python 3.11 to "
        "3.13: choose one with `make PYTHON=python3.13 ...`.",
    ),
]


def fail(message):
    sys.exit(f"\n{message}")


def python():
    """The environment's own Python."""
    windows = os.name == "nt"
    return VENV / ("Scripts/python.exe" if windows else "bin/python")


def check_machine():
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        fail(
            f"Python 3.11 or newer is needed, but {sys.executable} is {version}. "
            "Install a newer one (python.org/downloads, or your system's packages) or "
            "name it: `make PYTHON=/path/to/python3.13 ...`."
        )
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        fail(
            f"{sys.executable} cannot make environments: its module venv is missing. "
            f"On Debian and Ubuntu install it with `sudo apt-get install {name}`."
        )
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < GIGABYTES:
        fail(
            f"Only {free:.1f} GB are free on the disk of {ROOT}; the environment needs "
            f"about {GIGABYTES:.0f} GB. Free some space and try again."
        )


def wanted():
    """A fingerprint of each layer of the environment, from the files it is made of."""
    layers = {
        "book": ("requirements.lock", "pyproject.toml"),
        "test": ("requirements-test.lock",),
    }
    return {
        name: hashlib.sha256(
            b"".join((ROOT / file).read_bytes() for file in files)
        ).hexdigest()
        for name, files in layers.items()
    }


def installed():
    """The fingerprints of the layers that are there; none in a broken environment."""
    try:
        layers = dict(line.split() for line in STAMP.read_text().splitlines())
        subprocess.run([str(python()), "-c", ""], check=True, stderr=subprocess.PIPE)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}
    return layers


def asked_for_another_python():
    """Whether PYTHON names a version that differs from the environment's."""
    if "PYTHON" not in os.environ or not (VENV / "pyvenv.cfg").exists():
        return False
    here = "{}.{}".format(*sys.version_info)
    settings = (VENV / "pyvenv.cfg").read_text().splitlines()
    versions = [line.split("=")[1].strip() for line in settings if "version" in line]
    return not any(version.startswith(here) for version in versions)


def pip(*arguments):
    command = [str(python()), "-m", "pip", "install", "--no-deps", "--quiet"]
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
    done = subprocess.run(
        command + list(arguments),
        cwd=str(ROOT),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode == 0:
        return
    print("\n".join(done.stdout.splitlines()[-15:]), file=sys.stderr)
    for signs, advice in PIP_TROUBLE:
        if any(sign in done.stdout for sign in signs):
            fail(advice)
    fail("pip could not install the packages; its last words are above.")


def create():
    import venv

    try:
        links = os.name != "nt"
        venv.EnvBuilder(clear=True, symlinks=links, with_pip=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"Making {VENV} failed: {error}. Remove that folder and try again.")


def install(layers):
    """Install the layers, each from its lock file; then note what is there."""
    done = installed()
    want = wanted()
    if done.get("book") != want["book"] or asked_for_another_python():
        check_machine()
        print(
            f"Making .venv with Python {sys.version.split()[0]} (a minute or two) ..."
        )
        create()
        done = {}
    for layer in layers:
        if done.get(layer) == want[layer]:
            continue
        suffix = "" if layer == "book" else f"-{layer}"
        print(f"Installing requirements{suffix}.lock ...", flush=True)
        pip("--require-hashes", "-r", f"requirements{suffix}.lock")
        if layer == "book":
            pip("--no-build-isolation", "-e", ".")
        done[layer] = want[layer]
        STAMP.write_text("".join(f"{name} {seal}\n" for name, seal in done.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--test", action="store_true", help="install the test tools too"
    )
    layers = ["book", "test"] if parser.parse_args().test else ["book"]
    if sys.version_info[:2] < OLDEST:
        check_machine()
    try:
        install(layers)
    except KeyboardInterrupt:
        fail("Stopped. Run the same command again to finish.")


if __name__ == "__main__":
    main()
