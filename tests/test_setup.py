"""What a newcomer can meet on the way to the book: each is told what to do."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from book import environment

ROOT = Path(__file__).parents[1]


def words(exit_info):
    return " ".join(str(exit_info.value).split())


class TestEnvironment:
    def test_this_machine_will_do(self):
        environment.check_machine()

    def test_an_old_python_is_named(self, monkeypatch):
        monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
        with pytest.raises(SystemExit) as exit_info:
            environment.check_machine()
        assert "Python 3.11 or newer is needed" in words(exit_info)
        assert f"{sys.executable} is 3.9.18" in words(exit_info)
        assert "make PYTHON=/path/to/python3.13" in words(exit_info)

    def test_old_pythons_can_read_the_file_that_refuses_them(self):
        source = Path(environment.__file__).read_text("utf-8")
        compile(source, "environment.py", "exec", _feature_version=6)

    @pytest.fixture
    def no_venv(self, monkeypatch):
        find = environment.importlib.util.find_spec
        monkeypatch.setattr(
            environment.importlib.util,
            "find_spec",
            lambda name: None if name == "ensurepip" else find(name),
        )

    def test_a_missing_venv_is_a_debian_package(self, no_venv):
        with pytest.raises(SystemExit) as exit_info:
            environment.check_machine()
        package = "python{}.{}-venv".format(*sys.version_info)
        assert f"`sudo apt-get install {package}`" in words(exit_info)

    def test_a_full_disk_is_told_in_numbers(self, monkeypatch):
        disk = SimpleNamespace(free=3e8)
        monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: disk)
        with pytest.raises(SystemExit) as exit_info:
            environment.check_machine()
        assert "Only 0.3 GB are free" in words(exit_info)

    @pytest.mark.parametrize(
        ("pips_words", "advice"),
        [
            ("OSError: [Errno 28] No space left on device", "The disk is full."),
            ("NewConnectionError('...: Name or service')", "cannot be reached"),
            ("SSLError(SSLCertVerificationError())", "set PIP_CERT"),
            ("THESE PACKAGES DO NOT MATCH THE HASHES", "pip cache purge"),
            ("ERROR: No matching distribution found for numpy", "Python 3.11 to 3.13"),
            ("ERROR: a new kind of trouble", "its last words are above"),
        ],
    )
    def test_pips_trouble_gets_advice(self, monkeypatch, capsys, pips_words, advice):
        failed = subprocess.CompletedProcess([], 1, stdout=f"...\n{pips_words}\n")
        monkeypatch.setattr(environment.subprocess, "run", lambda *a, **k: failed)
        with pytest.raises(SystemExit) as exit_info:
            environment.pip("-r", "requirements.lock")
        assert advice in words(exit_info)
        assert pips_words in capsys.readouterr().err

    @pytest.fixture
    def calls(self, monkeypatch, tmp_path):
        """What install() does, with its outward steps replaced by notes."""
        notes = []
        monkeypatch.setattr(environment, "VENV", tmp_path)
        monkeypatch.setattr(environment, "STAMP", tmp_path / "installed.txt")
        monkeypatch.setattr(environment, "python", lambda: sys.executable)
        monkeypatch.setattr(environment, "create", lambda: notes.append("create"))
        monkeypatch.setattr(environment, "pip", lambda *a: notes.append(a[-1]))
        monkeypatch.delenv("PYTHON", raising=False)
        return notes

    def test_it_is_made_once_and_again_only_when_a_lock_changes(
        self, calls, monkeypatch
    ):
        book = ["create", "requirements.lock", "."]
        environment.install(["book"])
        environment.install(["book"])
        assert calls == book
        environment.install(["book", "test"])
        assert calls == [*book, "requirements-test.lock"]
        monkeypatch.setattr(environment, "wanted", lambda: {"book": "x", "test": "y"})
        environment.install(["book"])
        assert calls == [*book, "requirements-test.lock", *book]

    def test_an_interrupted_installation_starts_again(self, calls, monkeypatch):
        def stop(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(environment, "pip", stop)
        monkeypatch.setattr(sys, "argv", ["environment.py"])
        with pytest.raises(SystemExit, match="Run the same command again"):
            environment.main()
        assert environment.installed() == {}

    def test_another_python_on_request_makes_it_anew(self, calls, monkeypatch):
        environment.install(["book"])
        config = environment.VENV / "pyvenv.cfg"
        config.write_text("home = /usr/bin\nversion = 3.10.4\n")
        environment.install(["book"])
        assert calls.count("create") == 1
        monkeypatch.setenv("PYTHON", "python3")
        environment.install(["book"])
        assert calls.count("create") == 2


class TestPython:
    """The Makefile's choice of a Python."""

    @pytest.fixture
    def choice(self, tmp_path):
        def choose(**pythons):
            for name, works in pythons.items():
                fake = tmp_path / name.replace("_", ".")
                fake.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
                fake.chmod(0o755)
            done = subprocess.run(
                ["make", "--dry-run", "environment"],
                cwd=ROOT,
                env={"PATH": f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"},
                capture_output=True,
                text=True,
            )
            return done.stdout

        return choose
