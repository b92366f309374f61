"""Languages, dates and numbers as people read them. Moments are kept in UTC and shown in Helsinki time."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import current_app, g, has_request_context, request
from flask_babel import Domain, get_locale, gettext, ngettext
from markupsafe import Markup

from kumppanuus.db import HELSINKI, helsinki_day, today
from kumppanuus.text.numbering import elative

LANGUAGES = ("fi", "sv", "en")
COOKIE = "kieli"


class Catalogue(Domain):
    """The words of a request, found once: Flask-Babel looks for them anew at every word, which costs a page a tenth."""

    def get_translations(self) -> Any:
        """The translations into the language of the request."""
        context = g.get("_flask_babel")  # Flask-Babel itself forgets what is kept here when the language is changed
        if context is None:
            return super().get_translations()  # a letter or a document, drawn by a command
        if getattr(context, "babel_translations", None) is None:
            context.babel_translations = super().get_translations()
        return context.babel_translations


CATALOGUE = Catalogue()


@cache
def locale_of(code: str) -> Locale:
    """A language as Babel knows it. Making one costs as much as ten words looked up."""
    return Locale.parse(code)


def selected() -> Locale:
    """The language of this page, for Flask-Babel."""
    return locale_of(choose())


def choose() -> str:
    """The language of this page: asked for in the address, chosen before, the person's own, or the installation's."""
    if not has_request_context():
        return str(current_app.config["LANGUAGE"])
    asked = request.args.get("kieli", "")
    if asked in LANGUAGES:
        return asked
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    user = getattr(g, "user", None)
    if user is not None:
        return str(user.language.value)
    return str(current_app.config["LANGUAGE"])


def language() -> str:
    """The code of the language in use."""
    try:
        # Where Flask-Babel keeps what it has chosen: to ask it costs ten times as much, and every date asks.
        locale = g._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        locale = get_locale()
    return locale.language if locale else "fi"


_WEEKDAYS = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "sv": ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def day(value: date | datetime, *, full: bool = True) -> str:
    """A day with its weekday: "to 9.4.2026", or "to 9.4." if it is this year and a short form is asked for.

    A line may end before it, never after the weekday.
    """
    return _day(value, 0 if full else today().year, language())


@lru_cache(maxsize=4096)
def _day(value: date | datetime, this_year: int, code: str) -> str:
    # Pages hold dozens of them, mostly the same ones as the page before.
    value = helsinki_day(value) if isinstance(value, datetime) else value
    weekday, has_year = _WEEKDAYS[code][value.weekday()], value.year != this_year
    if code == "en":
        return f"{weekday}\u00a0{value.day}\u00a0{format_date(value, 'MMM', locale='en')}" + (
            f"\u00a0{value.year}" if has_year else ""
        )
    dotted = f"{value.day}.{value.month}."
    if has_year:
        return f"{weekday}\u00a0{dotted}{value.year}"
    return f"{weekday}\u00a0{dotted if code == 'fi' else dotted.rstrip('.')}"


def file_size(size: int) -> str:
    """A size in bytes, as people say it: in kilobytes, or in megabytes with one decimal."""
    if size < 1_000_000:
        return gettext("%(size)s kt", size=max(1, round(size / 1_000)))
    return gettext("%(size)s Mt", size=format_decimal(size / 1_000_000, format="0.0", locale=get_locale()))


def plain_day(value: date | datetime) -> str:
    """A day without its weekday, for narrow places: "9.4.2026"."""
    value = helsinki_day(value) if isinstance(value, datetime) else value
    if language() == "en":
        return f"{value.day} {format_date(value, 'MMM', locale='en')} {value.year}"
    return f"{value.day}.{value.month}.{value.year}"


def days(first: date | datetime, last: date | datetime) -> str:
    """From one day to another: "6.11.–18.12.2026", with the year of the first where it is another one."""
    begins, ends = plain_day(first), plain_day(last)
    year = ends[-4:]
    return f"{begins.removesuffix(year).rstrip()}–{ends}"


def clock(value: datetime) -> str:
    """The time of day: "13" on the hour, else "13.05"; in English "13:05"."""
    local = value.astimezone(HELSINKI)
    if language() == "en":
        return f"{local.hour}:{local.minute:02d}"
    return f"{local.hour}.{local.minute:02d}" if local.minute else f"{local.hour}"


def moment(value: datetime) -> str:
    """A moment near at hand: "Tänään klo 8.25", "Eilen klo 15.10", "Pe 13.3." and, in another year, with the year."""
    return moment_on(value, today(), language())


@lru_cache(maxsize=4096)
def moment_on(value: datetime, now_on: date, _code: str) -> str:
    """A moment as it is told on a day, in the language of the request, whose code is given.

    A page of comments asks for dozens, most of them the same ones as the page before.
    """
    age = (now_on - helsinki_day(value)).days
    if age == 0:
        return gettext("Tänään klo %(time)s", time=clock(value))
    if age == 1:
        return gettext("Eilen klo %(time)s", time=clock(value))
    return dated(value)


def dated(value: date | datetime, *, full: bool = False) -> str:
    """A day by its date, also today's, as a line of its own: "Pe 13.3.", or with its year if `full`."""
    words = day(value, full=full)
    return words[0].upper() + words[1:]


def full_moment(value: datetime) -> str:
    """A moment in full: "to 9.4.2026 klo 13"."""
    return gettext("%(day)s klo %(time)s", day=day(value), time=clock(value))


def out_of(whole: int) -> str:
    """A number as the whole of which some are counted: "21:stä" in Finnish, elsewhere as it is."""
    return elative(whole) if language() == "fi" else str(whole)


def count_of(part: int, whole: int, *, before: bool = False) -> str:
    """How many clauses of how many are agreed: "9 kohtaa 21:stä sovittu", or "sovittu 9 kohtaa 21:stä"."""
    facts = {"whole_from": out_of(whole)}
    if before:
        return ngettext("sovittu %(num)s kohta %(whole_from)s", "sovittu %(num)s kohtaa %(whole_from)s", part, **facts)
    return ngettext("%(num)s kohta %(whole_from)s sovittu", "%(num)s kohtaa %(whole_from)s sovittu", part, **facts)


def listed(words: list[str]) -> str:
    """Words as a list in a sentence: "3.2, 3.3 ja 3.4"."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(most)s ja %(last)s", most=", ".join(words[:-1]), last=words[-1])


def listed_html(parts: list[Markup]) -> Markup:
    """Like `listed`, of safe pieces of HTML."""
    if len(parts) < 2:
        return Markup("").join(parts)
    sentence = Markup(gettext("%(most)s ja %(last)s"))  # noqa: S704 - the sentence is ours, its values are escaped
    return sentence % {"most": Markup(", ").join(parts[:-1]), "last": parts[-1]}
