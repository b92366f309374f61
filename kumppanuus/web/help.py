"""Screen: how the service is used, in plain words."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext

from kumppanuus.web import language
from kumppanuus.web.screen import Screen, show

screen = Screen("help", __name__)

_l = lazy_gettext

WIDTH = 680  # of every picture, in pixels of the page


class Picture(NamedTuple):
    """A picture of the service in use, one for each language: its height in pixels of the page, and what it shows.

    `tools/dev.py pictures` makes them anew.
    """

    height: int
    words: Any


class PictureView(NamedTuple):
    """A picture as the page shows it; `file` stands under the static files."""

    file: str
    width: int
    height: int
    words: str


PICTURES = {
    "comment": Picture(
        690,
        _l(
            "Kommentin lomake: kommentin laji on Huoli, puhuja on Oma näkemykseni, "
            "teksti on kirjoitettu ja alla on painike Lähetä kommentti."
        ),
    ),
    "suggest": Picture(
        680,
        _l("Ehdotuksen lomake: tekstiin on lisätty sanat ”ja varahenkilön”. Kentän alla lisäys näkyy alleviivattuna."),
    ),
    "approve": Picture(
        310,
        _l(
            "Kohdan teksti ja allekirjoitukset: hyvinvointialue on hyväksynyt, järjestöt eivät vielä. "
            "Alla on painike Hyväksy järjestöjen puolesta."
        ),
    ),
}


@screen.page("/ohjeet", may="page.read", endpoint="show")
def explain() -> str:
    """The page of instructions."""
    marks = {
        "draft": gettext("Luonnos: kukaan ei ole vielä kommentoinut tai hyväksynyt kohtaa."),
        "comment": gettext("Kommentoitavana: kommentti odottaa vastausta."),
        "half_authority": gettext("Hyvinvointialue tai kunta on hyväksynyt. Järjestöt eivät vielä."),
        "half_organisations": gettext("Järjestöt ovat hyväksyneet. Toinen osapuoli ei vielä."),
        "agreed": gettext("Sovittu: molemmat ovat hyväksyneet saman tekstin."),
        "reopen": gettext("Avattu uudelleen: kohta oli sovittu, mutta se muutetaan."),
        "late": gettext("Myöhässä: määräpäivä on mennyt."),
    }
    return show("help/page.html", section="help", marks=marks, pictures={key: _picture(key) for key in PICTURES})


def _picture(key: str) -> PictureView:
    """A picture in the language of the page."""
    file = f"help/{key}-{language.language()}.webp"
    return PictureView(file, WIDTH, PICTURES[key].height, str(PICTURES[key].words))
