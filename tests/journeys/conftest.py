"""What journeys get: one Chromium for all tests of a worker, and a real server on the demo world for each module."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium as machine
from tests.databases import Databases
from tests.journeys.visitor import Visitor
from tests.server import LiveServer, running

Visit = Callable[..., Visitor]


@dataclass(frozen=True)
class Site:
    """The demo world behind a live server. The world stands on its own day, in the past; the server's clock is real."""

    databases: Databases
    world: Any
    server: LiveServer

    def letter_to(self, address: str) -> str:
        """Send what waits to be sent, by the command of the installation, and read the newest letter to somebody."""
        self.server.command("notify")
        folder = Path(self.server.environment["KUMPPANUUS_INSTANCE"]) / "mail"
        for file in sorted(folder.glob("*.eml"), reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            if address in letter["To"]:
                body = letter.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        raise AssertionError(f"no letter to {address}")

    def link_to(self, address: str) -> str:
        """Send what waits, and give the path of the link of ours in the newest letter to somebody."""
        letter = self.letter_to(address)
        found = re.search(r"http://127\.0\.0\.1:\d+(/(?:kutsut|osoitteet)/\S+)", letter)
        assert found, letter
        return found[1]


Launch = Callable[..., AbstractContextManager[Browser]]


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """`with launch():` is a Chromium, with further arguments if there are any."""
    path = machine.find()
    if path is None:
        words = "No Chromium on this machine: apt-get install chromium-headless-shell, or playwright install chromium"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    with sync_playwright() as playwright:

        @contextmanager
        def begin(*arguments: str) -> Iterator[Browser]:
            browser = playwright.chromium.launch(executable_path=path, args=[*machine.LAUNCH_ARGUMENTS, *arguments])
            yield browser
            browser.close()

        yield begin


@pytest.fixture(scope="session")
def chromium(launch: Launch) -> Iterator[Browser]:
    """The one browser of a worker."""
    with launch() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server for the tests of one module, which do not disturb each other."""
    world = databases.world()
    address = databases.copy("world")
    folder = tmp_path_factory.mktemp("site")
    settings = {"KUMPPANUUS_DEMO": "1", "KUMPPANUUS_DEBUG": "1"}  # one press signs in; the gallery is a page too
    server = LiveServer(address, folder, workers=1, settings=settings)
    try:
        with databases.on(address), running(server):
            yield Site(databases, world, server)
    finally:
        databases.drop(address)


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """`visit()` opens a browser of its own; at the end no page may have complained of anything."""
    visitors: list[Visitor] = []

    def begin(**options: Any) -> Visitor:
        visitors.append(Visitor(chromium, site.server.url, **options))
        return visitors[-1]

    yield begin
    for visitor in visitors:
        visitor.context.close()
    complaints = [each for visitor in visitors for each in visitor.complaints]
    assert not complaints, "\n".join([*complaints, "The server said:", site.server.log.read_text()[-3000:]])
