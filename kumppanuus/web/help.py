"""Screen: how the service is used, in plain words."""

from __future__ import annotations

from flask_babel import gettext

from kumppanuus.web.screen import Screen, show

screen = Screen("help", __name__)


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
    return show("help/page.html", section="help", marks=marks)
