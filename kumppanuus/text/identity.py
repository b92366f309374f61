"""Finnish personal identity codes in running text: what looks like one, so that nobody publishes it by mistake.

The form is that of the Digital and Population Data Services Agency: day, month and year of birth, a sign for the
century (since 2023 several letters stand for one), a number of three digits, and a control character.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_CONTROLS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
# A person may put a blank beside the sign. Letters and digits around it make it part of something longer.
_CODE = re.compile(rf"(?<!\w)(\d\d)(\d\d)(\d\d)\s?([-+YXWVUA-F])\s?(\d{{3}})([{_CONTROLS}])(?!\w)", re.IGNORECASE)


def identity_codes(text: str) -> list[str]:
    """What looks like a personal identity code in a text, in order and as it was typed but for unseen signs.

    The day must have existed and the control character must be right: one in thirty of other numbers of this form is
    taken for a code, the rest are not.
    """
    plain = "".join(sign for sign in text.translate(_DASHES) if unicodedata.category(sign) != "Cf")
    return [found[0] for found in _CODE.finditer(plain) if _is_code(*found.groups())]


def _is_code(day: str, month: str, year: str, century: str, number: str, control: str) -> bool:
    try:
        date(_CENTURIES[century.upper()] + int(year), int(month), int(day))
    except ValueError:
        return False
    # 002–899 are given to people, 900–999 for a time; 000 and 001 to nobody.
    return int(number) >= 2 and _CONTROLS[int(day + month + year + number) % 31] == control.upper()
