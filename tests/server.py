"""The real server in processes of its own, for the tests of crashes, of many at once, and of browsers."""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import lxml.html
from flask.cli import main

from kumppanuus.config import ROOT
from kumppanuus.db import clock_at
from tests.databases import SECRET, Browsers, Databases

PATIENCE = 60  # seconds until a server must have answered; it takes one

# Servers and commands are forked from a process that is warm, because warming up costs more than all else they do.
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.server", "tests.nursery", "granian.cli"])


class LiveServer:
    """granian with worker processes on a database of a test; `kill` ends it as a power cut would."""

    def __init__(self, address: str, folder: Path, *, workers: int = 2, settings: dict[str, str] | None = None) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KUMPPANUUS_")},
            "KUMPPANUUS_DATABASE_URL": address,
            "KUMPPANUUS_INSTANCE": str(folder),
            "KUMPPANUUS_SECRET_KEY": SECRET,
            **(settings or {}),
        }
        self.workers = workers
        self.port = _free_port()
        self.environment["PORT"] = str(self.port)  # where the links of letters lead
        self.log = folder / f"server-{self.port}.log"
        self._process: multiprocessing.process.BaseProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        arguments = [
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", str(self.workers), "--blocking-threads", "8", "--log-level", "warning", "app:app"),
        ]
        self._process = NURSERY.Process(target=_serve, args=(arguments, self.environment, self.log))
        self._process.start()
        waiting = threading.Event()
        for _ in range(PATIENCE * 20):
            if self.healthy():
                return
            if not self._process.is_alive():
                break
            waiting.wait(0.05)
        raise RuntimeError(f"the server did not start: {self.log.read_text(errors='replace')[-3000:]}")

    def kill(self) -> None:
        """End all its processes at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        group = self._process.pid
        assert group is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
        self._process.join(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self._process.join(15)
        self._process = None

    def command(self, *arguments: str) -> None:
        """Run a command of the installation, such as `notify`, to its end."""
        process = NURSERY.Process(target=_command, args=(arguments, self.environment, self.log))
        process.start()
        process.join(PATIENCE)
        assert process.exitcode == 0, f"flask {arguments}: {self.log.read_text(errors='replace')[-3000:]}"

    def healthy(self) -> bool:
        """Whether it answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return Visitor(self).get("/healthz")[0] == 200
        return False


def _serve(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """Be granian, in a group of processes of one's own."""
    from granian.cli import entrypoint

    os.setsid()
    _begin(["granian", *arguments], environment, log)
    multiprocessing.set_start_method("fork", force=True)  # how granian starts its workers from a command line
    entrypoint()


def run_command(folder: Path, *arguments: str, **settings: str) -> tuple[int | None, str, str]:
    """Run a command of an installation that keeps its files in a folder: how it ended, what it said, and what it said
    of errors."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KUMPPANUUS_")}
    environment = {**plain, "KUMPPANUUS_INSTANCE": str(folder), **settings}
    said, errors = folder / "said", folder / "errors"
    for each in (said, errors):
        each.write_bytes(b"")
    process = NURSERY.Process(target=_command, args=(arguments, environment, said, errors))
    process.start()
    process.join(PATIENCE)
    return process.exitcode, said.read_text(), errors.read_text()


def _command(arguments: tuple[str, ...], environment: dict[str, str], log: Path, errors: Path | None = None) -> None:
    """Be flask with a command of ours."""
    _begin(["flask", "--app", "app", *arguments], environment, log, errors)
    main()


def _begin(line: list[str], environment: dict[str, str], log: Path, errors: Path | None = None) -> None:
    """Be as a process that begins by a line typed in the root, and writes into a file, or of errors into another."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for stream, file in ((sys.stdout, log), (sys.stderr, errors or log)):
        with file.open("ab") as written:
            os.dup2(written.fileno(), stream.fileno())
    sys.argv = line


class Visitor:
    """A browser without JavaScript that keeps its cookie, over a real connection."""

    def __init__(self, server: LiveServer, cookie: str = "") -> None:
        self.server, self.cookie = server, cookie

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Status and text of the answer to a form."""
        return self._ask("POST", path, urlencode(fields))

    def form(self, path: str, action: str) -> dict[str, str]:
        """The form for an address as it stands on a page."""
        status, text = self.get(path)
        assert status == 200, f"{path}: {status}"
        forms = [form for form in lxml.html.document_fromstring(text).forms if (form.action or "").endswith(action)]
        assert forms, f"{path} has no form for {action}"
        return {name: value.removeprefix("\n") for name, value in forms[0].form_values()}

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for kept in response.headers.get_all("Set-Cookie") or []:
                if kept.startswith("kumppanuus="):
                    self.cookie = kept.split(";")[0]
            return response.status, response.read().decode()
        finally:
            connection.close()


def cookie_of(databases: Databases, person: UUID) -> str:
    """The Cookie header of a browser in which a person is signed in."""
    with clock_at(None):  # the server reads a real clock
        client = Browsers(databases.app)(person)
    kept = client.get_cookie("kumppanuus")
    assert kept is not None
    return f"kumppanuus={kept.value}"


@contextlib.contextmanager
def running(server: LiveServer) -> Iterator[LiveServer]:
    """The server for as long as the block runs."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
