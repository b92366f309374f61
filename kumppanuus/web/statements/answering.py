"""Writing an answer page by page, looking at it whole, and sending it; the same at every desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, make_response, request
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from wtforms import BooleanField, EmailField, IntegerField, StringField

from kumppanuus import notifications, organisations, rounds, statements
from kumppanuus.accounts import Language
from kumppanuus.errors import Refused
from kumppanuus.notifications import Letter
from kumppanuus.statements import Giver, Part, Place, Statement, WrittenMeanwhile
from kumppanuus.web import errors
from kumppanuus.web.forms import Form
from kumppanuus.web.language import day, language
from kumppanuus.web.rounds.frame import at, request_texts
from kumppanuus.web.screen import keep_secret, reply, retry, say, show
from kumppanuus.web.statements.frame import Desk, part_title, parts, round_name
from kumppanuus.web.statements.pieces import PieceView, beside, blame, piece_at, typed
from kumppanuus.web.statements.said import SaidPart, SaidView, grouped

_l = lazy_gettext


class PeopleField(IntegerField):
    """How many people; nothing is none told."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        text = " ".join(valuelist).strip()
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        if text and self.data is None:
            raise ValueError(gettext("Kirjoita ihmisten määrä numeroina"))


class GiverForm(Form):
    """Who answers. The organisation is asked only where it is not known."""

    named = StringField(_l("Järjestö tai muu taho"), description=_l("Jätä tyhjäksi, jos vastaat vain itsesi puolesta."))
    name = StringField(_l("Nimesi"))
    address = EmailField(
        _l("Sähköpostiosoitteesi"),
        description=_l("Saat linkin, jolla voit korjata vastausta. Osoite ei näy muille."),
    )
    people = PeopleField(
        _l("Kuinka monen ihmisen näkemys tämä on?"), description=_l("Esimerkiksi montako oli mukana kokouksessa.")
    )
    shows_name = BooleanField(_l("Nimeni saa näkyä vastauksen vieressä"))

    def ask_of_another(self) -> None:
        """Put the questions to somebody who writes the answer down for its giver."""
        self.name.label.text = gettext("Vastauksen antajan nimi")
        self.address.label.text = gettext("Vastauksen antajan sähköpostiosoite")
        self.address.description = gettext("Antaja saa linkin, jolla hän voi vahvistaa tai korjata vastauksen.")
        self.shows_name.label.text = gettext("Antajan nimi saa näkyä vastauksen vieressä")

    def giver(self, desk: Desk) -> Giver:
        """What was filled in, as the verbs take it."""
        named = " ".join((self.named.data or "").split()) if "named" in self else ""
        return Giver(
            name=self.name.data or "",
            address=self.address.data or "",
            shows_name=bool(self.shows_name.data),
            people=self.people.data,
            organisation=organisations.by_name(desk.agreement, named) if named else None,
            named=named,
            # Whoever writes down for another reads another language, perhaps.
            language=Language(desk.agreement.language.value if desk.is_recorded and not desk.is_public else language()),
        )


# ---------------------------------------------------------------- what pages show


@dataclass(frozen=True)
class PartView:
    """A page of an answer."""

    url: str
    home: str
    heading: str
    lead: str
    language: str
    pieces: list[PieceView]
    form: Form
    errors: list[tuple[str | None, str]]
    next_words: str
    keeps: bool
    in_name: str = ""
    notice: str = ""


@dataclass(frozen=True)
class PartLine:
    """A page of an answer in the list of all."""

    url: str
    title: str
    words: str
    is_done: bool
    lang: str | None = None


@dataclass(frozen=True)
class StartView:
    """The first page of an answer: what is asked, until when, and how far the answer is."""

    heading: str
    kicker: str
    agreement: str
    lang: str
    until: str
    state: str
    in_name: str
    request: list[tuple[str, Markup]]
    steps: list[str]
    lines: list[PartLine]
    progress: str
    acts: list[tuple[str, str, str]]
    has_unsent: bool
    can_decline: bool
    declined: str
    confirm: str
    can_discard: bool
    form: Form
    url: str
    files: Sequence[tuple[str, str]] = field(default_factory=list)


# ---------------------------------------------------------------- the first page


