"""What a newcomer can meet on the way to the book: each is told what to do."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from book import environment, serve, vendor

ROOT = Path(__file__).parents[1]


def words(exit_info):
    return " ".join(str(exit_info.value).split())


@pytest.fixture
def taken():
    """A port of this machine at which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def no_network(monkeypatch):
    """An address that nobody answers, as when the network is down."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


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

    def test_pip_itself_without_a_network_gets_that_advice(
        self, monkeypatch, no_network, capsys
    ):
        monkeypatch.setattr(environment, "python", lambda: sys.executable)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", no_network)
        monkeypatch.setenv("PIP_RETRIES", "1")
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
        with pytest.raises(SystemExit) as exit_info:
            environment.pip("nowhere-to-be-found==1")
        assert words(exit_info) == (
            "The package index cannot be reached. Check the network connection (behind "
            "a proxy, set HTTPS_PROXY) and try again."
        )
        assert "nowhere-to-be-found" in capsys.readouterr().err

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

    def test_the_newest_that_can_make_an_environment_is_taken(self, choice):
        assert choice(python3_13=True, python3_12=True).endswith(
            "\npython3.13 book/environment.py \n"
        )
        assert choice(python3_13=False).endswith("\npython3.12 book/environment.py \n")

    def test_where_none_can_the_last_one_says_why(self, choice):
        versions = ("python3_13", "python3_12", "python3_11", "python3")
        said = choice(**dict.fromkeys(versions, False))
        assert said.endswith("\npython3 book/environment.py \n")

    def test_a_python_that_is_not_there_is_named(self):
        done = subprocess.run(
            ["make", "--no-print-directory", "environment", "PYTHON=python9.9"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode != 0
        assert done.stdout.startswith(
            "There is no python9.9 here. Install Python 3.11 or newer:"
        )


class TestServing:
    def test_a_taken_port_is_named_with_the_cure(self, monkeypatch, taken):
        monkeypatch.setenv("PORT", str(taken))
        with pytest.raises(SystemExit) as exit_info:
            serve.open_server()
        assert words(exit_info) == (
            f"Port {taken} is taken by another program. Choose another one "
            f"(`make serve PORT={taken + 1}`), or leave PORT out and a free one is "
            "found."
        )

    def test_after_the_last_port_comes_the_first(self, monkeypatch):
        def refuse(port):
            raise OSError(f"{port} is taken")

        monkeypatch.setenv("PORT", "65535")
        monkeypatch.setattr(serve, "server", refuse)
        with pytest.raises(SystemExit, match=r"`make serve PORT=8000`"):
            serve.open_server()

    def test_a_port_of_the_system_s_own_is_told_apart(self, monkeypatch):
        def refuse(port):
            raise PermissionError

        monkeypatch.setenv("PORT", "80")
        monkeypatch.setattr(serve, "server", refuse)
        with pytest.raises(SystemExit, match=r"Port 80 is reserved .* above 1023\."):
            serve.open_server()

    def test_without_a_wish_a_taken_port_is_passed_over(self, monkeypatch, taken):
        monkeypatch.delenv("PORT", raising=False)
        monkeypatch.setattr(serve, "FIRST_PORT", taken)
        with serve.open_server() as running:
            port = running.server_address[1]
        assert taken < port < taken + serve.PORTS_TO_TRY

    def test_where_every_port_is_taken_the_system_finds_one(self, monkeypatch, taken):
        monkeypatch.delenv("PORT", raising=False)
        monkeypatch.setattr(serve, "FIRST_PORT", taken)
        monkeypatch.setattr(serve, "PORTS_TO_TRY", 1)
        with serve.open_server() as running:
            assert running.server_address[1] not in (0, taken)

    @pytest.mark.parametrize("wish", ["0", "65536", "-1", "80.5", "eighty"])
    def test_a_wish_that_is_no_port_is_refused(self, monkeypatch, wish):
        monkeypatch.setenv("PORT", wish)
        with pytest.raises(SystemExit) as exit_info:
            serve.open_server()
        assert words(exit_info) == (
            f"PORT must be a number from 1 to 65535, got {wish!r}."
        )

    def test_the_command_ends_with_the_message_and_no_traceback(
        self, monkeypatch, taken, tmp_path
    ):
        (tmp_path / "index.html").write_text("<p>A book.</p>", "utf-8")
        start = f"from book import serve; serve.PAGES = serve.Path({str(tmp_path)!r})"
        done = subprocess.run(
            [sys.executable, "-c", f"{start}; serve.main()"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(taken)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert done.stderr.startswith(f"Port {taken} is taken by another program.")
        assert done.stderr.count("\n") == 1

    def test_without_a_book_it_says_how_to_build_one(self, monkeypatch, tmp_path):
        monkeypatch.setattr(serve, "PAGES", tmp_path)
        with pytest.raises(SystemExit, match="Build it with: make book"):
            serve.main()


class TestFetching:
    """book/vendor.py, with a registry of this machine's own."""

    @pytest.fixture
    def package(self, monkeypatch, tmp_path):
        monkeypatch.setattr(vendor, "CACHE", tmp_path)
        monkeypatch.delenv("npm_config_registry", raising=False)
        return vendor.Package(
            name="letters",
            version="1.0.0",
            integrity=vendor.integrity(b"abc"),
            goal="site/letters",
            files=("LICENSE",),
        )

    @pytest.fixture
    def registry(self, monkeypatch, package):
        """The paths asked for at a registry that gives `registry.gives`."""

        class Registry(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.paths.append(self.path)
                self.send_response(asked.status)
                self.send_header("Content-Length", str(len(asked.gives)))
                self.end_headers()
                self.wfile.write(asked.gives)

            def log_message(self, *arguments):
                pass

        asked = SimpleNamespace(paths=[], gives=b"abc", status=200)
        with http.server.HTTPServer(("127.0.0.1", 0), Registry) as running:
            threading.Thread(target=running.serve_forever, daemon=True).start()
            asked.address = f"http://127.0.0.1:{running.server_address[1]}"
            monkeypatch.setenv("npm_config_registry", asked.address)
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            yield asked
            running.shutdown()

    def test_what_was_pinned_is_kept_and_fetched_once(self, package, registry):
        vendor.download(package)
        vendor.download(package)
        assert package.tarball.read_bytes() == b"abc"
        assert registry.paths == ["/letters/-/letters-1.0.0.tgz"]

    def test_without_a_network_the_address_and_the_cures_are_named(
        self, monkeypatch, package, no_network
    ):
        monkeypatch.setenv("npm_config_registry", f"{no_network}/")
        with pytest.raises(SystemExit) as exit_info:
            vendor.download(package)
        said = words(exit_info)
        assert said.startswith(
            f"{no_network}/letters/-/letters-1.0.0.tgz cannot be read: [Errno "
        )
        assert "Connection refused" in said or "refused it" in said
        assert said.endswith(
            ". Check the network connection; behind a proxy set HTTPS_PROXY, and for "
            "another registry set npm_config_registry."
        )
        assert not package.tarball.exists()

    def test_silence_is_told_as_such(self, monkeypatch, package):
        def silent(*arguments, **options):
            raise TimeoutError("timed out")

        monkeypatch.setattr(vendor.urllib.request, "urlopen", silent)
        with pytest.raises(SystemExit, match=r"cannot be read: timed out\. Check the"):
            vendor.download(package)

    def test_a_registry_without_the_package_is_told_as_such(self, package, registry):
        registry.status = 404
        with pytest.raises(SystemExit, match=r"1\.0\.0\.tgz cannot be read: Not Found"):
            vendor.download(package)

    def test_another_content_is_refused_and_not_kept(self, package, registry):
        registry.gives = b"abd"
        with pytest.raises(SystemExit) as exit_info:
            vendor.download(package)
        assert f"has the checksum {vendor.integrity(b'abd')}" in words(exit_info)
        assert "damaged or replaced on its way: try again" in words(exit_info)
        assert not package.tarball.exists()

    def test_a_damaged_copy_is_fetched_again(self, package, registry):
        package.tarball.parent.mkdir()
        package.tarball.write_bytes(b"ab")
        vendor.download(package)
        assert package.tarball.read_bytes() == b"abc"
