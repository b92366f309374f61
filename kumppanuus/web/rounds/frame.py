"""What the pages of rounds share: the screen and the addresses."""

from __future__ import annotations

from kumppanuus.rounds import Round
from kumppanuus.web.screen import Parts, Screen

screen = Screen("rounds", __name__)
parts = Parts("rounds/parts.html")


def at(round_: Round, *rest: object) -> str:
    """An address of a round: `at(round_, "muistutus")`."""
    return "/".join(["/sopimukset", round_.agreement.slug, "kierrokset", str(round_.number), *map(str, rest)])