def start(desk: Desk, *, declining: Form | None = None) -> str:
    """What is asked, until when, and the pages of the answer with what stands there."""
    chapters = [each for each in desk.parts if each.chapter]
    done = [each for each in chapters if desk.said(each)]
    invitee = desk.invitee
    view = StartView(
        heading=desk.round.title,
        kicker=f"{round_name(desk.round)}, {desk.agreement.authority_name}",  # a stranger asks who is asking
        agreement=desk.agreement.title,
        lang=desk.agreement.language.value,
        until=until_words(desk),
        state=_state_words(desk),
        in_name=desk.in_name,
        request=request_texts(desk.round),
        steps=[
            gettext("Vastauksesi näkyy sopimuksen osallistujille"),
            gettext("Voit korjata sitä, kunnes kierros suljetaan"),
            gettext("Jokaiseen kommenttiin vastataan perustellen"),
        ],
        lines=[_line(desk, each) for each in desk.parts],
        progress=gettext("%(done)s/%(all)s lukua", done=len(done), all=len(chapters)),
        acts=_acts(desk),
        has_unsent=desk.is_sent and desk.has_unsent,
        can_decline=invitee is not None and invitee.declined_at is None and not desk.is_sent and not desk.is_recorded,
        declined=_declined(desk),
        confirm=_confirmation(desk),
        can_discard=desk.statement is not None and not desk.is_sent and not desk.is_public,
        form=declining or Form(formdata=None),
        url=desk.url,
        files=[(each.name, str(each.id)) for each in desk.statement.files] if desk.statement else [],
    )
    return show("statements/start.html", section="rounds", view=view, crumbs=crumbs(desk))


def _acts(desk: Desk) -> list[tuple[str, str, str]]:
    """What to do next with an answer: address, words, kind of button. What was sent and stands needs nothing."""
    review = f"{desk.url}/lahetys"
    if desk.is_sent and not desk.has_unsent:
        return [(review, gettext("Lue koko vastaus"), "alt")]
    first = next((each for each in desk.parts if not desk.said(each)), desk.parts[0])
    go_on = f"{desk.url}/luvut/{first.number}"
    if not desk.is_recorded and not any(desk.said(each) for each in desk.parts):
        return [(go_on, gettext("Aloita vastaus"), "")]
    words = gettext("Tarkista ja lähetä korjaukset") if desk.is_sent else gettext("Tarkista ja lähetä")
    return [(go_on, gettext("Jatka vastausta"), "alt"), (review, words, "")]


def until_words(desk: Desk) -> str:
    """Until when answers are asked for, or that it is late."""
    if desk.round.state is rounds.RoundState.LATE:
        return gettext("Määräpäivä on mennyt. Voit vielä vastata. Vastauksesi merkitään myöhästyneeksi.")
    return gettext("Vastaa viimeistään %(day)s.", day=day(desk.round.last_day))


def _state_words(desk: Desk) -> str:
    statement = desk.statement
    if statement is None or statement.sent_at is None:
        return ""
    if statement.recorded_by is not None:
        return gettext(
            "%(name)s kirjasi tämän vastauksen %(day)s.", name=statement.recorded_by.name, day=day(statement.sent_at)
        )
    return gettext("Kiitos! Vastaus on lähetetty %(day)s.", day=day(statement.corrected_at or statement.sent_at))


def _declined(desk: Desk) -> str:
    if desk.invitee is None or desk.invitee.declined_at is None:
        return ""
    return gettext("Ilmoitit, että ette vastaa. Voit silti vielä vastata.")


def _confirmation(desk: Desk) -> str:
    """Where the giver confirms what was written down, if that is to be done here."""
    statement = desk.statement
    if not desk.is_public or statement is None or not statement.is_sent or statement.recorded_by_id is None:
        return ""
    return "" if statement.confirmed_at else f"{desk.url}/vahvistus"


def _line(desk: Desk, part: Part) -> PartLine:
    count = len(desk.said(part))
    return PartLine(
        url=f"{desk.url}/luvut/{part.number}",
        title=part_title(part),
        words=ngettext("%(num)s vastaus", "%(num)s vastausta", count) if count else gettext("Ei vastausta"),
        is_done=bool(count),
        lang=desk.agreement.language.value if part.chapter else None,
    )


