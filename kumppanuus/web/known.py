"""What the service knows of a person, as the person reads it: what each row is, in which agreement, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext, lazy_gettext, ngettext

from kumppanuus.members import Role
from kumppanuus.own_data import WHERE, Row
from kumppanuus.web import history, language
from kumppanuus.web.words import ROLES

_l = lazy_gettext

# Table and column that names the person → what that is to the person. Where several do, the first one counts.
DEEDS: dict[tuple[str, str], Any] = {
    ("user", "id"): _l("Tilisi"),
    ("mailing", "user_id"): _l("Kuinka usein saat sähköpostia"),
    ("session", "user_id"): _l("Kirjautuminen"),
    ("sign_in", "address"): _l("Kirjautumisviesti"),
    ("oidc_identity", "user_id"): _l("Tunnukset, joilla kirjaudut"),
    ("address_change", "user_id"): _l("Osoitteen vaihto"),
    ("member", "user_id"): _l("Osallistuit sopimukseen"),
    ("invitation", "address"): _l("Sinut kutsuttiin"),
    ("invitation", "invited_by_id"): _l("Kutsuit osallistujan"),
    ("term", "user_id"): _l("Paikkasi yhteistyöelimessä"),
    ("draft", "user_id"): _l("Keskeneräinen teksti"),
    ("job", "user_id"): _l("Pitkä työ, jonka aloitit"),
    ("intake", "user_id"): _l("Tiedosto, josta aloitat sopimusta"),
    ("takeback", "user_id"): _l("Tiedosto, jonka toit takaisin"),
    ("archive", "user_id"): _l("Arkisto, jonka teit"),
    ("clause_version", "author_id"): _l("Kirjoitit kohdan tekstin"),
    ("edition", "frozen_by_id"): _l("Jäädytit tekstin luonnokseksi"),
    ("comment", "author_id"): _l("Kommentoit"),
    ("comment", "handled_by_id"): _l("Käsittelit kommentin"),
    ("endorsement", "user_id"): _l("Kannatit kommenttia"),
    ("suggestion", "author_id"): _l("Ehdotit muutosta"),
    ("suggestion", "answered_by_id"): _l("Vastasit muutosehdotukseen"),
    ("approval", "given_by_id"): _l("Hyväksyit kohdan"),
    ("approval", "ended_by_id"): _l("Päätit hyväksynnän"),
    ("reopening", "opened_by_id"): _l("Avasit kohdan uudelleen"),
    ("question", "owner_id"): _l("Vastaat kysymyksestä"),
    ("question", "asked_by_id"): _l("Kirjasit kysymyksen"),
    ("question_update", "author_id"): _l("Päivitit kysymyksen tilanteen"),
    ("question_move", "moved_by_id"): _l("Siirsit kysymyksen toiseen vaiheeseen"),
    ("round", "opened_by_id"): _l("Avasit kierroksen"),
    ("round", "closed_by_id"): _l("Suljit kierroksen"),
    ("invitee", "added_by_id"): _l("Kutsuit vastaajan kierrokselle"),
    ("round_link", "made_by_id"): _l("Teit vastauslinkin tai kirjeen"),
    ("statement", "user_id"): _l("Annoit vastauksen kierrokselle"),
    ("statement", "giver_address"): _l("Annoit vastauksen kierrokselle"),
    ("statement", "recorded_by_id"): _l("Kirjasit vastauksen toisen puolesta"),
    ("statement", "hidden_by_id"): _l("Piilotit vastauksen"),
    ("remark", "written_by_id"): _l("Kirjoitit vastauksen kohdan"),
    ("remark", "answered_by_id"): _l("Vastasit kierroksen kommenttiin"),
    ("remark", "hidden_by_id"): _l("Piilotit kierroksen kommentin"),
    ("response", "made_by_id"): _l("Kirjoitit vastineen"),
    ("response", "changed_by_id"): _l("Muokkasit vastinetta"),
    ("response", "asked_id"): _l("Sinulta pyydettiin vastine"),
    ("response", "released_by_id"): _l("Julkaisit vastineen"),
    ("summary_part", "changed_by_id"): _l("Kirjoitit yhteenvetoa"),
    ("summary_publication", "published_by_id"): _l("Julkaisit yhteenvedon"),
    ("summary_publication", "withdrawn_by_id"): _l("Peruit yhteenvedon julkaisun"),
    ("summary_thanks", "member_id"): _l("Sinulle kerrottiin kierroksen tuloksista"),
    ("notice", "user_id"): _l("Ilmoitus tapahtumasta"),
    ("digest", "user_id"): _l("Viesti tapahtumista"),
    ("following", "user_id"): _l("Seuraaminen tai vaimentaminen"),
    ("reminder", "user_id"): _l("Muistutus määräpäivästä"),
    ("outbox", "queue_id"): _l("Sähköposti sinulle"),
    ("outbox", "user_id"): _l("Sähköposti sinulle"),
    ("feedback", "reply_address"): _l("Annoit palautetta"),
    ("feedback", "answered_by_id"): _l("Vastasit palautteeseen"),
    ("organisation", "contact_address"): _l("Olet yhteyshenkilö"),
}

# What the rows of the tables are to the person they name, in the order of the page.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "tili": (_l("Tilisi"), ("user", "mailing")),
    "kirjautumiset": (
        _l("Kirjautumiset ja osoitteen vaihdot"),
        ("session", "sign_in", "oidc_identity", "address_change"),
    ),
    "osallistumiset": (_l("Osallistumiset, kutsut ja paikat"), ("member", "invitation", "term")),
    "kesken": (_l("Keskeneräiset tekstit ja tiedostot"), ("draft", "job", "intake", "takeback", "archive")),
    "tekstit": (_l("Sopimustekstit ja luonnokset"), ("clause_version", "edition")),
    "kommentit": (_l("Kommentit ja kannatukset"), ("comment", "endorsement")),
    "ehdotukset": (_l("Muutosehdotukset"), ("suggestion",)),
    "hyvaksynnat": (_l("Hyväksynnät ja avaamiset"), ("approval", "reopening")),
    "kysymykset": (_l("Avoimet kysymykset"), ("question", "question_update", "question_move")),
    "kierrokset": (
        _l("Kierrokset ja vastaukset"),
        (
            *("round", "invitee", "round_link", "statement", "statement_link", "remark", "response"),
            *("summary_part", "summary_publication", "summary_thanks"),
        ),
    ),
    "viestit": (_l("Viestit ja seuraaminen"), ("notice", "digest", "following", "reminder", "outbox", "feedback")),
    "yhteystiedot": (_l("Järjestöt, joiden yhteyshenkilö olet"), ("organisation",)),
    "tapahtumat": (_l("Tapahtumat"), ("ledger_entry",)),
}
MOST_SHOWN = 20  # rows of a group with words of their own; the file holds all

# Columns that say what a row is, the most telling first.
_WORDS = ("text", "title", "name", "new_address", "address", "browser_words", "file_name", "issuer")


@dataclass(frozen=True)
class Place:
    """An agreement the person takes part in."""

    title: str
    url: str


@dataclass(frozen=True)
class KnownView:
    """What names the person: what it is, how often and when, what it says, and in which agreement."""

    what: str
    when: str
    words: str = ""
    times: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class KnownGroup:
    """Rows of one kind. `total` counts all, `left` those that only the file tells."""

    key: str
    heading: str
    total: int
    left: int
    rows: list[KnownView]


@dataclass(frozen=True)
class _Line:
    """One row, taken apart."""

    what: str
    words: str
    at: date | None  # or a moment
    place: Place | None


def groups(found: Mapping[str, list[Row]], places: Mapping[UUID, Place]) -> list[KnownGroup]:
    """Everything that names a person, the newest first; what says the same at the same place is counted.

    `places` are the agreements that the person may read: of others no name is told.
    """
    made = []
    for key, (heading, tables) in GROUPS.items():
        lines = [_line(table, row, places) for table in tables for row in found.get(table, ())]
        if lines:
            views, left = _views(lines)
            made.append(KnownGroup(key, str(heading), len(lines), left, views))
    return made


def _views(lines: list[_Line]) -> tuple[list[KnownView], int]:
    """The lines of a group and how many were left out."""
    lines = sorted(lines, key=lambda each: each.at.isoformat() if each.at else "", reverse=True)
    alike: dict[tuple[str, Place | None, str], list[_Line]] = {}
    for each in lines:
        alike.setdefault((each.what, each.place, each.words), []).append(each)
    counted = [rows for rows in alike.values() if not rows[0].words]
    telling = [rows for rows in alike.values() if rows[0].words]
    return [_counted(rows) for rows in (*counted, *telling[:MOST_SHOWN])], sum(map(len, telling[MOST_SHOWN:]))


def _counted(alike: list[_Line]) -> KnownView:
    newest, oldest = alike[0], alike[-1]
    days = list(dict.fromkeys(filter(None, (_day(oldest), _day(newest)))))
    times = ngettext("%(num)s kerran", "%(num)s kertaa", len(alike)) if len(alike) > 1 else ""
    return KnownView(newest.what, "–".join(days), newest.words, times, newest.place)


def _day(line: _Line) -> str:
    return language.plain_day(line.at) if line.at else ""


def _line(table: str, row: Row, places: Mapping[UUID, Place]) -> _Line:
    moments = [each for each in row.values() if isinstance(each, datetime)]
    days = [] if moments else [each for each in row.values() if isinstance(each, date)]
    where = row.get(WHERE) or row.get("chain_id")
    place = places.get(where) if isinstance(where, UUID) else None
    return _Line(_what(table, row), _words(table, row), min([*moments, *days], default=None), place)


def _what(table: str, row: Row) -> str:
    if table == "ledger_entry":
        return history.group_words(row["kind"])
    found = (words for (named, column), words in DEEDS.items() if named == table and row.get(column))
    return str(next(found, gettext("Sinut on nimetty")))


def _words(table: str, row: Row) -> str:
    """What people wrote, or what it is called."""
    words = next((row[name] for name in _WORDS if isinstance(row.get(name), str) and row[name]), "")
    if table == "draft":
        words = " ".join(text for text in (row.get("fields") or {}).values() if isinstance(text, str))
    elif table == "member" and row.get("role"):
        words = str(ROLES[Role(row["role"])])
    return words if len(words) <= 200 else f"{words[:200].rstrip()}…"
