"""What pages show of a suggestion: who suggests what and why, how it fits the text, and what can be done about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import suggestions
from kumppanuus.agreements import Agreement, Chapter, ClauseVersion, Wording
from kumppanuus.progress import Progress
from kumppanuus.suggestions import Answer, Kind, Result, Rival, Shown, Standing, Status
from kumppanuus.text.diff import Change, diff
from kumppanuus.web import language, reading
from kumppanuus.web.forms import new_key
from kumppanuus.web.screen import may, me, my_member
from kumppanuus.web.suggestions.frame import (
    accept_words,
    answerers,
    home,
    list_address,
    name_of,
    news_of,
    voice_of,
)

# Words in the address → how suggestions are shown: with the changes marked, as the text would be, or compared with the
# wording in force where that has moved.
AS_TEXT, TO_CURRENT = "ehdotettu", "nykyiseen"


class Mark(NamedTuple):
    """A change as it is shown; `is_rival` where another open suggestion changes the same words."""

    kind: str
    text: str
    is_rival: bool = False


@dataclass(frozen=True)
class Answering:
    """What the person may do about an open suggestion.

    `accept` is "press" where the words were written on the text in force, "look" where the merged text has to be seen
    first, "merge" where a person has to choose between words, or nothing. `who` tells who answers, to all others.
    """

    id: UUID
    url: str
    of: str
    form_key: str
    target: str = ""
    accept: str = ""
    seen: str = ""
    approve: str = ""
    counter: str = ""
    can_reject: bool = False
    can_withdraw: bool = False
    who: str = ""
    warning: str = ""
    reason: str = ""
    errors: tuple[str, ...] = ()

    @property
    def can_do(self) -> bool:
        return bool(self.accept or self.counter or self.can_reject or self.can_withdraw)


@dataclass(frozen=True)
class PanelView:
    """A suggestion, every word looked up. `html` is set where the text is shown as it would be."""

    id: UUID
    number: int
    heading: str
    of: str  # completes the names of buttons and links for those who only hear them
    by: str
    when: str
    kind_words: str
    reason: str
    lang: str | None
    ways: list[tuple[str, str, bool]]
    title_changes: Sequence[Mark]
    changes: Sequence[Mark]
    title: str = ""
    html: Markup | None = None
    counter_to: tuple[str, str] | None = None
    rivals: tuple[tuple[str, str, str], ...] = ()
    standing: tuple[str, str] | None = None
    answering: Answering | None = None
    links: tuple[tuple[str, str], ...] = ()


class Panels:
    """Makes the panels of the suggestions of one agreement, in words looked up once.

    `here` is the address of the page, `way` how it shows suggestions. Where they are only read, nothing can be done
    about them.
    """

    def __init__(self, agreement: Agreement, here: str, way: str = "", *, is_read_only: bool = False) -> None:
        self.agreement, self._here, self._way, self._is_read_only = agreement, here, way, is_read_only
        self._lang = reading.text_language(agreement)

    def of_place(
        self,
        found: Sequence[Shown],
        current: ClauseVersion | Wording | None,
        label: str,
        target: str = "",
        is_agreed: bool = False,
    ) -> list[PanelView]:
        """The open suggestions about one clause, with where they compete; or additions at one place.

        `target` is what the answer to a deed takes the place of, if not the page. Of a clause that `is_agreed` it is
        told that accepting undoes that.
        """
        rivals = suggestions.rivals(found, current) if current is not None else {}
        return [
            self.one(each, current, label, target=target, rivals=rivals.get(each.id, ()), is_agreed=is_agreed)
            for each in found
        ]

    def one(
        self,
        suggestion: Shown,
        current: ClauseVersion | Wording | None,
        label: str,
        *,
        target: str = "",
        rivals: Sequence[Rival] = (),
        is_own_page: bool = False,
        is_agreed: bool = False,
        errors: tuple[str, ...] = (),
        reason: str = "",
    ) -> PanelView:
        """One suggestion. `current` is the wording in force of its clause, `label` the printed number of that."""
        outcome = suggestions.result(suggestion, None if suggestion.kind is Kind.ADDITION else current)
        name = name_of(suggestion)
        of = f"{name.lower()}, {gettext('kohta %(label)s', label=label)}" if label else name.lower()
        title_changes, changes = _marks(suggestion, current, self._way, rivals)
        can_answer = suggestion.is_open and not self._is_read_only
        is_text = self._way == AS_TEXT and suggestion.kind is not Kind.REMOVAL
        return PanelView(
            id=suggestion.id,
            number=suggestion.number,
            heading=news_of(self.agreement, suggestion),
            of=of,
            by=f"{voice_of(self.agreement, suggestion)}.",
            when=f"{language.moment(suggestion.written_at).removesuffix('.')}.",
            kind_words=self._kind_words(suggestion, label),
            reason=suggestion.reason,
            lang=self._lang,
            ways=[] if self._is_read_only else self._ways(suggestion, outcome),
            title_changes=title_changes,
            changes=changes,
            title=suggestion.title if suggestion.base is None or suggestion.title != suggestion.base.title else "",
            html=reading.clause_html(suggestion.text) if is_text else None,
            counter_to=self._counter(suggestion),
            rivals=tuple(self._rival(each) for each in rivals),
            standing=_standing(suggestion, outcome, is_own_page=is_own_page) if suggestion.is_open else None,
            answering=self._answering(suggestion, outcome, of, target, is_agreed, errors, reason)
            if can_answer
            else None,
            links=self._links(suggestion, outcome, is_own_page=is_own_page),
        )

    def _kind_words(self, suggestion: Shown, label: str) -> str:
        match suggestion.kind:
            case Kind.REMOVAL:
                return gettext("Koko kohta poistetaan.")
            case Kind.ADDITION if suggestion.status is Status.OPEN:
                if label and suggestion.after_id is not None:
                    return gettext("Uusi kohta kohdan %(label)s jälkeen.", label=label)
                return gettext("Uusi kohta luvun alkuun.") if suggestion.after_id is None else gettext("Uusi kohta.")
            case Kind.ADDITION:
                return gettext("Uusi kohta.")
        return ""

    def _ways(self, suggestion: Shown, outcome: Result) -> list[tuple[str, str, bool]]:
        """Ways to show the words. Where there is but one, none is offered."""
        found = [("", gettext("Muutokset"))]
        if suggestion.kind is not Kind.REMOVAL:
            found.append((AS_TEXT, gettext("Uusi teksti")))
        if suggestion.kind is Kind.REWRITE and outcome.is_moved and outcome.standing is not Standing.BASE_GONE:
            found.append((TO_CURRENT, gettext("Nykyiseen verrattuna")))
        if len(found) == 1:
            return []
        anchor = f"#ehdotus-{suggestion.number}"
        chosen = self._way if self._way in [way for way, _words in found] else ""
        return [(f"{self._here}{f'?nayta={way}' if way else ''}{anchor}", said, way == chosen) for way, said in found]

    def _counter(self, suggestion: Shown) -> tuple[str, str] | None:
        if suggestion.counter_to is None:
            return None
        said = gettext("Vastaehdotus ehdotukselle %(number)s", number=suggestion.counter_to)
        return f"{list_address(self.agreement)}/{suggestion.counter_to}", said

    def _rival(self, rival: Rival) -> tuple[str, str, str]:
        """Address, sentence and the words that both change."""
        said = gettext("Kilpailee ehdotuksen %(number)s kanssa.", number=rival.suggestion.number)
        shared = language.listed([f"”{_shortened(words)}”" for words in rival.words[:3]])
        told = gettext("Kumpikin muuttaa sanoja %(words)s.", words=shared) if shared else ""
        return home(rival.suggestion), said, told

    def _answering(
        self,
        suggestion: Shown,
        outcome: Result,
        of: str,
        target: str,
        is_agreed: bool,
        errors: tuple[str, ...],
        reason: str,
    ) -> Answering:
        settles, is_mine = may("suggestion.settle", suggestion), suggestion.author_id == me().id
        # What takes a clause away leaves nothing for its answer to take the place of.
        target = "" if suggestion.kind is Kind.REMOVAL else target
        view = Answering(suggestion.id, home(suggestion), of, new_key(), target, reason=reason, errors=errors)
        member = my_member()
        accepts = "" if not settles else _accepting(outcome)
        approves = accepts == "press" and may("approval.give") and member.side is not None
        return replace(
            view,
            accept=accepts,
            seen=outcome.fingerprint,
            approve=accept_words(self.agreement, member.side) if approves and member.side else "",
            counter=_counter_address(suggestion, outcome) if settles and not is_mine else "",
            can_reject=settles and not is_mine,
            can_withdraw=is_mine and may("suggestion.withdraw", suggestion),
            who="" if settles else answerers(self.agreement, suggestion),
            warning=_undoes() if accepts and is_agreed and not outcome.is_in_text else "",
        )

    def _links(self, suggestion: Shown, outcome: Result, *, is_own_page: bool) -> tuple[tuple[str, str], ...]:
        here, found = home(suggestion), []
        is_edited = suggestion.is_open and suggestion.kind is not Kind.REMOVAL and outcome.is_clean
        if is_edited and not self._is_read_only and may("suggestion.settle", suggestion):
            found.append((f"{here}/muokkaus", gettext("Muokkaa ennen hyväksymistä")))
        if is_own_page:
            return tuple(found)
        total = suggestion.comments.total
        if total:
            said = ngettext("Avaa ehdotus ja %(num)s kommentti", "Avaa ehdotus ja %(num)s kommenttia", total)
        else:
            said = gettext("Avaa ehdotus")
        return ((here, said), *found)


def in_chapter(found: Progress, chapter: Chapter, way: str = "") -> dict[UUID, list[PanelView]]:
    """The open suggestions a chapter shows, by clause: those about it, and the new clauses that are to follow it. Under
    the id of the chapter those new clauses that are to follow none. Two queries; none where nothing is suggested."""
    if not found.suggestions:
        return {}
    made = Panels(found.agreement, reading.chapter_address(found.agreement, chapter), way)
    return in_text(made, [chapter], agreed={each.id for each in found.in_chapter(chapter) if each.is_agreed})


def in_text(made: Panels, chapters: Iterable[Chapter], *, agreed: Collection[UUID] = ()) -> dict[UUID, list[PanelView]]:
    """The open suggestions of some chapters, as `in_chapter` gives them. Two queries. `agreed` are clauses both sides
    have approved."""
    places = suggestions.open_by_place(made.agreement)
    views = {}
    for chapter in chapters:
        for placed in chapter.clauses:
            here = places.get(placed.id, [])
            own = [each for each in here if each.kind is not Kind.ADDITION]
            added = [each for each in here if each.kind is Kind.ADDITION]
            # The answer to a deed takes the place of the clause, but for what adds a clause or takes it away.
            about = made.of_place(
                own, placed.version, placed.label, target=f"#clause-{placed.id}", is_agreed=placed.id in agreed
            )
            if here:
                views[placed.id] = [*about, *made.of_place(added, None, placed.label)]
        if chapter.id in places:
            views[chapter.id] = made.of_place(places[chapter.id], None, "")
    return views


def _undoes() -> str:
    return gettext("Kohta on sovittu. Jos hyväksyt ehdotuksen, kummankin osapuolen pitää hyväksyä uusi teksti.")


def _accepting(outcome: Result) -> str:
    match outcome.standing:
        case Standing.CLEAN:
            return "look" if outcome.is_moved and not outcome.is_in_text else "press"
        case Standing.NEEDS_MERGE:
            return "merge"
    return ""


def _counter_address(suggestion: Shown, outcome: Result) -> str:
    """Where another wording is suggested instead; nowhere if the place is gone."""
    if outcome.standing is Standing.BASE_GONE:
        return ""
    if suggestion.kind is Kind.ADDITION:
        return f"/luvut/{suggestion.section_id}/ehdota?vastaehdotus={suggestion.id}"
    return f"/kohdat/{suggestion.clause_id}/ehdota?vastaehdotus={suggestion.id}"


def _shortened(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:60].rsplit(' ', 1)[0]} …"


def _marks(
    suggestion: Shown, current: ClauseVersion | Wording | None, way: str, rivals: Sequence[Rival]
) -> tuple[Sequence[Mark], Sequence[Mark]]:
    """The changes of title and text: against the wording it was written on, or the one in force if that is asked."""
    base = suggestion.base
    if base is None:
        return _whole("insert", suggestion.title), _whole("insert", suggestion.text)
    if suggestion.kind is Kind.REMOVAL:
        return _whole("delete", base.title), _whole("delete", base.text)
    if way == TO_CURRENT and current is not None and not current.is_removal:
        return _plain(_diff(current.title, suggestion.title)), _plain(_diff(current.text, suggestion.text))
    # Only what was written on the same words can be laid over each other.
    same = [each.suggestion for each in rivals if each.suggestion.base == base and each.suggestion.kind is Kind.REWRITE]
    return (
        _with_rivals(_diff(base.title, suggestion.title), [_diff(base.title, each.title) for each in same]),
        _with_rivals(_diff(base.text, suggestion.text), [_diff(base.text, each.text) for each in same]),
    )


@lru_cache(maxsize=2048)
def _diff(old: str, new: str) -> tuple[Change, ...]:
    """What changed; nothing where nobody can see a change. The same two texts are shown many times."""
    changes = diff(old, new)
    return tuple(changes) if any(each.kind != "equal" for each in changes) else ()


def _whole(kind: str, text: str) -> list[Mark]:
    return [Mark(kind, text)] if text else []


def _plain(changes: Iterable[Change]) -> list[Mark]:
    return [Mark(each.kind, each.text) for each in changes]


def _with_rivals(changes: Sequence[Change], others: Iterable[Sequence[Change]]) -> list[Mark]:
    """The changes, each marked that touches a change of another suggestion."""
    taken = [each for other in others for each in suggestions.spans(other) if each.change.kind != "equal"]
    return [
        Mark(each.change.kind, each.change.text, each.change.kind != "equal" and any(map(each.touches, taken)))
        for each in suggestions.spans(changes)
    ]


def _standing(suggestion: Shown, outcome: Result, *, is_own_page: bool) -> tuple[str, str] | None:
    """How a suggestion fits the text as it is now: an icon, and words. What fits as it was written needs none among
    others."""
    match outcome.standing:
        case Standing.BASE_GONE:
            said = (
                gettext("Luku on poistettu sopimuksesta. Ehdotusta ei voi enää hyväksyä.")
                if suggestion.kind is Kind.ADDITION
                else gettext("Kohta on poistettu sopimuksesta. Ehdotusta ei voi enää hyväksyä.")
            )
            return "warn", said
        case Standing.NEEDS_MERGE:
            return "warn", gettext("Samoja sanoja on muutettu ehdotuksen jälkeen. Tekstit pitää yhdistää käsin.")
    if outcome.is_in_text:
        return "tick", gettext("Ehdotettu teksti on jo sopimuksessa.")
    if outcome.is_moved and suggestion.kind is Kind.REMOVAL:
        return "warn", gettext("Kohdan tekstiä on muutettu ehdotuksen jälkeen. Lue se ennen poistamista.")
    if outcome.is_moved:
        return "tick", gettext("Tekstiä on muutettu ehdotuksen jälkeen. Ehdotus sopii silti siihen.")
    if is_own_page and suggestion.kind is not Kind.ADDITION:
        return "tick", gettext("Ehdotus on tehty voimassa olevaan tekstiin.")
    return None


# ---------------------------------------------------------------- decided ones


@dataclass(frozen=True)
class OutcomeView:
    """How a suggestion was answered; `undo` is where the one who accepted it can take that back."""

    sentence: str
    answer: str
    link: tuple[str, str] | None
    undo: str
    form_key: str


def outcome_view(agreement: Agreement, suggestion: Shown, *, can_undo: bool) -> OutcomeView:
    """What came of a suggestion."""
    result, link = suggestion.result, None
    if result is not None and not result.is_removal and result.number > 1:
        url = f"/kohdat/{result.clause_id}/vertailu?a={result.number - 1}&b={result.number}"
        link = (url, gettext("Katso, mitä tekstissä muuttui"))
    return OutcomeView(
        sentence=outcome_words(suggestion),
        answer=suggestion.answer,
        link=link,
        undo=f"{home(suggestion)}/kumoaminen" if can_undo else "",
        form_key=new_key(),
    )


def outcome_words(suggestion: Shown | Answer) -> str:
    """Who answered a suggestion how, and when."""
    facts = {
        "name": suggestion.answered_by.name if suggestion.answered_by else gettext("Poistettu henkilö"),
        "day": language.day(suggestion.answered_at) if suggestion.answered_at else "",
    }
    match suggestion.status:
        case Status.ACCEPTED:
            return gettext("%(name)s hyväksyi ehdotuksen %(day)s.", **facts)
        case Status.ACCEPTED_MODIFIED:
            return gettext("%(name)s hyväksyi ehdotuksen muokattuna %(day)s.", **facts)
        case Status.REJECTED:
            return gettext("%(name)s hylkäsi ehdotuksen %(day)s.", **facts)
        case Status.WITHDRAWN:
            return gettext("%(name)s perui ehdotuksensa %(day)s.", **facts)
    return ""


@dataclass(frozen=True)
class SuggestionLine:
    """A suggestion in a list: its name, the clause it is about, who made it, and how it was answered."""

    url: str
    name: str
    title: str
    lang: str | None
    kind_words: str
    by: str
    outcome: str
    reason: str


def lines(
    agreement: Agreement, found: Iterable[Shown], titles: Mapping[UUID, str] = MappingProxyType({})
) -> list[SuggestionLine]:
    """Suggestions as a list. `titles` are those of the clauses and sections they are about; none are needed on the page
    of one clause."""
    lang = reading.text_language(agreement)
    kinds = {Kind.ADDITION: gettext("Uusi kohta."), Kind.REMOVAL: gettext("Koko kohta poistetaan.")}
    made = []
    for each in found:
        when = language.day(each.written_at)
        reason = each.answer if not each.is_open else each.reason
        made.append(
            SuggestionLine(
                url=home(each),
                name=name_of(each) if not each.is_open else news_of(agreement, each),
                title=titles.get(each.clause_id or each.section_id or each.id, ""),
                lang=lang,
                kind_words=kinds.get(each.kind, ""),
                by=f"{voice_of(agreement, each)}, {when}",
                outcome=outcome_words(each),
                reason=gettext("Perustelu: %(reason)s", reason=reason) if reason else "",
            )
        )
    return made