def crumbs(desk: Desk, last: str = "") -> list[tuple[str | None, str]]:
    """The way to a page of an answer. Who comes by a link sees nothing but the answer."""
    here = gettext("Vastaus")
    way: list[tuple[str | None, str]] = []
    if not desk.is_public:
        way = [
            (f"/sopimukset/{desk.agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(desk.round), round_name(desk.round)),
        ]
    return [*way, (desk.url, here), (None, last)] if last else [*way, (None, here)]


# ---------------------------------------------------------------- a page of it


def page(desk: Desk, part: Part) -> str:
    """The page of a chapter, or of the whole."""
    pieces = [piece_at(desk, at, each, part) for at, each in enumerate(part.places)]
    return _part(desk, part, pieces, Form(formdata=None))


def keep(desk: Desk, part: Part) -> Response:
    """Keep what was written on a page, and lead on. By another's writing meanwhile both texts are shown."""
    form = Form()
    pieces = [piece_at(desk, at, each, part, is_sent=True) for at, each in enumerate(part.places)]
    if "esikatselu" in request.form:
        return make_response(_part(desk, part, pieces, form))
    said = {each.place: typed(each) for each in pieces}
    try:
        statements.check(desk.round, said, parts=[part])
        statement = desk.begin()
        seen = {each.place: each.seen for each in pieces}
        statements.keep(statement, said, seen=seen, parts=[part], by=desk.by)
    except WrittenMeanwhile as clash:
        desk.forget_read()
        clashed = [beside(desk, each) if each.place in clash.facts["places"] else each for each in pieces]
        found: list[tuple[str | None, str]] = [
            (f"{each.key}-text", gettext("%(place)s: joku muu kirjoitti tähän samaan aikaan", place=each.heading))
            for each in clashed
            if each.theirs is not None
        ]
        return _again(desk, part, clashed, form, clash, found)
    except Refused as refusal:
        return _again(desk, part, pieces, form, refusal, blame(pieces, refusal))
    desk.forget_read()
    if "luonnos" in request.form:
        say(gettext("Tallensimme keskeneräisen vastauksen. Voit jatkaa myöhemmin."))
    return _answer(desk, _after(desk, part))


def autosave(desk: Desk, part: Part) -> Response:
    """Keep what is being typed, and give back what the form is now drawn from; a clash waits for the button."""
    if desk.statement is None:
        return make_response("", 204)
    pieces = [piece_at(desk, at, each, part, is_sent=True) for at, each in enumerate(part.places)]
    said = {each.place: typed(each) for each in pieces}
    try:
        statements.keep(desk.statement, said, seen={each.place: each.seen for each in pieces}, parts=[part], by=desk.by)
    except Refused:
        return make_response("", 204)
    desk.forget_read()
    fresh = [piece_at(desk, at, each, part) for at, each in enumerate(part.places)]
    return make_response("\n".join(parts.seen(each.key, each.seen, oob=True) for each in fresh))


def _after(desk: Desk, part: Part) -> str:
    """Where keeping a page leads: to the next one, or to the whole answer after the last."""
    if "luonnos" in request.form:
        return f"{desk.url}/luvut/{part.number}"
    place = desk.parts.index(part) + 1
    return f"{desk.url}/luvut/{desk.parts[place].number}" if place < len(desk.parts) else f"{desk.url}/lahetys"


def _answer(desk: Desk, target: str) -> Response:
    response = reply(otherwise=target)
    return keep_secret(response) if desk.is_public else response


def _again(
    desk: Desk,
    part: Part,
    pieces: list[PieceView],
    form: Form,
    refusal: Refused,
    found: list[tuple[str | None, str]],
) -> Response:
    response = retry(
        lambda: _part(desk, part, pieces, form, found), lambda: _part(desk, part, pieces, form, found), refusal
    )
    return keep_secret(response) if desk.is_public else response


def _part(
    desk: Desk,
    part: Part,
    pieces: list[PieceView],
    form: Form,
    found: list[tuple[str | None, str]] | None = None,
) -> str:
    chapters = [each for each in desk.parts if each.chapter]
    is_last = part is desk.parts[-1]
    title = part_title(part)
    lead = (
        gettext("Luku %(number)s/%(all)s.", number=chapters.index(part) + 1, all=len(chapters)) + " "
        if part.chapter
        else ""
    )
    view = PartView(
        url=f"{desk.url}/luvut/{part.number}",
        home=desk.url,
        heading=title,
        lead=lead + gettext("Vastaa vain niihin kohtiin, joista haluat sanoa jotakin."),
        language=desk.agreement.language.value if part.chapter else language(),
        pieces=pieces,
        form=form,
        errors=found or [],
        next_words=gettext("Tallenna ja tarkista vastaus") if is_last else gettext("Tallenna ja jatka"),
        keeps=desk.statement is not None,
        in_name=desk.in_name,
        notice=_correcting(desk),
    )
    return show("statements/part.html", section="rounds", view=view, crumbs=crumbs(desk, title))


def _correcting(desk: Desk) -> str:
    return gettext("Korjaat lähetettyä vastausta. Muutokset tulevat voimaan, kun lähetät ne.") if desk.is_sent else ""


# ---------------------------------------------------------------- looking and sending


def review(desk: Desk, form: GiverForm | None = None, found: list[tuple[str | None, str]] | None = None) -> str:
    """All that is said, who says it, and the button that sends it."""
    is_standing = desk.is_sent and not desk.has_unsent
    heading = gettext("Koko vastaus") if is_standing else gettext("Tarkista ja lähetä")
    return show(
        "statements/review.html",
        section="rounds",
        url=desk.url,
        heading=heading,
        kicker=desk.round.title,
        said=said_parts(desk),
        form=form or _giver_form(desk),
        errors=found or [],
        is_recorded=desk.is_recorded,
        is_sent=desk.is_sent,
        is_standing=is_standing,
        in_name=desk.in_name,
        until=until_words(desk),
        crumbs=crumbs(desk, heading),
    )


def send(desk: Desk) -> Response:
    """Send the answer, or the corrections to it, and have the giver thanked by a letter."""
    form = _giver_form(desk, is_sent=True)
    if not form.validate():
        return _review_again(desk, form, None, [])
    try:
        statement = desk.begin()
        was_sent = statement.is_sent
        is_new = statements.send(statement, form.giver(desk), by=desk.by)
    except statements.KindWithoutWords as refusal:
        part = next((each for each in desk.parts if refusal.facts["place"] in each.places), desk.parts[0])
        return _review_again(desk, form, refusal, [(None, f"{part_title(part)}: {errors.sentence(refusal)}")])
    except Refused as refusal:
        form.refuse(refusal)
        return _review_again(desk, form, refusal, [])
    if is_new:
        _thank(statement)
    desk.forget_read()
    if was_sent:
        say(gettext("Korjaukset on lähetetty.") if is_new else gettext("Vastauksessa ei ollut uutta lähetettävää."))
    elif desk.is_recorded and not desk.is_public:
        say(gettext("Vastaus on kirjattu."))
    else:
        say(gettext("Vastaus on lähetetty. Kiitos!"))
    return _answer(desk, desk.url)


def _thank(statement: Statement) -> None:
    if statements.letter_address(statement):
        is_to_confirm = statement.recorded_by_id is not None and statement.confirmed_at is None
        notifications.wish(Letter.ANSWER_CONFIRM if is_to_confirm else Letter.ANSWER_THANKS, statement.id)


def _review_again(
    desk: Desk, form: GiverForm, refusal: Refused | None, found: list[tuple[str | None, str]]
) -> Response:
    response = retry(lambda: review(desk, form, found), lambda: review(desk, form, found), refusal)
    return keep_secret(response) if desk.is_public else response


def _giver_form(desk: Desk, *, is_sent: bool = False) -> GiverForm:
    if is_sent:
        form = GiverForm()
    else:
        statement = desk.statement
        data: Mapping[str, Any] = (
            {
                "name": statement.giver_name,
                "address": statement.giver_address,
                "people": statement.people,
                "shows_name": statement.shows_name,
                "named": statements.name_of(statement),
            }
            if statement
            else {}
        )
        form = GiverForm(formdata=None, data=data)
    if desk.knows_voice:
        del form.named
    if desk.is_recorded and not desk.is_public:
        form.ask_of_another()
    return form


def said_parts(desk: Desk) -> list[SaidPart]:
    """What is said, page by page, with who wrote it and what is not sent yet."""

    def finish(place: Place, view: SaidView) -> SaidView:
        standing = desk.written[place]
        writer = desk.writer_of(standing)
        by = gettext("Kirjoittanut %(name)s", name=writer) if writer else ""
        return replace(view, by=by, is_unsent=standing.is_unsent and desk.is_sent)

    said = {place: each.said for place, each in desk.written.items()}
    return grouped(desk.parts, said, desk.agreement.language.value, finish=finish, url=desk.url)
