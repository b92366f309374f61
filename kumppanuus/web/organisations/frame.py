"""What the pages of the register share: addresses, the views one can turn to, and words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from wtforms.fields import SelectChoice

from kumppanuus.agreements import Agreement
from kumppanuus.organisations import Sector
from kumppanuus.web.language import language
from kumppanuus.web.screen import Parts, Screen

screen = Screen("organisations", __name__)
parts = Parts("organisations/parts.html")


def address(agreement: Agreement, *rest: object) -> str:
    """An address of the register: `address(agreement, "toimialat", sector.id)`."""
    return "/".join(["/sopimukset", agreement.slug, *map(str, rest)])


def views(agreement: Agreement, now: str) -> list[tuple[str, str, bool]]:
    """The views of who takes part: address, words, is it this one."""
    named = {
        "osallistujat": gettext("Osallistujat"),
        "jarjestot": gettext("Järjestöt"),
        "toimialat": gettext("Toimialat"),
        "yhteistyoelimet": gettext("Yhteistyöelimet"),
        "edustus": gettext("Edustus"),
    }
    return [(address(agreement, place), said, place == now) for place, said in named.items()]


def sector_name(sector: Sector) -> str:
    """The name of a sector in the language of the page."""
    return sector.name(language())


def sector_choices(sectors: Iterable[Sector], nothing: str) -> list[SelectChoice]:
    """Sectors as choices of a field; the first chooses none."""
    return [SelectChoice("", nothing), *(SelectChoice(str(each.id), sector_name(each)) for each in sectors)]
