"""Screen: a file that comes back from Word. It is read, looked through, and what was chosen of it is filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import RadioField, TextAreaField
from wtforms.validators import ValidationError

from kumppanuus import agreements, limits, suggestions
from kumppanuus.agreements import Agreement, ClauseVersion
from kumppanuus.comments import CommentKind, Said
from kumppanuus.documents import takeback as takebacks
from kumppanuus.documents.takeback import Found, Known, Left, Proposed, Remark, Returned, Sureness, Takeback, Why
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.suggestions import Kind, Shown, Standing
from kumppanuus.text.diff import Change, diff
from kumppanuus.text.markup import paragraphs_html
from kumppanuus.web import errors, language, words
from kumppanuus.web.comments import ask_voice, voice_chosen
from kumppanuus.web.forms import Chosen, Form
from kumppanuus.web.reading import address, text_language
from kumppanuus.web.screen import Screen, me, my_member, reply, retry, say, show

screen = Screen("takebacks", __name__)

_l = lazy_gettext

WHY: dict[Why, Any] = {
    Why.MISSING: _l("Kohtaa ei löydy tiedostosta. Jos se pitää poistaa, ehdota poistamista kohdan sivulla."),
    Why.REMOVED: _l("Kohta on poistettu sopimuksesta viennin jälkeen."),
    Why.HEADING: _l("Luvun otsikkoa ei voi muuttaa tiedostolla. Kerro muutoksesta koordinaattorille."),
    Why.ASIDE: _l("Tämä ei ole sopimustekstiä, joten muutosta ei kirjata."),
    Why.PICTURE: _l("Kuvia ja upotettuja osia ei tuoda."),
    Why.UNKNOWN: _l("Emme löytäneet sopimuksesta tätä vastaavaa kohtaa."),
}


class FileForm(Form):
    """The file that comes back."""

    file = FileField(
        _l("Tiedosto"), description=_l("Word (.docx), Markdown (.md) tai teksti (.txt), enintään 10 megatavua.")
    )

    def validate_file(self, field: FileField) -> None:
        """A file has been chosen."""
        if not field.data or not field.data.filename:
            raise ValidationError(gettext("Valitse tiedosto"))


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
    """A comment of the file."""

    number: int
    heading: str
    about: str
    html: Markup
    kind: str
    asks_kind: bool
    is_chosen: bool


@dataclass(frozen=True)
class ClauseView:
    """A clause with what is new about it in the file, and what is here already: (sentence, link or nothing)."""

    place: int
    name: str
    url: str
    doubt: str
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
        _takeback, job = takebacks.receive(agreement, form.file.data.filename, form.file.data.read(), by=me().id)
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
            speaks_for=voice_chosen(form),
            reason=form.reason.data or "",
            by=my_member(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _review(agreement, takeback, form), lambda: _review(agreement, takeback, form), refusal)
    say(_filed_words(filed.suggestions, filed.comments))
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


def _filed_words(proposals: int, comments: int) -> str:
    if not proposals and not comments:
        return gettext("Mitään uutta ei kirjattu.")
    return gettext("Tiedostosta kirjattiin %(what)s.", what=_counted(proposals, comments))


def _counted(proposals: int, comments: int) -> str:
    said = [
        ngettext("%(num)s muutosehdotus", "%(num)s muutosehdotusta", proposals) if proposals else "",
        ngettext("%(num)s kommentti", "%(num)s kommenttia", comments) if comments else "",
    ]
    return language.listed([each for each in said if each])


def _review(agreement: Agreement, takeback: Takeback, form: FilingForm | None = None) -> str:
    found = takebacks.found_in(takeback)
    if form is None:
        form = FilingForm(formdata=None)
        chosen, kinds = None, {}
    else:
        chosen, kinds = set(request.form.getlist("chosen")), _kinds()
    preview = _Preview(agreement, found, chosen, kinds)
    clauses = preview.clauses()
    proposed = [each for clause in clauses for each in clause.proposed]
    said = [each for clause in clauses for each in clause.remarks]
    return show(
        "takebacks/page.html",
        section="agreement",
        address=address(agreement),
        url=f"{address(agreement)}/tuonnit/{takeback.id}",
        lang=text_language(agreement),
        file_name=takeback.file_name,
        lead=_lead(found, len(proposed), len(said)),
        clauses=[each for each in clauses if each.proposed or each.remarks],
        known=[(each.name, each.url, each.known) for each in clauses if each.known],
        left=[(str(WHY[each.why]), each.text) for each in _shown(found.left)],
        kinds=[(kind.value, words.COMMENT_KINDS[kind]) for kind in CommentKind],
        is_filed=takeback.filed_at is not None,
        has_news=bool(proposed or said),
        form=form,
    )


def _shown(left: Sequence[Left]) -> list[Left]:
    return list(dict.fromkeys(left))


def _lead(found: Found, proposed: int, said: int) -> str:
    news = gettext("Tiedostossa ei ole mitään uutta.")
    if proposed or said:
        news = gettext("Tiedostossa on uutta: %(what)s.", what=_counted(proposed, said))
    if found.is_export:
        return news
    doubt = gettext("Tiedostoa ei ole viety täältä, joten etsimme kohdat numeron ja tekstin perusteella.")
    return f"{news} {doubt}"


class _Preview:
    """Draws what was found in words looked up once."""

    def __init__(
        self, agreement: Agreement, found: Found, chosen: set[str] | None, kinds: dict[int, CommentKind]
    ) -> None:
        self._agreement, self._found, self._chosen, self._kinds = agreement, found, chosen, kinds
        self._known = Known(agreement)
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
        is_addition = each.clause_id is None
        return ClauseView(
            place=place,
            name=words.clause_title(placed) if placed else self._place_words(each),
            url=f"/kohdat/{placed.id}" if placed else "",
            doubt="" if is_addition else self._doubts[each.sureness],
            proposed=[
                self._proposed(takebacks.key_of(place, n), each, one)
                for n, one in enumerate(each.proposed)
                if not self._known.is_proposed(one)
            ],
            remarks=[self._remark(one) for one in each.remarks if self._known.said(one, each.clause_id) is None],
            known=list(dict.fromkeys(self._known_words(each))),
        )

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
        if after is not None:
            return gettext("Uusi kohta kohdan %(label)s jälkeen", label=after.label)
        return gettext("Uusi kohta")

    def _proposed(self, key: str, returned: Returned, each: Proposed) -> ProposedView:
        base = self._bases.get(each.base_id) if each.base_id else None
        old = (base.title, base.text) if base else ("", "")
        is_sure = returned.sureness is not Sureness.UNSURE or returned.clause_id is None
        return ProposedView(
            key=key,
            heading=_heading(each),
            title_changes=diff(old[0], each.title) if old[0] != each.title and each.kind is not Kind.REMOVAL else [],
            changes=diff(old[1], each.text),
            standing=self._standing(each, base),
            is_chosen=key in self._chosen if self._chosen is not None else is_sure,
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

    def _remark(self, each: Remark) -> RemarkView:
        kind = self._kinds.get(each.number) or takebacks.usual_kind(each)
        number = str(each.number)
        return RemarkView(
            number=each.number,
            heading=gettext("Kommentti: %(who)s", who=_who(each)) if each.author else gettext("Kommentti"),
            about=each.about if len(each.about) <= takebacks.MOST_QUOTED else f"{each.about[: takebacks.MOST_QUOTED]}…",
            html=Markup(paragraphs_html(each.text)),  # noqa: S704 - it has been escaped
            kind=kind.value,
            asks_kind=each.parent is None,
            is_chosen=number in self._chosen if self._chosen is not None else True,
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
    name = takebacks.name_of(each.author)
    return f"{name}, {language.plain_day(each.at.date())}" if each.at else name
