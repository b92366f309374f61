"""The words of the glossary for what the code calls by its identifiers: roles, sides, standings, kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext, pgettext

from kumppanuus.accounts import Theme
from kumppanuus.agreements import Agreement, AgreementKind, Chapter, Placed, Side, TextLanguage
from kumppanuus.comments import Comment, CommentKind
from kumppanuus.documents.answers import CHANNELS as CHANNELS
from kumppanuus.documents.answers import DISPOSITIONS as DISPOSITIONS
from kumppanuus.documents.answers import STANCES as STANCES
from kumppanuus.documents.assemble import Contents, Format, changes_words
from kumppanuus.documents.comparison import draft_words
from kumppanuus.documents.summary.wording import BODY_KINDS as BODY_KINDS
from kumppanuus.documents.summary.wording import ORGANISATION_KINDS as ORGANISATION_KINDS
from kumppanuus.documents.summary.wording import answer_words as answer_words
from kumppanuus.documents.summary.wording import place_title as place_title
from kumppanuus.members import Member, Role, SpeaksFor
from kumppanuus.organisations import SeatRole
from kumppanuus.progress import Standing
from kumppanuus.questions import Status
from kumppanuus.rounds import RoundKind
from kumppanuus.suggestions import Shown, Suggestion

_l = lazy_gettext

KINDS: dict[AgreementKind, Any] = {
    AgreementKind.PARTNERSHIP_AGREEMENT: _l("Kumppanuussopimus"),
    AgreementKind.COOPERATION_DOCUMENT: _l("Järjestöyhteistyöasiakirja"),
    AgreementKind.COOPERATION_PLAN: _l("Järjestöyhteistyön suunnitelma"),
    AgreementKind.MUNICIPAL_DOCUMENT: _l("Yhdistysyhteistyöasiakirja"),
    AgreementKind.FUNCTIONAL_AGREEMENT: _l("Toiminnallinen yhteistyösopimus"),
}

TEXT_LANGUAGES: dict[TextLanguage, Any] = {TextLanguage.FI: _l("suomi"), TextLanguage.SV: _l("ruotsi")}

ROLES: dict[Role, Any] = {
    Role.COORDINATOR: _l("Koordinaattori"),
    Role.OFFICIAL: _l("Viranhaltija"),
    Role.REPRESENTATIVE: _l("Järjestön edustaja"),
    Role.READER: _l("Lukija"),
}

THEMES: dict[Theme, Any] = {
    Theme.SYSTEM: _l("Laitteen mukaan"),
    Theme.LIGHT: _l("Vaalea"),
    Theme.DARK: _l("Tumma"),
}

COMMENT_KINDS: dict[CommentKind, Any] = {
    CommentKind.SUPPORT: _l("Kannatan"),
    CommentKind.QUESTION: _l("Kysymys"),
    CommentKind.CONCERN: _l("Huoli"),
}

ROUND_KINDS: dict[RoundKind, Any] = {
    RoundKind.COMMENT_ROUND: _l("Kommentointikierros"),
    RoundKind.CONSULTATION: _l("Lausuntokierros"),
}

CONTENTS: dict[Contents, Any] = {
    Contents.STATUS: _l("kohtien tilanne"),
    Contents.REDLINE: _l("muutosehdotukset ja kommentit"),
    Contents.CLEAN: _l("pelkkä teksti"),
}

FORMATS: dict[Format, Any] = {
    Format.WORD: "Word",
    Format.PDF: "PDF",
    Format.HTML: _l("verkkosivu"),
    Format.MARKDOWN: "Markdown",
}

SEAT_ROLES: dict[SeatRole, Any] = {
    SeatRole.CHAIR: _l("Puheenjohtaja"),
    SeatRole.REPRESENTATIVE: _l("Edustaja"),
    SeatRole.DEPUTY: _l("Varajäsen"),
    SeatRole.SECRETARY: _l("Sihteeri"),
    SeatRole.LIAISON: _l("Järjestöyhdyshenkilö"),
    SeatRole.PREPARER: _l("Valmistelija"),
}

STATUSES: dict[Status, Any] = {
    Status.OPEN: _l("Ei aloitettu"),
    Status.IN_PREPARATION: _l("Valmistelussa"),
    Status.PROPOSED: _l("Ehdotus esitetty"),
    Status.AGREED: _l("Sovittu"),
    Status.DEFERRED: _l("Siirretty"),
    Status.OUT_OF_SCOPE: _l("Ei sovita tässä"),
}


def document(facts: Mapping[str, Any]) -> str:
    """A document that was made, from the facts of its event: "Luonnos 0.8, kohtien tilanne, Word"."""
    contents, form = Contents(facts["contents"]), FORMATS[Format(facts["format"])]
    if contents is Contents.FINAL:
        edition = facts["edition"]
        return f"{edition[:1].upper()}{edition[1:]}, {form}"
    if contents is Contents.CHANGES:
        return f"{changes_words(facts['since'], facts['edition'])}, {form}"
    draft = draft_words(facts["edition"], is_changed=facts["is_changed"])
    return f"{draft}, {CONTENTS[contents]}, {form}"


def is_municipal(agreement: Agreement) -> bool:
    """Whether the authority is a municipality."""
    return agreement.kind is AgreementKind.MUNICIPAL_DOCUMENT


def side(agreement: Agreement, which: Side) -> str:
    """The word for a side: Hyvinvointialue (or Kunta), Järjestöt."""
    if which is Side.ORGANISATIONS:
        return gettext("Järjestöt")
    return gettext("Kunta") if is_municipal(agreement) else gettext("Hyvinvointialue")


def has_approved(agreement: Agreement, which: Side) -> str:
    """The standing of a clause that one side has approved."""
    if which is Side.ORGANISATIONS:
        return gettext("Järjestöt hyväksyneet")
    return gettext("Kunta hyväksynyt") if is_municipal(agreement) else gettext("Hyvinvointialue hyväksynyt")


def standings(agreement: Agreement) -> dict[Standing, str]:
    """The words of every standing, looked up once for a page."""
    return {
        Standing.AGREED: gettext("Sovittu"),
        Standing.HALF_AUTHORITY: has_approved(agreement, Side.AUTHORITY),
        Standing.HALF_ORGANISATIONS: has_approved(agreement, Side.ORGANISATIONS),
        Standing.CHANGE: gettext("Muutosehdotus"),
        Standing.COMMENT: gettext("Kommentoitavana"),
        Standing.REOPENED: gettext("Avattu uudelleen"),
        Standing.DRAFT: gettext("Luonnos"),
    }


def statuses(agreement: Agreement) -> dict[Status, str]:
    """The words of every status of a question; a proposed one waits for the body by its own name."""
    words = {status: str(words) for status, words in STATUSES.items()}
    words[Status.PROPOSED] = gettext("Odottaa: %(body)s", body=agreement.body_name)
    return words


def days_late(days: int) -> str:
    """How late something is: "Myöhässä 3 päivää"."""
    return ngettext("Myöhässä %(num)s päivän", "Myöhässä %(num)s päivää", days)


def role_words(member: Member) -> str:
    """The short line under a name: the organisation, else the role."""
    if member.role is Role.REPRESENTATIVE and member.organisation is not None:
        return member.organisation.name
    if member.role is Role.OFFICIAL:
        return str(member.organisation.name if member.organisation else member.agreement.authority_name)
    return str(ROLES[member.role])


def right_words(agreement: Agreement, which: Side) -> str:
    """The right to approve for a side: "Hyväksyy järjestöjen puolesta"."""
    if which is Side.ORGANISATIONS:
        return gettext("Hyväksyy järjestöjen puolesta")
    if is_municipal(agreement):
        return gettext("Hyväksyy kunnan puolesta")
    return gettext("Hyväksyy hyvinvointialueen puolesta")


def voices(member: Member) -> list[tuple[str, str]]:
    """In whose name a member may speak, as choices of a form."""
    words = {
        SpeaksFor.SELF: gettext("Oma näkemykseni"),
        SpeaksFor.ORGANISATION: member.organisation.name if member.organisation else "",
        SpeaksFor.NETWORK: member.network.name if member.network else "",
    }
    return [(voice.value, words[voice]) for voice in member.voices]


def voice_of(said: Comment | Suggestion | Shown) -> str:
    """In whose name something was said, as it stands beside the name."""
    if said.speaks_for is SpeaksFor.NETWORK and said.network:
        return gettext("%(network)s, verkoston näkemys", network=said.network.name)
    if said.organisation is None:
        return ""
    if said.speaks_for is SpeaksFor.SELF:
        return gettext("%(organisation)s, oma näkemys", organisation=said.organisation.name)
    return said.organisation.name


def section_label(chapter: Chapter) -> str:
    """A section as it is called: "3" or "Liite 1"."""
    return gettext("Liite %(number)s", number=chapter.label) if chapter.is_annex else chapter.label


def section_title(chapter: Chapter) -> str:
    """A section by number and title: "3 Yhteistyörakenne", "Liite 1. Sopimukseen liittyminen"."""
    if chapter.is_annex:
        return gettext("Liite %(number)s. %(title)s", number=chapter.label, title=chapter.title)
    return f"{chapter.label} {chapter.title}"


def clause_title(placed: Placed) -> str:
    """A clause by number and title: "3.4 Kokoukset"; one without a title by its number alone."""
    if not placed.label:
        return (
            pgettext("clause", "Poistettu kohta: %(title)s", title=placed.title)
            if placed.title
            else gettext("Poistettu kohta")
        )
    return f"{placed.label} {placed.title}".strip()


def clause_name(placed: Placed) -> str:
    """A clause as it is called in a sentence: "Kohta 3.4 Kokoukset"."""
    if not placed.label:
        return clause_title(placed)
    return gettext("Kohta %(name)s", name=clause_title(placed))
