"""Find a Chromium for the browser tests; install one where there is none.

    python tests/browser.py

Looked for: Chromium or Chrome of the system, then Playwright's own. Installed: on
Debian its package, elsewhere (or if that fails) what Playwright downloads.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MAC = ("Google Chrome", "Chromium")
WINDOWS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
# nothing on its own account: a test that counts requests should see the page's alone
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADVICE = (
    "There is no browser for the tests, and none could be installed. Install Chromium "
    "or Chrome (on Debian: sudo apt-get install chromium) and run `make test` again."
)


def candidates():
    """Paths of browsers that may be there; None stands for Playwright's own."""
    yield from filter(None, map(shutil.which, COMMANDS))
    for name in MAC:
        yield from Path("/Applications").glob(f"{name}.app/Contents/MacOS/{name}")
    for folder in filter(None, map(os.environ.get, WINDOWS)):
        yield from Path(folder).glob("Google/Chrome/Application/chrome.exe")
    yield None


def launch(playwright, *flags):
    """The first browser that starts."""
    for path in candidates():
        try:
            return playwright.chromium.launch(
                executable_path=path, args=[*FLAGS, *flags]
            )
        except Error:
            continue  # a stub (Ubuntu's chromium-browser) or half an installation
    raise FileNotFoundError(ADVICE)


def found():
    with sync_playwright() as playwright:
        try:
            launch(playwright).close()
        except FileNotFoundError:
            return False
    return True


def administrator():
    """What makes a command run with the rights to install, without a question asked."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    able = shutil.which("sudo") and not subprocess.run([*sudo, "true"]).returncode
    return sudo if able else None


def installers():
    """Ways to install a browser, each a list of commands."""
    rights = administrator()
    debian = sys.platform == "linux" and "debian" in (
        platform.freedesktop_os_release().get("ID", "")
    )
    if debian and rights is not None:
        apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        yield [
            [*apt, "update"],
            [*apt, "install", "--yes", "--no-install-recommends", "chromium"],
        ]
    playwright = [sys.executable, "-m", "playwright", "install", "--only-shell"]
    if sys.platform == "linux" and rights is not None:
        yield [[*playwright, "--with-deps", "chromium"]]
    yield [[*playwright, "chromium"]]


def install():
    for commands in installers():
        for command in commands:
            print("No browser here:", " ".join(command), flush=True)
            if subprocess.run(command).returncode:
                break
        if found():
            return True
    return False


if __name__ == "__main__":
    sys.exit(None if found() or install() else ADVICE)
