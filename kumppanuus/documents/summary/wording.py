"""What was answered, of what and by whom, in words of the language in use."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from kumppanuus.comments import CommentKind
from kumppanuus.documents.answers import STANCES
from kumppanuus.organisations import BodyKind, OrganisationKind
from kumppanuus.statements import Part
from kumppanuus.summaries import NOWHERE, WHOLE, Answer, Kind, Place

_l = lazy_gettext

ORGANISATION_KINDS: dict[OrganisationKind, Any] = {
    OrganisationKind.ASSOCIATION: _l("Yhdistys"),
    OrganisationKind.FOUNDATION: _l("Säätiö"),
    OrganisationKind.INFORMAL_GROUP: _l("Toimintaryhmä"),
    OrganisationKind.PARISH: _l("Seurakunta"),
    OrganisationKind.UMBRELLA: _l("Kattojärjestö"),
    OrganisationKind.MUNICIPALITY: _l("Kunta"),
    OrganisationKind.COUNTY: _l("Hyvinvointialue"),
    OrganisationKind.OTHER: _l("Muu"),
}

BODY_KINDS: dict[BodyKind, Any] = {
    BodyKind.PARTNERSHIP_TABLE: _l("Kumppanuuspöytä"),
    BodyKind.ADVISORY_BOARD: _l("Järjestöneuvottelukunta"),
    BodyKind.FORUM: _l("Foorumi"),
    BodyKind.SECTOR_NETWORK: _l("Toimialaverkosto"),
    BodyKind.WORKING_GROUP: _l("Työryhmä"),
    BodyKind.PARTICIPATION_BODY: _l("Vaikuttamistoimielin"),
}

COMMENT_KINDS: dict[CommentKind, Any] = {
    CommentKind.SUPPORT: _l("Kannatan"),
    CommentKind.QUESTION: _l("Kysymys"),
    CommentKind.CONCERN: _l("Huoli"),
}


def answer_words(answer: Answer) -> str:
    """A kind or a stance in words; what has neither is "Muu"."""
    if isinstance(answer, CommentKind):
        return str(COMMENT_KINDS[answer])
    return str(STANCES[answer]) if answer is not None else str(gettext("Muu"))


def kind_words(kind: Kind) -> str:
    """The kind of a respondent in words."""
    if isinstance(kind, OrganisationKind):
        return str(ORGANISATION_KINDS[kind])
    return str(BODY_KINDS[kind]) if isinstance(kind, BodyKind) else str(gettext("Muu vastaaja"))


def place_title(place: Place) -> str:
    """A place as it is called in a table: "4.1 Avustukset", "Luku 4 Avustukset", "Koko sopimus", "Kysymys: …"."""
    if place is WHOLE:
        return str(gettext("Koko sopimus"))
    if place is NOWHERE:
        return str(gettext("Muu palaute"))
    if place.is_clause:
        return f"{place.label} {place.title}".strip()
    if not place.is_section:
        return str(gettext("Kysymys: %(text)s", text=place.title))
    if place.is_annex:
        return str(gettext("Liite %(number)s. %(title)s", number=place.label, title=place.title))
    return str(gettext("Luku %(number)s %(title)s", number=place.label, title=place.title))


def section_title(part: Part) -> str:
    """A page of an answer by its name: "Luku 4 Avustukset", "Koko sopimus"."""
    chapter = part.chapter
    if chapter is None:
        return str(gettext("Koko sopimus"))
    return place_title(Place(chapter.id, chapter.label, chapter.title, is_section=True, is_annex=chapter.is_annex))
