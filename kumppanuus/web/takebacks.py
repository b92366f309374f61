"""Screen: a file that comes back from Word. It is read, looked through, and what was chosen of it is filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from wtforms import RadioField, TextAreaField

from kumppanuus import agreements, limits, suggestions
from kumppanuus.agreements import Agreement, ClauseVersion
from kumppanuus.comments import CommentKind, Said
from kumppanuus.documents import attribution
from kumppanuus.documents import takeback as takebacks
from kumppanuus.documents.takeback import Filed, Found, Known, Left, Proposed, Remark, Returned, Sureness, Takeback, Why
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.suggestions import Kind, Shown, Standing
from kumppanuus.text.diff import Change, diff
from kumppanuus.text.markup import paragraphs_html
from kumppanuus.web import errors, language, words
from kumppanuus.web.comments import ask_voice, voice_chosen
from kumppanuus.web.forms import Chosen, FileForm, Form
from kumppanuus.web.reading import address, text_language
from kumppanuus.web.screen import Screen, may, me, my_member, reply, retry, say, show

screen = Screen("takebacks", __name__)

_l = lazy_gettext

WHY: dict[Why, Any] = {
    Why.MISSING: _l("Kohtaa ei löydy tiedostosta. Jos se pitää poistaa, ehdota poistamista kohdan sivulla."),
    Why.REMOVED: _l("Kohta on poistettu sopimuksesta viennin jälkeen."),
    Why.HEADING: _l("Luvun otsikkoa ei voi muuttaa tiedostolla. Kerro muutoksesta koordinaattorille."),
    Why.ASIDE: _l("Tämä ei ole sopimustekstiä, joten muutosta ei kirjata."),
    Why.PICTURE: _l("Kuvia ja upotettuja osia ei tuoda."),
}


class FilingForm(Form):
    """In whose name what was chosen is filed, and why."""

    reason = TextAreaField(_l("Perustelu kaikille ehdotuksille"), description=_l("Esimerkiksi: hallitus käsitteli."))
    speaks_for = RadioField(
        _l("Kenen nimissä ehdotat?"),
        [Chosen(_l("Valitse, kenen nimissä ehdotat"))],
        default=SpeaksFor.SELF.value,
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        ask_voice(self)


@dataclass(frozen=True)
class ProposedView:
    """What somebody made of a clause, or wants to add."""

    key: str
    heading: str
    title_changes: Sequence[Change]
    changes: Sequence[Change]
    standing: str
    is_chosen: bool


@dataclass(frozen=True)
class RemarkView:
    """A comment of the file. `is_answer`: it is here already, and was resolved in the file."""

    number: int
    heading: str
    about: str
    html: Markup
    note: str
    kind: str
    asks_kind: bool
    is_answer: bool
    is_chosen: bool


@dataclass(frozen=True)
class ClauseView:
    """A clause with what is new about it in the file, and what is here already: (sentence, link or nothing).

    `section` is that of an addition for which it has to be chosen.
    """

    place: int
    name: str
    url: str
    doubt: str
    section: str
    proposed: list[ProposedView]
    remarks: list[RemarkView]
    known: list[tuple[str, str]]


# ---------------------------------------------------------------- the file


@screen.page("/sopimukset/<agreement>/tuonnit", may="suggestion.write")
def new(agreement: Agreement) -> str:
    return _new(agreement, FileForm(formdata=None))


@screen.deed("/sopimukset/<agreement>/tuonnit", may="suggestion.write", takes_file=True)
def receive(agreement: Agreement) -> Response:
    """Take a file and have it read; the page of that job leads on to what was found."""
    form = FileForm()
    if not form.validate():
        return retry(lambda: _new(agreement, form), lambda: _new(agreement, form))
    try:
        limits.spend(f"upload:{me().id}", limits.UPLOAD)
        _takeback, job = takebacks.receive(agreement, *form.brought, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _new(agreement, form), lambda: _new(agreement, form), refusal)
    return reply(otherwise=f"/tyot/{job.id}")


def _new(agreement: Agreement, form: FileForm) -> str:
    return show("takebacks/new.html", section="agreement", address=address(agreement), form=form)


# ---------------------------------------------------------------- what was found


@screen.page("/sopimukset/<agreement>/tuonnit/<uuid:takeback>", may="suggestion.write")
def review(agreement: Agreement, takeback: Takeback) -> Any:
    """What was found; one that was not read leads back to the choice of a file."""
    if takeback.found is None:
        return make_response(redirect(f"{address(agreement)}/tuonnit", 303))
    return _review(agreement, takeback)


@screen.deed("/sopimukset/<agreement>/tuonnit/<uuid:takeback>/kirjaus", may="suggestion.write")
def confirm(agreement: Agreement, takeback: Takeback) -> Response:
    """File what was chosen, and tell what could not be."""
    form = FilingForm()
    if not form.validate():
        return retry(lambda: _review(agreement, takeback, form), lambda: _review(agreement, takeback, form))
    try:
        filed = takebacks.confirm(
            takeback,
            chosen=request.form.getlist("chosen"),
            kinds=_kinds(),
            places=_places(),
            settles=may("comment.settle", agreement),
            speaks_for=voice_chosen(form),
            reason=form.reason.data or "",
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _review(agreement, takeback, form), lambda: _review(agreement, takeback, form), refusal)
    say(_filed_words(filed))
    for label, why in filed.refused:
        said = errors.sentence(why)
        say(gettext("Kohtaa %(label)s ei kirjattu: %(why)s", label=label, why=said) if label else said)
    return reply(otherwise=f"{address(agreement)}/muutosehdotukset")


def _kinds() -> dict[int, CommentKind]:
    """What each comment was said to be."""
    known = {each.value for each in CommentKind}
    return {
        int(name.removeprefix("kind-")): CommentKind(value)
        for name, value in request.form.items()
        if name.startswith("kind-") and name[5:].isascii() and name[5:].isdigit() and len(name) < 12 and value in known
    }


def _places() -> dict[int, UUID]:
    """The chapter that was chosen for each addition of which nothing tells it."""
    found = {}
    for name, value in request.form.items():
        place = name.removeprefix("place-")
        if place != name and place.isascii() and place.isdigit() and len(place) < 7:
            with suppress(ValueError):
                found[int(place)] = UUID(value)
    return found


def _filed_words(filed: Filed) -> str:
    if not filed.suggestions and not filed.comments and not filed.answers:
        return gettext("Mitään uutta ei kirjattu.")
    return gettext("Tiedostosta kirjattiin %(what)s.", what=_counted(filed.suggestions, filed.comments, filed.answers))


def _counted(proposals: int, comments: int, answers: int) -> str:
    said = [
        ngettext("%(num)s muutosehdotus", "%(num)s muutosehdotusta", proposals) if proposals else "",
        ngettext("%(num)s kommentti", "%(num)s kommenttia", comments) if comments else "",
        ngettext("%(num)s ratkaisu", "%(num)s ratkaisua", answers) if answers else "",
    ]
    return language.listed([each for each in said if each])


def _review(agreement: Agreement, takeback: Takeback, form: FilingForm | None = None) -> str:
    found = takebacks.found_in(takeback)
    if form is None:
        form = FilingForm(formdata=None)
        sent = None
    else:
        sent = _Sent(set(request.form.getlist("chosen")), _kinds(), _places())
    preview = _Preview(agreement, found, sent)
    clauses = preview.clauses()
    proposed = [each for clause in clauses for each in clause.proposed]
    said = [each for clause in clauses for each in clause.remarks if not each.is_answer]
    answers = [each for clause in clauses for each in clause.remarks if each.is_answer]
    return show(
        "takebacks/page.html",
        section="agreement",
        address=address(agreement),
        url=f"{address(agreement)}/tuonnit/{takeback.id}",
        lang=text_language(agreement),
        file_name=takeback.file_name,
        lead=_lead(found, len(proposed), len(said), len(answers)),
        clauses=[each for each in clauses if each.proposed or each.remarks],
        known=[(each.name, each.url, each.known) for each in clauses if each.known],
        left=[(str(WHY[each.why]), each.text) for each in _shown(found.left)],
        kinds=[(kind.value, words.COMMENT_KINDS[kind]) for kind in CommentKind],
        is_filed=takeback.filed_at is not None,
        sections=preview.sections,
        has_news=bool(proposed or said or answers),
        form=form,
    )


def _shown(left: Sequence[Left]) -> list[Left]:
    return list(dict.fromkeys(left))


def _lead(found: Found, proposed: int, said: int, answers: int) -> str:
    news = gettext("Tiedostossa ei ole mitään uutta.")
    if proposed or said or answers:
        news = gettext("Tiedostossa on uutta: %(what)s.", what=_counted(proposed, said, answers))
    if found.is_export:
        return news
    doubt = gettext("Tiedostoa ei ole viety täältä, joten etsimme kohdat numeron ja tekstin perusteella.")
    return f"{news} {doubt}"


@dataclass(frozen=True)
class _Sent:
    """What a person chose on the form that was refused."""

    chosen: set[str]
    kinds: dict[int, CommentKind]
    places: dict[int, UUID]


class _Preview:
    """Draws what was found in words looked up once. `sections` are those an addition can be put into."""

    def __init__(self, agreement: Agreement, found: Found, sent: _Sent | None) -> None:
        self._agreement, self._found, self._sent = agreement, found, sent
        self._known = Known(agreement)
        self._settles = may("comment.settle", agreement)
        self.sections = [(str(each.id), words.section_title(each)) for each in self._known.sections]
        proposed = [each for returned in found.returned for each in returned.proposed]
        self._bases = agreements.versions_by_id(each.base_id for each in proposed if each.base_id)
        self._doubts = {
            Sureness.SURE: "",
            Sureness.LIKELY: gettext("Tunnistimme kohdan numeron ja tekstin perusteella. Todennäköisesti oikein."),
            Sureness.UNSURE: gettext("Emme ole varmoja, että tämä on sama kohta. Tarkista ennen kirjaamista."),
        }

    def clauses(self) -> list[ClauseView]:
        return [self._clause(place, each) for place, each in enumerate(self._found.returned)]

    def _clause(self, place: int, each: Returned) -> ClauseView:
        placed = self._known.placed.get(each.clause_id) if each.clause_id else None
        return ClauseView(
            place=place,
            name=words.clause_title(placed) if placed else self._place_words(each),
            url=f"/kohdat/{placed.id}" if placed else "",
            doubt=self._doubt(each),
            section=self._section(place, each),
            proposed=[
                self._proposed(takebacks.key_of(place, n), each, one)
                for n, one in enumerate(each.proposed)
                if not self._known.is_proposed(one)
            ],
            remarks=list(self._remarks(each)),
            known=list(dict.fromkeys(self._known_words(each))),
        )

    def _doubt(self, each: Returned) -> str:
        if each.asks_place:
            return gettext("Emme löytäneet sopimuksesta tätä vastaavaa kohtaa. Voit ehdottaa sitä uudeksi kohdaksi.")
        return "" if each.clause_id is None else self._doubts[each.sureness]

    def _section(self, place: int, each: Returned) -> str:
        """The section an addition is put into, if a person has to choose it."""
        if not each.asks_place or not each.proposed:
            return ""
        usual = each.proposed[0].section_id
        return str(self._sent.places.get(place, usual) if self._sent else usual)

    def _remarks(self, each: Returned) -> Iterable[RemarkView]:
        for one in each.remarks:
            if self._known.said(one, each.clause_id) is None:
                yield self._remark(one, is_answer=False)
            elif self._settles and self._known.resolved(one, each.clause_id):
                yield self._remark(one, is_answer=True)

    def _known_words(self, returned: Returned) -> Iterable[tuple[str, str]]:
        """What of a clause is here already."""
        for each in returned.proposed:
            if here := self._known.suggestion(each):
                yield self._number_words(here)
            elif self._known.is_in_text(each):
                yield gettext("Muutos on jo sopimuksen tekstissä."), ""
        said = [self._known.said(each, returned.clause_id) for each in returned.remarks]
        yield from (self._number_words(each) for each in said if isinstance(each, Shown))
        comments = sum(isinstance(each, Said) for each in said)
        if comments:
            yield ngettext("%(num)s kommentti", "%(num)s kommenttia", comments), ""

    def _number_words(self, suggestion: Shown) -> tuple[str, str]:
        words_of = gettext("Muutosehdotus %(number)s", number=suggestion.number)
        return words_of, f"/muutosehdotukset/{suggestion.id}"

    def _place_words(self, each: Returned) -> str:
        """Where a new clause would stand."""
        proposed = next(iter(each.proposed), None)
        after = self._known.placed.get(proposed.after_id) if proposed and proposed.after_id else None
        if after is not None and not each.asks_place:
            return gettext("Uusi kohta kohdan %(label)s jälkeen", label=after.label)
        return gettext("Uusi kohta")

    def _proposed(self, key: str, returned: Returned, each: Proposed) -> ProposedView:
        base = self._bases.get(each.base_id) if each.base_id else None
        old = (base.title, base.text) if base else ("", "")
        is_sure = returned.sureness is not Sureness.UNSURE
        return ProposedView(
            key=key,
            heading=_heading(each),
            title_changes=diff(old[0], each.title) if old[0] != each.title and each.kind is not Kind.REMOVAL else [],
            changes=diff(old[1], each.text),
            standing=self._standing(each, base),
            is_chosen=key in self._sent.chosen if self._sent else is_sure,
        )

    def _standing(self, each: Proposed, base: ClauseVersion | None) -> str:
        """How the proposal fits the text as it is now, in words; nothing where it fits as it is."""
        placed = self._known.placed.get(each.clause_id) if each.clause_id else None
        if placed is None or base is None or base.fingerprint == placed.version.fingerprint:
            return ""
        outcome = suggestions.result(_Draft(each, base), placed.version)
        if outcome.standing is Standing.CLEAN:
            return gettext("Kohtaa on muutettu viennin jälkeen. Ehdotus sopii silti tekstiin.")
        return gettext("Kohtaa on muutettu viennin jälkeen samasta paikasta. Tekstit pitää yhdistää.")

    def _remark(self, each: Remark, *, is_answer: bool) -> RemarkView:
        kind = self._sent.kinds.get(each.number) if self._sent else None
        heading = gettext("Kommentti: %(who)s", who=_who(each)) if each.author else gettext("Kommentti")
        note = ""
        if each.is_done and not is_answer and each.parent is None:
            note = gettext("Merkitty tiedostossa ratkaistuksi.")
            note = note if self._settles else f"{note} {gettext('Koordinaattori vastaa kommenttiin täällä.')}"
        return RemarkView(
            number=each.number,
            heading=gettext("Ratkaistu tiedostossa: %(who)s", who=_who(each)) if is_answer else heading,
            about=attribution.quoted(each.about),
            html=Markup(paragraphs_html(each.text)),  # noqa: S704 - it has been escaped
            note=note,
            kind=(kind or attribution.usual_kind(each.text)).value,
            asks_kind=each.parent is None and not is_answer,
            is_answer=is_answer,
            is_chosen=str(each.number) in self._sent.chosen if self._sent else not is_answer,
        )


@dataclass(frozen=True)
class _Draft:
    """What is not a suggestion yet, for asking how it would stand."""

    proposed: Proposed
    base: ClauseVersion

    @property
    def kind(self) -> Kind:
        return self.proposed.kind

    @property
    def title(self) -> str:
        return self.proposed.title

    @property
    def text(self) -> str:
        return self.proposed.text

    @property
    def is_place_gone(self) -> bool:
        return False


def _heading(each: Proposed) -> str:
    who = _who(each) if each.author or each.at else gettext("ilman muutosmerkintää")
    match each.kind:
        case Kind.REMOVAL:
            return gettext("Kohta poistetaan: %(who)s", who=who)
        case Kind.ADDITION:
            return gettext("Uusi kohta: %(who)s", who=who)
    return gettext("Muutos: %(who)s", who=who)


def _who(each: Proposed | Remark) -> str:
    name = attribution.name_of(each.author)
    return f"{name}, {language.plain_day(each.at.date())}" if each.at else name
