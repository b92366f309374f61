"""Releasing: what is ready is looked through once more and published; what is left is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, request
from flask_babel import gettext, ngettext

from kumppanuus import responses
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.responses import Desk, State
from kumppanuus.rounds import Round
from kumppanuus.web import errors, words
from kumppanuus.web.forms import Form
from kumppanuus.web.language import listed
from kumppanuus.web.responses.frame import AT, desk_of, forget_head, home, ids, progress, screen, spot_words
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import me, reply, retry, say, show
from kumppanuus.web.statements.frame import round_name


@dataclass(frozen=True)
class Ready:
    """A draft that can be released: its box, what it says, of what and how many, and who wrote it."""

    value: str
    disposition: str
    reason: str
    about: str
    url: str
    is_ticked: bool


@screen.page(f"{AT}/julkaisu", may="response.manage")
def look(agreement: Agreement, round: Round) -> str:
    """Everything that is ready, ticked; with `vain` only one of it."""
    return _page(round, ids(request.args.get("vain", "")) or None, "")


@screen.deed(f"{AT}/julkaisu", may="response.manage")
def release(agreement: Agreement, round: Round) -> Response:
    """Release what is ticked, as it was shown."""
    seen: dict[UUID, int] = {}
    for value in request.form.getlist("valittu"):
        name, _colon, revision = value.partition(":")
        if ids(name) and revision.isascii() and revision.isdigit() and len(revision) < 10:
            seen[ids(name)[0]] = int(revision)
    try:
        answered = responses.release(round, seen, by=me().id)
    except Refused as refusal:
        sentence = errors.sentence(refusal)
        if isinstance(refusal, responses.ResponseChanged):
            sentence = gettext(
                "Jotakin vastinetta muutettiin sillä välin. Mitään ei julkaistu. Katso luettelo uudelleen."
            )

        def page() -> str:
            return _page(round, list(seen), sentence)

        return retry(page, page, refusal)
    forget_head()
    say(ngettext("Vastine %(num)s kommenttiin on julkaistu.", "Vastineet %(num)s kommenttiin on julkaistu.", answered))
    return reply(otherwise=home(round))


def _page(round_: Round, only: list[UUID] | None, refusal: str) -> str:
    """The list; `only` are the ticked ones, where not all are."""
    desk = desk_of(round_)
    ready = _ready(round_, desk, only)
    left = desk.counts()[State.LEFT] + desk.counts()[State.ASKED]
    return show(
        "responses/release.html",
        section="rounds",
        address=home(round_),
        form=Form(formdata=None),
        progress=replace(progress(round_, desk), release=""),
        ready=ready,
        refusal=refusal,
        left=left,
        crumbs=[(at(round_), round_name(round_)), (home(round_), gettext("Vastineet")), (None, gettext("Julkaise"))],
    )


def _ready(round_: Round, desk: Desk, only: list[UUID] | None) -> list[Ready]:
    places: dict[UUID, list[str]] = {}
    counts: dict[UUID, int] = {}
    for row in desk.rows:
        draft = desk.drafts.get(row.id)
        if draft is not None and draft.disposition is not None:
            name = spot_words(desk.spots[row.spot_id])
            places.setdefault(draft.id, [])
            counts[draft.id] = counts.get(draft.id, 0) + 1
            if name not in places[draft.id]:
                places[draft.id].append(name)
    drafts = {each.id: each for each in desk.drafts.values()}
    found = []
    for response_id, named in places.items():
        draft = drafts[response_id]
        assert draft.disposition is not None, "only what says what came of it is here"
        shown = listed(named[:3]) if len(named) <= 3 else gettext("%(first)s ja muita", first=", ".join(named[:3]))
        about = ngettext("%(num)s kommentti", "%(num)s kommenttia", counts[response_id])
        found.append(
            Ready(
                value=f"{draft.id}:{draft.revision}",
                disposition=str(words.DISPOSITIONS[draft.disposition]),
                reason=draft.reason,
                about=gettext(
                    "%(about)s: %(places)s. Kirjoitti %(name)s.", about=about, places=shown, name=draft.writer
                ),
                url=home(round_, draft.id),
                is_ticked=only is None or draft.id in only,
            )
        )
    return found
