"""The words of digests: what waits for a person, then what happened, each change of wording word by word."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext, ngettext
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup, escape

from kumppanuus import notifications, policy, questions
from kumppanuus.members import Role
from kumppanuus.notifications import AddressOf, Change, Contents, Item, Letter, News, Released, Topic, Written, letters
from kumppanuus.policy import Who
from kumppanuus.progress import tasks
from kumppanuus.text.diff import Change as Piece
from kumppanuus.text.diff import diff
from kumppanuus.web import history, language, words
from kumppanuus.web.front.rows import Row, rows

# Signs of a line of plain text; longer lines are broken by mail programs where it suits them.
WIDTH = 72

# Signs of an unchanged stretch that stay on each side of a change.
AROUND = 160

# What a subject counts, in its order, by the beginnings of kinds.
_COUNTED = (
    ("comments", ("comment.",)),
    ("suggestions", ("suggestion.written",)),
    ("answers", ("suggestion.accepted", "suggestion.rejected")),
    ("responses", ("response.",)),
    ("approvals", ("approval.given",)),
    ("wordings", ("clause.rewritten", "clause.added", "clause.removed", "clause.restored")),
    ("questions", ("question.", "questions.")),
    ("rounds", ("round.",)),
)
_IN_A_SUBJECT = 2  # how many of them are named


@dataclass(frozen=True)
class TaskView:
    """Something that waits for the person."""

    words: str
    about: str
    url: str


@dataclass(frozen=True)
class ChangeView:
    """What changed, as one text in which deletions and insertions are named."""

    plain: str
    html: Markup


@dataclass(frozen=True)
class ItemView:
    """One thing that happened: a sentence, when, and the words it brought."""

    sentence: str
    html: Markup
    at: str
    quote: str
    text: str
    reason: str
    change: ChangeView | None
    reply_url: str


@dataclass(frozen=True)
class TopicView:
    """What happened with one clause or question."""

    title: str
    url: str
    items: list[ItemView]
    change: ChangeView | None

    @property
    def has_changes(self) -> bool:
        return self.change is not None or any(item.change for item in self.items)


@dataclass(frozen=True)
class NewsView:
    """What one agreement has for the person."""

    title: str
    url: str
    lang: str | None
    tasks: list[TaskView]
    topics: list[TopicView]
    more: str  # what happened beyond what is told
    more_url: str


@notifications.writer(Letter.DIGEST)
def write(digest_id: UUID, address_of: AddressOf) -> Written | None:
    """A digest in the language of its person; none if there is nothing left to tell."""
    found = notifications.contents(digest_id)
    if found is None:
        return None
    user = found.user
    with force_locale(user.language.value):
        news = [_news(each, address_of) for each in found.news]
        if not any(each.tasks or each.topics for each in news):
            return None
        values = {
            "user": user,
            "what": what(found),
            "subject_words": subject(found),
            "news": news,
            "has_changes": any(topic.has_changes for each in news for topic in each.topics),
            "settings_link": address_of("/oma-sivu#sahkopostit"),
            "stop_link": address_of(f"/koosteet/{stop_token(user.id)}"),
            "wrapped": _wrapped,
            "lines": _lines,
        }
    written = letters.set_words(Letter.DIGEST, user.address, user.name, user.language.value, values)
    thread = f"agreement-{found.news[0].member.agreement_id}"
    return replace(written, stop_link=str(values["stop_link"]), thread=thread)


# ---------------------------------------------------------------- the subject


def subject(found: Contents) -> str:
    """The news in one line: "2 uutta kommenttia ja 1 hyväksyntä: Järvi-Suomen kumppanuussopimus"."""
    title = found.news[0].member.agreement.title
    if len(found.news) > 1:
        others = len(found.news) - 1
        title = ngettext(
            "%(title)s ja %(num)s muu sopimus", "%(title)s ja %(num)s muuta sopimusta", others, title=title
        )
    return f"{what(found)}: {title}"


def what(found: Contents) -> str:
    """What a digest tells, counted: "2 uutta kommenttia ja 1 hyväksyntä"."""
    reminders = [each for news in found.news for each in news.reminders]
    if reminders:
        day = language.day(min(each.due_on for each in reminders), full=False)
        return ngettext("Määräpäivä on %(day)s", "%(num)s määräpäivää, ensimmäinen %(day)s", len(reminders), day=day)
    counts: Counter[str] = Counter()
    for news in found.news:
        for entry in news.entries:
            name = next((name for name, starts in _COUNTED if entry.kind.startswith(starts)), "")
            counts[name] += 1
        counts["responses"] += sum(each.responses for each in news.released)
    named = [_counted(name, counts[name]) for name, _starts in _COUNTED if counts[name]][:_IN_A_SUBJECT]
    return language.listed(named or [_counted("", sum(counts.values()))])


def _counted(name: str, count: int) -> str:
    match name:
        case "comments":
            return ngettext("%(num)s uusi kommentti", "%(num)s uutta kommenttia", count)
        case "suggestions":
            return ngettext("%(num)s muutosehdotus", "%(num)s muutosehdotusta", count)
        case "answers":
            return ngettext("%(num)s vastaus ehdotukseen", "%(num)s vastausta ehdotuksiin", count)
        case "responses":
            return ngettext(
                "%(num)s vastine kierroksen kommentteihin", "%(num)s vastinetta kierroksen kommentteihin", count
            )
        case "approvals":
            return ngettext("%(num)s hyväksyntä", "%(num)s hyväksyntää", count)
        case "wordings":
            return ngettext("%(num)s muutos tekstiin", "%(num)s muutosta tekstiin", count)
        case "questions":
            return ngettext("%(num)s uutinen avoimista kysymyksistä", "%(num)s uutista avoimista kysymyksistä", count)
        case "rounds":
            return ngettext("%(num)s uutinen kierroksista", "%(num)s uutista kierroksista", count)
        case _:
            return ngettext("%(num)s uusi tapahtuma", "%(num)s uutta tapahtumaa", count)


# ---------------------------------------------------------------- one agreement


def _news(news: News, address_of: AddressOf) -> NewsView:
    agreement, found = news.member.agreement, news.found
    path = f"/sopimukset/{agreement.slug}"
    told = {line.number: line for line in history.lines(news.entries, found.outline, found.register)}
    return NewsView(
        title=agreement.title,
        url=address_of(path),
        lang=agreement.language.value,
        tasks=[_task(row, address_of) for row in _duties(news)],
        topics=[
            *(_topic(topic, news, told, address_of) for topic in news.topics),
            *(_released(each, address_of(f"{path}/kierrokset/{each.round}")) for each in news.released),
        ],
        more=ngettext("Lisäksi tapahtui %(num)s asia.", "Lisäksi tapahtui %(num)s asiaa.", news.left_out)
        if news.left_out
        else "",
        more_url=address_of(f"{path}/tapahtumat"),
    )


def _duties(news: News) -> list[Row]:
    """What waits for the person, as the front page says it."""
    member = news.member
    proposed = questions.waiting_room(member.agreement) if member.role is Role.COORDINATOR else []
    return rows(tasks(member, news.found, proposed), news.found, member)


def _task(row: Row, address_of: AddressOf) -> TaskView:
    about = [Markup(each).striptags() for each in (row.what, row.sentence, row.late, row.due) if each]  # noqa: S704 - only to take marks away
    return TaskView(row.words, " ".join(_ended(each) for each in about), address_of(row.url))


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _topic(topic: Topic, news: News, told: Mapping[int, history.Line], address_of: AddressOf) -> TopicView:
    title, path = _place(topic.subject, news)
    return TopicView(
        title=title,
        url=address_of(path),
        items=[_item(item, told[item.entry.number], news, address_of) for item in topic.items],
        change=_change(topic.change) if topic.change else None,
    )


def _released(released: Released, url: str) -> TopicView:
    """Many responses in one sentence; each stands on the page of its clause, and whoever was answered gets a letter."""
    sentence = gettext(
        "Kierroksella annettuihin kommentteihin julkaistiin %(num)s vastinetta. Ne vastaavat %(remarks)s kommenttiin.",
        num=released.responses,
        remarks=released.remarks,
    )
    item = ItemView(sentence, escape(sentence), at="", quote="", text="", reason="", change=None, reply_url="")
    return TopicView(gettext("Kierros %(number)s", number=released.round), url, [item], None)


def _place(subject: UUID | None, news: News) -> tuple[str, str]:
    """What a topic is called, and its page."""
    placed = news.found.outline.find(subject) if subject else None
    if placed is not None:
        return words.clause_title(placed), f"/kohdat/{placed.id}"
    path = f"/sopimukset/{news.member.agreement.slug}"
    for question in news.found.register:
        if question.id == subject:
            title = gettext("Kysymys %(number)s: %(title)s", number=question.number, title=question.title)
            return title, f"{path}/kysymykset/{question.number}"
    return gettext("Koko sopimus"), f"{path}/tapahtumat"


def _item(item: Item, line: history.Line, news: News, address_of: AddressOf) -> ItemView:
    html = history.without_comparison(line.html)
    may_reply = item.reply_to is not None and policy.allows("comment.write", Who(news.member.user, news.member))
    return ItemView(
        sentence=html.striptags(),
        html=Markup(_PATH.sub(lambda found: f'href="{address_of(found[1])}', html)),  # noqa: S704 - it was safe before its links were made whole
        at=language.dated(item.entry.at),
        quote=textwrap.shorten(item.quote, 2 * AROUND, placeholder=" …"),
        text=item.text,
        reason=gettext("Perustelu: %(reason)s", reason=item.reason) if item.reason else "",
        change=_change(item.change) if item.change else None,
        reply_url=address_of(f"/kommentit/{item.reply_to}/vastaukset") if may_reply else "",
    )


_PATH = re.compile(r'href="(/[^"]*)')


# ---------------------------------------------------------------- changes


def _change(change: Change) -> ChangeView:
    """A change as words: what is gone and what is new is said, so that it is heard and seen without any style."""
    if change.old is None:
        text = "\n\n".join(filter(None, (change.new.title, change.new.text)))
        return ChangeView(text, _lines(text))
    pieces = diff(change.old.text, change.new.text)
    if change.old.title != change.new.title:
        pieces = [*diff(change.old.title, change.new.title), Piece("equal", "\n\n"), *pieces]
    pieces = _shortened(pieces)
    return ChangeView("".join(map(_plain, pieces)), Markup("").join(map(_marked, pieces)))


def _shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """The changes with the nearest words around them: of a long stretch that did not change its ends."""
    found = []
    for place, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "equal":
            head = "" if place == 0 else _first(text)
            tail = "" if place == len(pieces) - 1 else _last(text)
            if len(text) > len(head) + len(tail) + AROUND:
                text = f"{head} […] {tail}".strip(" ") if head and tail else (f"{head} […]" if head else f"[…] {tail}")
        elif piece.kind == "delete" and pieces[place + 1 : place + 2] and pieces[place + 1].kind == "insert":
            text = f"{text.rstrip()} "  # what came instead is named beside it
        found.append(Piece(piece.kind, text))
    return found


def _first(text: str) -> str:
    return text if len(text) <= AROUND else text[:AROUND].rpartition(" ")[0]


def _last(text: str) -> str:
    return text if len(text) <= AROUND else text[-AROUND:].partition(" ")[2]


def _plain(piece: Piece) -> str:
    if piece.kind == "equal" or piece.is_blank:
        return piece.text if piece.kind != "delete" else ""
    before, core, after = _apart(piece.text)
    return f"{before}{_named(piece, core)}{after}"


def _marked(piece: Piece) -> Markup:
    if piece.kind == "equal" or piece.is_blank:
        return _lines(piece.text) if piece.kind != "delete" else Markup("")
    before, core, after = _apart(piece.text)
    framed = Markup("{}<del>{}</del>{}") if piece.kind == "delete" else Markup("{}<ins>{}</ins>{}")
    return framed.format(_lines(before), _lines(_named(piece, core)), _lines(after))


def _named(piece: Piece, core: str) -> str:
    if piece.kind == "delete":
        return gettext("[poistettu: %(words)s]", words=core)
    return gettext("[lisätty: %(words)s]", words=core)


def _apart(text: str) -> tuple[str, str, str]:
    """The blanks before the words, the words, and the blanks after."""
    core = text.strip()
    start = text.index(core)
    return text[:start], core, text[start + len(core) :]


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def _wrapped(text: str, indent: str = "") -> str:
    """Text in lines that no mail program breaks; those of the text stay. An address is never cut."""
    lines = [
        textwrap.fill(
            line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        for line in str(text).split("\n")
    ]
    return "\n".join(line.rstrip() for line in lines)


# ---------------------------------------------------------------- stopping


def stop_token(user_id: UUID) -> str:
    """What a letter's link to stop such letters holds: whom it is for, signed. It opens nothing else and never ends."""
    return str(_serializer().dumps(user_id.hex))


def stopped_by(token: str) -> UUID | None:
    """Whom the link of a letter was for; none if no letter of ours held it."""
    try:
        return UUID(_serializer().loads(token))
    except (BadSignature, ValueError, AttributeError, TypeError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="kumppanuus stop letters")


__all__ = ["WIDTH", "stop_token", "stopped_by", "subject", "what", "write"]
