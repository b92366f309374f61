"""How what somebody wrote in a file is told here: in the record it is whoever brings the file that says it, and its
words name the author. Speaks the language in use."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from flask_babel import get_locale, gettext

from kumppanuus.comments import CommentKind

NAMELESS = ("", "Unknown Author", "Author", "Tekijä")  # what programs write where nobody has given a name
MOST_QUOTED = 200  # signs of the words that a comment is about


def name_of(author: str) -> str:
    """The author of a change or a comment, as the file names them."""
    return str(gettext("tuntematon")) if author in NAMELESS else author


def who(author: str, at: datetime | None) -> str:
    """An author with the day. Word writes the time on the writer's wall, whatever zone it claims."""
    name = name_of(author)
    return f"{name} {format_date(at.date(), 'd.M.yyyy', locale=get_locale())}" if at else name


def reason(author: str, at: datetime | None) -> str:
    """Why a tracked change is proposed, as far as a file can tell."""
    return str(gettext("Muutosmerkintä tuodussa tiedostossa. Tekijä: %(who)s.", who=who(author, at)))


def spoken(author: str, at: datetime | None, about: str, text: str) -> tuple[str, str]:
    """A comment in the words it is kept in: who said it and about what, then what was said."""
    about = quoted(" ".join(about.split()))
    if about:
        head = gettext("%(who)s kommentoi tuodussa tiedostossa sanoja ”%(words)s”:", who=who(author, at), words=about)
    else:
        head = gettext("%(who)s kommentoi tuodussa tiedostossa:", who=who(author, at))
    return str(head), text.strip() or str(gettext("(Kommentissa ei ole tekstiä.)"))


def quoted(words: str) -> str:
    """Words that a comment is about, cut where they are long."""
    return words if len(words) <= MOST_QUOTED else f"{words[:MOST_QUOTED]}…"


def usual_kind(text: str) -> CommentKind:
    """What a comment of a file most likely is: Word does not ask."""
    return CommentKind.QUESTION if "?" in text else CommentKind.CONCERN
