"""One text for a clause out of what several suggested: their wordings beside each other, and many closed by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import agreements, responses
from kumppanuus.agreements import Agreement, Clause, ClauseVersion
from kumppanuus.errors import Refused
from kumppanuus.responses import Item, State
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition, On, Remark
from kumppanuus.web import words
from kumppanuus.web.drafting.clauses import id_of
from kumppanuus.web.drafting.ground import Difference, base_of, difference
from kumppanuus.web.forms import Chosen, IdField, Written
from kumppanuus.web.responses import keeping
from kumppanuus.web.responses.form import ResponseForm
from kumppanuus.web.responses.frame import AT, Progress, desk_of, home, ids, joined, parts, progress, screen, spot_words
from kumppanuus.web.responses.showing import SaidView, names_in, respondents, said_view
from kumppanuus.web.rounds.closing import whose
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import my_member, reply, retry, say, show
from kumppanuus.web.statements.frame import round_name
from kumppanuus.web.suggestions.frame import home as address
from kumppanuus.web.suggestions.frame import rows_of

_l = lazy_gettext


class WordingForm(ResponseForm):
    """The text, what came of the comments, and why. `base` is the wording in force that was seen, `source` the comment
    whose wording the text was made from, `earlier` what was typed before another text was put into the box."""

    disposition = RadioField(
        _l("Ratkaisu"),
        [Chosen(_l("Valitse ratkaisu"))],
        choices=[
            SelectChoice(each.value, words.DISPOSITIONS[each])
            for each in (Disposition.ACCEPTED, Disposition.ACCEPTED_IN_PART)
        ],
    )
    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Kohdan uusi teksti"), [Written(_l("Kirjoita kohdan teksti"))])
    base = IdField()
    source = IdField()
    earlier = HiddenField()


@dataclass(frozen=True)
class Offered:
    """What some said, with a box to tick; what it would change in the text in force, and the id to begin from it."""

    value: str
    is_ticked: bool
    said: SaidView
    today: Difference | None
    begin: str
    closes: bool = False  # whether its wording is a suggestion that is open, and is closed along


@dataclass(frozen=True)
class Wording:
    """The page: the text, what was said of it, and the form. `changed` is what somebody else changed meanwhile,
    `theirs` what somebody else has answered to the same comments, by whom, and its address."""

    url: str
    heading: str
    lang: str
    form: WordingForm
    offered: list[Offered]
    progress: Progress
    back: str
    changed: Difference | None
    theirs: tuple[str, str, str] | None
    crumbs: list[tuple[str | None, str]]
    keep_url: str = ""
    kept_at: datetime | None = None
    others: str = ""

    @property
    def near(self) -> list[Offered]:
        """What stands open beside the text: wordings, and what is ticked; everything where that is nothing."""
        return [each for each in self.offered if each.begin or each.is_ticked] or self.offered

    @property
    def folded(self) -> list[Offered]:
        """The other comments; they open by a press."""
        return [each for each in self.offered if each not in self.near]

    @property
    def rows(self) -> int:
        """How high the box is drawn, so that most texts are seen whole."""
        return rows_of(self.form.text.data)


@screen.page(f"{AT}/muotoilu", may="response.manage")
def word(agreement: Agreement, round: Round) -> str | Response:
    """The comments on the clause `kohta` that wait, with the text in force, or what its reader has typed."""
    clause = _clause(round, request.args.get("kohta", ""))
    items = _items(round, clause)
    if clause is None or not items:
        return make_response(redirect(home(round), 303))
    kept = keeping.find(_place(round, clause))
    if kept is not None:
        data = {**keeping.data_of(kept), "base": id_of(kept.fields["base"]), "source": id_of(kept.fields["source"])}
        data["earlier"] = kept.fields.get("earlier", "")
        form = WordingForm(formdata=None, data=data)
        return _draw(_view(agreement, round, clause, items, form, set(ids(kept.fields["r"])), kept_at=kept.kept_at))
    current, ticked = clause.current, set(ids(" ".join(request.args.getlist("r"))))
    form = WordingForm(formdata=None, data={"title": current.title, "text": current.text, "base": current.id})
    return _draw(_view(agreement, round, clause, items, form, ticked or None))


@screen.deed(f"{AT}/muotoilu", may="response.manage")
def settle(agreement: Agreement, round: Round) -> Response:
    """Put the text into the agreement, and draft one response to the comments that were ticked."""
    form = WordingForm()
    clause = _clause(round, request.args.get("kohta", ""))
    if clause is None:
        raise responses.NoRemarks()
    chosen = ids(" ".join(request.form.getlist("r")))
    before = base_of(clause, form.base)

    def again(refusal: Refused | None = None) -> Response:
        def view() -> Wording:
            current, changed, theirs = clause.current, None, None
            if isinstance(refusal, responses.TakenMeanwhile):
                theirs = responses.by_id(refusal.facts["response"])
            if before is not None and before.id != current.id:
                changed = difference(before, current.title, current.text)
                form.base.data = current.id  # what is shown now is what the next press is held to
            return _view(agreement, round, clause, _items(round, clause), form, set(chosen), changed, theirs)

        return retry(lambda: parts.wording(view()), lambda: _draw(view()), refusal)

    here = home(round, "muotoilu", query=f"kohta={clause.id}")
    if "pohja" in request.form:
        _begin_from(round, clause, form, before)
        return reply(otherwise=here)
    if "luonnos" in request.form:
        _keep(round, clause, form)
        say(gettext("Keskeneräinen vastine on tallessa. Vain sinä näet sen."))
        return reply(otherwise=here)
    if not form.validate():
        return again()
    source = responses.remarks([form.source.data]).get(form.source.data) if form.source.data in chosen else None
    try:
        made = responses.accept_wording(
            clause,
            round,
            chosen,
            title=form.title.data or "",
            text=form.text.data,
            base=before,
            source_id=source.id if source else None,
            why=whose(round, source) if source else gettext("Kierros %(number)s.", number=round.number),
            in_part=form.disposition.data == Disposition.ACCEPTED_IN_PART,
            reason=form.reason.data,
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return again(refusal)
    keeping.forget(_place(round, clause))
    say(gettext("Kohdan teksti on muutettu. Vastine on tallessa luonnoksena."), undo=_undo_of(made))
    return reply(otherwise=home(round))


@screen.deed(f"{AT}/muotoilu/luonnos", may="response.manage", keeps_key=True)
def keep_wording(agreement: Agreement, round: Round) -> Response:
    """Keep what is being typed, with what is ticked and what the text was made from."""
    clause = _clause(round, request.args.get("kohta", ""))
    if clause is None:
        raise responses.NoRemarks()
    _keep(round, clause, WordingForm())
    return make_response("", 204)


def keep_undone(
    round_: Round, clause: Clause, text: ClauseVersion, remark_ids: Sequence[UUID], response: responses.Response
) -> str:
    """Keep a text and its response that were taken back, as unfinished; gives the address of the page that has them."""
    data = {
        "title": text.title,
        "text": text.text,
        "disposition": response.disposition,
        "reason": response.reason,
    }
    drawn_from = {"base": str(clause.current.id), "source": "", "r": joined(remark_ids)}
    keeping.keep(_place(round_, clause), WordingForm(formdata=None, data=data), extra=drawn_from)
    return home(round_, "muotoilu", query=f"kohta={clause.id}")


def _undo_of(made: responses.Response) -> str | None:
    """Where the text is taken back, if suggestions were accepted by it."""
    found = responses.accepted_with(made)
    return f"{address(found)}/kumoaminen" if found else None


def _begin_from(round_: Round, clause: Clause, form: WordingForm, before: ClauseVersion | None) -> None:
    """Put the wording that a comment suggests into the box, ticked; what was typed there is kept beside it."""
    wordings = responses.remarks(item.first.id for item in _items(round_, clause))
    source = next((wordings[each] for each in ids(request.form["pohja"]) if each in wordings), None)
    if source is not None and source.suggested_text:
        typed = "\n".join((form.text.data or "").splitlines())
        known = {each.suggested_text for each in wordings.values()} | {
            clause.current.text,
            before.text if before else "",
        }
        if typed.strip() not in {(each or "").strip() for each in known}:
            form.earlier.data = "\n\n".join(filter(None, [form.earlier.data, typed]))
        form.title.data, form.text.data = source.suggested_title, source.suggested_text
        form.source.data, form.base.data = source.id, clause.current.id
    _keep(round_, clause, form, *([source.id] if source else []))


def _keep(round_: Round, clause: Clause, form: WordingForm, *also: UUID) -> None:
    ticked = joined({*ids(" ".join(request.form.getlist("r"))), *also})
    drawn_from = {
        "base": str(form.base.data or ""),
        "source": str(form.source.data or ""),
        "earlier": form.earlier.data or "",
        "r": ticked,
    }
    keeping.keep(_place(round_, clause), form, extra=drawn_from)


def _place(round_: Round, clause: Clause) -> str:
    return f"wording:{round_.id}:{clause.id}"


def _clause(round_: Round, given: str) -> Clause | None:
    """The clause that is named, if the round has it."""
    found = [desk_of(round_).spots.get(each) for each in ids(given)]
    spot = found[0] if found else None
    return agreements.clause_by_id(spot.id) if spot is not None and spot.on is On.CLAUSE else None


def _items(round_: Round, clause: Clause | None) -> list[Item]:
    """What was said of a clause and waits, wordings first."""
    if clause is None:
        return []
    items = desk_of(round_).items(responses.Filter(spot_id=clause.id, state=State.LEFT))
    return sorted(items, key=lambda item: not item.first.has_wording)


def _view(
    agreement: Agreement,
    round_: Round,
    clause: Clause,
    items: Sequence[Item],
    form: WordingForm,
    ticked: set[UUID] | None,
    changed: Difference | None = None,
    theirs: responses.Response | None = None,
    kept_at: datetime | None = None,
) -> Wording:
    found, people = responses.remarks(item.first.id for item in items), names_in(items)
    desk, here = desk_of(round_), home(round_, "muotoilu", query=f"kohta={clause.id}")

    def offered(item: Item) -> Offered:
        said = said_view(agreement, responses.as_listed(found[item.first.id]), respondents(round_, item.rows, people))
        return _offered(clause, item, found[item.first.id], said, ticked)

    return Wording(
        url=here,
        heading=gettext("Muotoile %(name)s", name=spot_words(desk.spots[clause.id])),
        lang=agreement.language.value,
        form=form,
        offered=[offered(item) for item in items],
        progress=progress(round_, desk),
        back=home(round_, query=f"kohta={clause.id}"),
        changed=changed,
        theirs=_theirs(round_, theirs) if theirs else None,
        crumbs=[(at(round_), round_name(round_)), (home(round_), gettext("Vastineet")), (None, gettext("Muotoile"))],
        keep_url=home(round_, "muotoilu", "luonnos", query=f"kohta={clause.id}"),
        kept_at=kept_at,
        others=keeping.others(_place(round_, clause)),
    )


def _theirs(round_: Round, response: responses.Response) -> tuple[str, str, str]:
    outcome = str(words.DISPOSITIONS[response.disposition]) if response.disposition else ""
    said = " ".join(filter(None, [outcome and f"{outcome}.", response.reason]))
    return (
        said or gettext("Vastausta on pyydetty viranhaltijalta."),
        response.changed_by.name,
        home(round_, response.id),
    )


def _offered(clause: Clause, item: Item, first: Remark, said: SaidView, ticked: set[UUID] | None) -> Offered:
    current = clause.current
    has_moved = first.version is not None and first.version.fingerprint != current.fingerprint
    today = None
    if first.suggested_text and has_moved:
        today = difference(current, first.suggested_title or "", first.suggested_text)
    mine = {row.id for row in item.rows}
    return Offered(
        value=joined(mine),
        is_ticked=item.first.has_wording if ticked is None else bool(mine & ticked),
        said=said,
        today=today,
        begin=str(first.id) if first.suggested_text else "",
        closes=first.suggestion is not None and first.suggestion.is_open,
    )


def _draw(view: Wording) -> str:
    return show("responses/wording.html", section="rounds", view=view)
