"""What the modules of this screen stand on: the screen itself, addresses, and what suggestions are called."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext

from kumppanuus.agreements import Agreement, Side
from kumppanuus.suggestions import Answer, Shown, Status, Suggestion, Waiting
from kumppanuus.web import words
from kumppanuus.web.screen import Parts, Screen

screen = Screen("suggestions", __name__)
parts = Parts("suggestions/parts.html")

Suggested = Suggestion | Shown


def home(suggestion: Suggested | UUID) -> str:
    """The address of a suggestion."""
    return f"/muutosehdotukset/{suggestion if isinstance(suggestion, UUID) else suggestion.id}"


def landing(suggestion: Suggestion) -> str:
    """Where its writer is led when it is sent: to it under its clause, or to its own page if it has no clause yet."""
    return f"/kohdat/{suggestion.clause_id}#ehdotus-{suggestion.number}" if suggestion.clause_id else home(suggestion)


def list_address(agreement: Agreement) -> str:
    """The address of the list of all suggestions."""
    return f"/sopimukset/{agreement.slug}/muutosehdotukset"


def name_of(suggestion: Suggested | Waiting | Answer) -> str:
    """What a suggestion is called: "Muutosehdotus 14"."""
    return gettext("Muutosehdotus %(number)s", number=suggestion.number)


def news_of(agreement: Agreement, suggestion: Suggested) -> str:
    """A suggestion with how it stands: "Muutosehdotus 14 odottaa järjestöjen vastausta"."""
    facts = {"name": name_of(suggestion).replace(" ", "\u00a0")}  # its number is never alone on the next line
    match suggestion.status:
        case Status.ACCEPTED:
            return gettext("%(name)s on hyväksytty", **facts)
        case Status.ACCEPTED_MODIFIED:
            return gettext("%(name)s on hyväksytty muokattuna", **facts)
        case Status.REJECTED:
            return gettext("%(name)s on hylätty", **facts)
        case Status.WITHDRAWN:
            return gettext("%(name)s on peruttu", **facts)
    if suggestion.side is None:
        return gettext("%(name)s odottaa vastausta", **facts)
    if suggestion.side.other is Side.ORGANISATIONS:
        return gettext("%(name)s odottaa järjestöjen vastausta", **facts)
    if words.is_municipal(agreement):
        return gettext("%(name)s odottaa kunnan vastausta", **facts)
    return gettext("%(name)s odottaa hyvinvointialueen vastausta", **facts)


def answerers(agreement: Agreement, suggestion: Suggested) -> str:
    """Who may answer a suggestion, for those who may not."""
    if suggestion.side is None:
        return gettext("Ehdotukseen vastaa koordinaattori tai hyväksyjä.")
    if suggestion.side.other is Side.ORGANISATIONS:
        return gettext("Ehdotukseen vastaa koordinaattori tai järjestöjen hyväksyjä.")
    if words.is_municipal(agreement):
        return gettext("Ehdotukseen vastaa koordinaattori tai kunnan hyväksyjä.")
    return gettext("Ehdotukseen vastaa koordinaattori tai hyvinvointialueen hyväksyjä.")


def accept_words(agreement: Agreement, side: Side) -> str:
    """What the button says that accepts a suggestion and approves the wording for a side as well."""
    if side is Side.ORGANISATIONS:
        return gettext("Hyväksy ehdotus järjestöjen puolesta")
    if words.is_municipal(agreement):
        return gettext("Hyväksy ehdotus kunnan puolesta")
    return gettext("Hyväksy ehdotus hyvinvointialueen puolesta")


def voice_of(agreement: Agreement, suggestion: Suggested) -> str:
    """Who made a suggestion, with in whose name: "Riikka Lehto, Järvi-Suomen hyvinvointialue"."""
    voice = words.voice_of(suggestion) or (agreement.authority_name if suggestion.side is Side.AUTHORITY else "")
    return ", ".join(filter(None, [suggestion.author.name, voice]))


def rows_of(text: str | None) -> int:
    """How high the box of a text is drawn, so that most texts are seen whole."""
    return min(max(sum(len(line) // 70 + 1 for line in (text or "").split("\n")) + 2, 8), 24)
