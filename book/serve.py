"""Serve the built book on this machine.

    python -m book.serve

PORT chooses the port; without it, the first free one from 8000 on is taken.
"""

import http.server
import os
import sys
from pathlib import Path

PAGES = Path(__file__).resolve().parents[1] / "_build" / "html"
FIRST_PORT = 8000
PORTS_TO_TRY = 100


class Handler(http.server.SimpleHTTPRequestHandler):
    """The built book's files, never stale and quiet."""

    # Windows takes a file's type from its registry, which other programs change
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
    }

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, directory=str(PAGES), **options)

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    # on Windows a reused address is one that two servers share
    allow_reuse_address = os.name != "nt"
    daemon_threads = True


def server(port):
    """A server on this machine's own port, listening; 0 lets the system choose."""
    return Server(("127.0.0.1", port), Handler)


def wanted_port():
    """The port that PORT asks for, None without it."""
    wish = os.environ.get("PORT", "")
    if wish and not (wish.isdecimal() and 1 <= int(wish) <= 65535):
        sys.exit(f"PORT must be a number from 1 to 65535, got {wish!r}.")
    return int(wish) if wish else None


def open_server():
    port = wanted_port()
    if port is not None:
        try:
            return server(port)
        except PermissionError:
            sys.exit(f"Port {port} is reserved for the system. Choose one above 1023.")
        except OSError:
            sys.exit(
                f"Port {port} is taken by another program. Choose another one "
                f"(`make serve PORT={port + 1 if port < 65535 else FIRST_PORT}`), or "
                "leave PORT out and a free one is found."
            )
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        try:
            return server(port)
        except OSError:
            continue
    return server(0)


def main():
    if not (PAGES / "index.html").exists():
        sys.exit("There is no book yet. Build it with: make book")
    with open_server() as running:
        port = running.server_address[1]
        print(f"\nThe book is at http://localhost:{port}/ (stop: Ctrl-C)", flush=True)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
