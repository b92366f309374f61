"""What a wording is made of once it is kept, and the digest that stands for it."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Everything XML 1.0 cannot carry: NUL and most other control signs, lone surrogates, U+FFFE and U+FFFF.
# One list for every way in, so that what is kept can also leave as Word, HTML and PDF, from either database.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_WORDING = b"kumppanuus wording 1"
_REMOVAL = b"kumppanuus removal 1"


class Unwritable(ValueError):
    """The text holds a sign that no export could carry (NUL, a control sign, half a surrogate pair)."""

    def __init__(self, sign: str, position: int) -> None:
        super().__init__(f"U+{ord(sign):04X} at {position}")
        self.sign = sign
        self.position = position


def normalised(text: str) -> str:
    """The one form in which text is kept and compared.

    Code points in NFC, line ends as LF, no spaces or tabs at the ends of lines, no empty lines first or last.
    Everything else stays as typed. Raises Unwritable for signs that XML cannot carry; nothing is dropped silently.
    """
    if bad := _UNWRITABLE.search(text):
        raise Unwritable(bad.group(), bad.start())
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip("\n")


def one_line(text: str) -> str:
    """The kept form of a title or a name: normalised, each run of blanks and line ends one space, none at the ends.

    Raises Unwritable like `normalised`.
    """
    return re.sub(r"[ \t\n]+", " ", normalised(text)).strip(" ")


def writable(text: str) -> str:
    """The text with U+FFFD in the place of each sign that XML cannot carry: for showing, never for keeping."""
    return _UNWRITABLE.sub("\ufffd", text)


def fingerprint(title: str, text: str) -> str:
    """SHA-256 in hex of one exact wording.

    Digested are a domain, then title and text, each normalised, in UTF-8 and after its length in bytes (8 bytes,
    big-endian), so that no two wordings share their bytes and no other digest can be passed off as one.
    Raises Unwritable like `normalised`.
    """
    digest = hashlib.sha256(_WORDING)
    for part in (normalised(title), normalised(text)):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def removal_fingerprint() -> str:
    """What stands for a clause without words, taken out of the text: never equal to that of any wording."""
    return hashlib.sha256(_REMOVAL).hexdigest()
