"""The help page: its pictures are there, light, told in words, and of the size the page keeps for them."""

from __future__ import annotations

from PIL import Image

from kumppanuus.config import ROOT
from kumppanuus.web.help import PICTURES
from kumppanuus.web.language import LANGUAGES
from tests.client import client_of
from tests.databases import Databases
from tests.pictures import FOLDER, SCENES, SHARP

MOST = 250 * 1024  # bytes of all pictures


def test_each_language_shows_its_own_pictures_with_words_and_in_their_size(databases: Databases) -> None:
    assert SCENES.keys() == PICTURES.keys()
    told, shown = set(), set()
    for language in LANGUAGES:
        page = client_of(databases.app).page(f"/ohjeet?kieli={language}")
        for image in page.all("img"):
            path = ROOT / str(image.get("src")).split("?")[0].lstrip("/")
            with Image.open(path) as file:
                size = (str(round(file.width / SHARP)), str(round(file.height / SHARP)))
            assert size == (image.get("width"), image.get("height")), f"{path.name} is stale: make the pictures anew"
            assert len(str(image.get("alt"))) > 40
            told.add(image.get("alt"))
            shown.add(path)
    assert len(told) == len(shown) == len(LANGUAGES) * len(PICTURES)
    assert shown == set(FOLDER.glob("*"))
    assert sum(path.stat().st_size for path in shown) < MOST
