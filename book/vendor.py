"""Fetch the front-end files that the book and its tests need: npm packages, no Node.

    python book/vendor.py

The packages are pinned by version and checksum, kept in .cache/npm, and unpacked into
.cache/site (copied into the book as it is) and .cache/axe (the tests). The registry is
npm's, or the one that npm_config_registry or ~/.npmrc names.
"""

import base64
import hashlib
import os
import shutil
import ssl
import sys
import tarfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache"
REGISTRY = "https://registry.npmjs.org"


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    integrity: str  # sha512 of the tarball, base64, as in npm's lock files
    goal: str  # folder in .cache
    files: tuple[str, ...]  # what to take; a final slash takes a whole folder

    @property
    def tarball(self):
        return CACHE / "npm" / f"{self.name}-{self.version}.tgz"

    @property
    def stamp(self):
        return CACHE / "npm" / f"{self.name}.unpacked"

    @property
    def fingerprint(self):
        return f"{self.version} {self.integrity} {' '.join(self.files)}\n"

    def ready(self):
        there = self.stamp.exists() and (CACHE / self.goal).exists()
        return there and self.stamp.read_text() == self.fingerprint


PACKAGES = (
    # MathJax in parts: 165 KB gzipped against 262 for the ready-made tex-chtml.js with
    # its menu. _config.yml names the parts.
    Package(
        name="mathjax",
        version="3.2.2",
        integrity="sha512-Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsP"
        "sjKPZGJvtRZM1vO+geW0OhGw==",
        goal="site/mathjax",
        files=(
            "LICENSE",
            "es5/startup.js",
            "es5/core.js",
            "es5/input/tex-base.js",
            "es5/input/tex/extensions/ams.js",
            "es5/input/tex/extensions/boldsymbol.js",
            "es5/input/tex/extensions/newcommand.js",
            "es5/output/chtml.js",
            "es5/output/chtml/fonts/tex.js",
            "es5/output/chtml/fonts/woff-v2/",
            "es5/a11y/assistive-mml.js",
        ),
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        integrity="sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76A"
        "SyFNNtuFooJpZe37OgudVGtQ==",
        goal="axe",
        files=("LICENSE", "axe.min.js"),
    ),
)


def registry():
    """The registry's address: npm's environment variable, ~/.npmrc, or npm's own."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if os.environ.get(name):
            return os.environ[name].rstrip("/")
    settings = Path.home() / ".npmrc"
    lines = settings.read_text("utf-8").splitlines() if settings.exists() else []
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == "registry" and value.strip():
            return value.strip().rstrip("/")
    return REGISTRY


def certificates():
    """The system's certificates and certifi's: some Pythons on macOS have none."""
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(certifi.where())
    return context


def integrity(data):
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def download(package):
    """Put the package's tarball into .cache/npm, unless it is there already."""
    if package.tarball.exists():
        if integrity(package.tarball.read_bytes()) == package.integrity:
            return
        package.tarball.unlink()
    path = f"{package.name}/-/{package.name}-{package.version}.tgz"
    url = f"{registry()}/{path}"
    print(f"Fetching {package.name} {package.version} ...", flush=True)
    try:
        with urllib.request.urlopen(url, timeout=60, context=certificates()) as answer:
            data = answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        sys.exit(
            f"\n{url} cannot be read: {getattr(error, 'reason', error)}. Check the "
            "network connection; behind a proxy set HTTPS_PROXY, and for another "
            "registry set npm_config_registry."
        )
    if integrity(data) != package.integrity:
        sys.exit(
            f"\n{url} has the checksum {integrity(data)}, not the one pinned in "
            "book/vendor.py. It was damaged or replaced on its way: try again, or name "
            "another registry with npm_config_registry."
        )
    package.tarball.parent.mkdir(parents=True, exist_ok=True)
    package.tarball.write_bytes(data)


def unpack(package):
    """Replace the package's folder with the wanted files of its tarball."""
    goal = CACHE / package.goal
    shutil.rmtree(goal, ignore_errors=True)
    folders = tuple(file for file in package.files if file.endswith("/"))
    with tarfile.open(package.tarball) as archive:
        for member in archive:
            file = member.name.removeprefix("package/")
            if file in package.files or (member.isfile() and file.startswith(folders)):
                target = goal / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
    package.stamp.write_text(package.fingerprint)


def main():
    for package in PACKAGES:
        if not package.ready():
            download(package)
            unpack(package)


if __name__ == "__main__":
    main()
