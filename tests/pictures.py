"""The pictures of the help page, made from the running application in its demo world, in each language.

Run it by `python3 tools/dev.py pictures`; it needs Chromium and the development packages.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from kumppanuus.config import ROOT
from kumppanuus.web.help import PICTURES, WIDTH, Picture
from kumppanuus.web.language import LANGUAGES
from tests import chromium
from tests.databases import SQLITE, Databases
from tests.server import LiveServer, cookie_of, running

FOLDER = ROOT / "static" / "help"
CLAUSE = "3.5"  # the county has approved it, the organisations have not
MORE = " ja varahenkilön"
SHARP = 1.25  # pixels of the picture for one of the page
QUALITY = 52  # of WebP, of a hundred: below it the edges of letters blur
ABOVE = 12  # pixels of the page above what is shown


class Scene(NamedTuple):
    """A page as somebody uses it: its address after that of the clause, what is done there, and what the picture
    begins with."""

    path: str
    act: Callable[[Page], None]
    begins: str


def comment(page: Page) -> None:
    """Choose what kind of a comment it is, and write it."""
    page.locator("input[name=kind]").nth(2).check()
    page.locator("textarea[name=text]").fill("Kuka kutsuu verkoston koolle, jos yhdyshenkilö on pitkään poissa?")


def suggest(page: Page) -> None:
    """Write other words, and look at what changes."""
    box = page.locator("textarea[name=text]")
    text = box.input_value().replace(MORE, "")  # a draft of the picture before may stand there
    box.fill(text.replace("yhdyshenkilön", f"yhdyshenkilön{MORE}"))
    page.locator("button[name=esikatselu]").click()
    page.locator("#esikatselu ins").wait_for()


def approve(page: Page) -> None:
    """Nothing but look at the button."""


SCENES = {
    "comment": Scene("", comment, "#kommentoi"),
    "suggest": Scene("/ehdota", suggest, "label[for=text]"),
    "approve": Scene("", approve, "main .sheet"),
}


def main() -> None:
    """Make every picture anew, and say how large they are."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        databases = Databases(SQLITE, Path(made), None)
        world = databases.world()
        with databases.lend("world"):
            server = LiveServer(databases.address, Path(made), workers=1)
            name, _equals, value = cookie_of(databases, world.aino).partition("=")
            with running(server), sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.LAUNCH_ARGUMENTS)
                context = browser.new_context(
                    base_url=server.url,
                    viewport={"width": WIDTH, "height": 900},
                    device_scale_factor=SHARP,
                    reduced_motion="reduce",
                    timezone_id="Europe/Helsinki",
                )
                context.add_cookies([{"name": name, "value": value, "url": server.url}])
                for language in LANGUAGES:
                    for key, picture in PICTURES.items():
                        page = context.new_page()
                        page.goto(f"/kohdat/{world.clauses[CLAUSE]}{SCENES[key].path}?kieli={language}")
                        take(page, SCENES[key], picture, FOLDER / f"{key}-{language}.webp")
                        page.close()
                browser.close()
    files = sorted(FOLDER.glob("*.webp"))
    print(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) // 1024} kB in all.")


def take(page: Page, scene: Scene, picture: Picture, to: Path) -> None:
    """Act on a page, and keep the part of it that begins above an element."""
    scene.act(page)
    page.evaluate("document.activeElement.blur()")
    page.set_viewport_size({"width": WIDTH, "height": 2400})
    box = page.locator(scene.begins).first.bounding_box()
    assert box is not None, f"{scene.begins} is not on {page.url}"
    clip = {"x": 0, "y": max(0, box["y"] - ABOVE), "width": WIDTH, "height": picture.height}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    image.convert("RGB").save(to, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
