"""Letters on paper, for those who cannot be written to: a number and a code that lead where a link would.

The code is kept nowhere, and neither is a hash of it alone: the secret of the link follows from the number, the code
and a key of the installation, so that a copy of the database is not enough to try codes.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from kumppanuus import ledger, limits
from kumppanuus.db import db, now
from kumppanuus.members import Member
from kumppanuus.rounds import events
from kumppanuus.rounds.asking import hold, require_open
from kumppanuus.rounds.links import hashed
from kumppanuus.rounds.refusals import LetterLocked, Nobody, PrintedMeanwhile, WrongLetter
from kumppanuus.rounds.tables import Invitee, LinkKind, Round, RoundLink

# No sign is taken for another, on paper or by ear; 23 ** 9 codes are 40.7 bits.
ALPHABET = "34679ACDEFGHJKMNPQRTVXY"
LENGTH, GROUP = 9, 3
DIGITS = 6  # of the number: drawn by lot, so that nobody can lock the letters of others one after the other


class PaperLetter(NamedTuple):
    """What stands in one letter: whom it is for, its number ("482 913"), and its code ("K7M-4XR-93P")."""

    invitee: Invitee
    number: str
    code: str


def print_letters(
    round_: Round,
    invitees: Sequence[Invitee],
    *,
    replacing: Collection[UUID] = (),
    most: int | None = None,
    seed: bytes,
    key: bytes,
    by: Member,
) -> Sequence[PaperLetter]:
    """Make a letter for some organisations, `most` of them at most, each with a new code.

    The letters in `replacing` end; whoever has another one, which the form did not tell of, gets none. The codes follow
    from `seed`, a secret of the form that asks for them: the same form gives the same letters again, and changes
    nothing. `key` is that of the installation. Refuses `NotOpened`, `RoundClosed`, `Nobody` if there is no organisation
    among them that may still answer, and `PrintedMeanwhile` if all of those have a letter.
    """
    hold(round_)
    require_open(round_)
    wanted = [each for each in invitees if each.organisation_id and each.declined_at is None]
    if not wanted:
        raise Nobody()
    codes = {each.id: _code(seed, each.id) for each in wanted}
    standing = {link.invitee_id: link for link in _living(round_)}
    done = {each.id for each in wanted if _is_of(standing.get(each.id), codes[each.id], key)}
    free = [each for each in wanted if each.id not in standing or standing[each.id].id in replacing or each.id in done]
    if not free:
        raise PrintedMeanwhile()
    wanted = free[:most]
    made = [each for each in wanted if each.id not in done]
    for each in made:
        if each.id in standing:
            standing[each.id].revoked_at = now()
        standing[each.id] = _link(each, codes[each.id], key=key, by=by)
    db.session.flush()
    if made:
        event = events.LettersPrinted(
            round_id=round_.id,
            round=round_.number,
            invitee_ids=tuple(sorted(each.id for each in made)),
            name=made[0].name if len(made) == 1 else "",
        )
        ledger.record(event, chain=round_.agreement_id, by=by.user_id)
    return [PaperLetter(each, spaced(standing[each.id].number or ""), grouped(codes[each.id])) for each in wanted]


def secret_by_code(number: str, code: str, *, key: bytes) -> str:
    """The secret of the link that a letter leads to. Blanks, hyphens and small letters are forgiven.

    A number that no letter has, a wrong code and a letter that has ended are all the same `WrongLetter`, at the same
    cost; the fifth of them within an hour locks the number for an hour, which is `LetterLocked`. A right code forgets
    the wrong ones.
    """
    number = "".join(sign for sign in number if sign in "0123456789")[: 2 * DIGITS]
    code = "".join(sign for sign in code.upper() if sign.isalnum())[: 2 * LENGTH]
    tries, lock = f"codes of letter {number}", f"lock of letter {number}"
    try:
        limits.check(lock, limits.PAPER_LOCK)
        limits.spend(tries, limits.PAPER_CODE)  # before looking, or many tries of one moment would all look
    except limits.TooMany as too_many:
        raise LetterLocked(**too_many.facts) from too_many
    link = db.session.scalar(select(RoundLink).where(RoundLink.number == number, RoundLink.revoked_at.is_(None)))
    secret = _secret(number, code, key)
    if not hmac.compare_digest(hashed(secret), link.secret_hash if link else ""):
        _lock_after_the_last(tries, lock)
        raise WrongLetter(field="code")
    limits.forgive(tries)
    return secret


def latest_letters(round_: Round) -> Mapping[UUID, RoundLink]:
    """The letter each invitee has that has not ended, by the id of the invitee; one query."""
    return {link.invitee_id: link for link in _living(round_) if link.invitee_id}


def spaced(number: str) -> str:
    """The number of a letter as it is read aloud: "482 913"."""
    return f"{number[: DIGITS // 2]} {number[DIGITS // 2 :]}"


def grouped(code: str) -> str:
    """A code as it is read aloud: "K7M-4XR-93P"."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


# ---------------------------------------------------------------- inside


def _living(round_: Round) -> Sequence[RoundLink]:
    query = select(RoundLink).where(
        RoundLink.round_id == round_.id, RoundLink.number.is_not(None), RoundLink.revoked_at.is_(None)
    )
    return db.session.scalars(query).all()


def _link(invitee: Invitee, code: str, *, key: bytes, by: Member) -> RoundLink:
    number = _free_number()
    link = RoundLink(
        round_id=invitee.round_id,
        kind=LinkKind.PERSONAL,
        invitee_id=invitee.id,
        made_by_id=by.id,
        number=number,
        secret_hash=hashed(_secret(number, code, key)),
    )
    db.session.add(link)
    return link


def _free_number() -> str:
    while True:
        number = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if db.session.scalar(select(RoundLink.id).where(RoundLink.number == number)) is None:
            return number


def _code(seed: bytes, invitee_id: UUID) -> str:
    rest = int.from_bytes(hmac.digest(seed, b"code of a letter\n" + invitee_id.bytes, "sha256"))
    signs = []
    for _place in range(LENGTH):
        rest, sign = divmod(rest, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


def _secret(number: str, code: str, key: bytes) -> str:
    made = hmac.digest(key, f"letter on paper\n{number}\n{code}".encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _is_of(link: RoundLink | None, code: str, key: bytes) -> bool:
    return link is not None and link.secret_hash == hashed(_secret(link.number or "", code, key))


def _lock_after_the_last(tries: str, lock: str) -> None:
    """Lock a number if this was the last wrong code that it takes. Refuses `LetterLocked`."""
    try:
        limits.check(tries, limits.PAPER_CODE)
    except limits.TooMany:
        limits.spend(lock, limits.PAPER_LOCK)
        raise LetterLocked(wait=int(limits.PAPER_LOCK[0].per.total_seconds())) from None
