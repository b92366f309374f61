"""The sign-in letter: asked for, made when it is sent, and coming in by its link or its code."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.accounts.people import clean_address
from kumppanuus.accounts.refusals import LinkSpent, WrongCode
from kumppanuus.accounts.sessions import enter
from kumppanuus.accounts.tables import Language, SignIn, User, hashed
from kumppanuus.db import db, line, now

WRONG_CODES = 5


def ask(
    address: str,
    *,
    browser: str,
    browser_words: str,
    language: Language,
    is_remembered: bool,
    leads_to: str = "/",
) -> SignIn:
    """Ask for a letter with a link and a code. Writes the same row whether the address is known or not.

    `leads_to` is the path the person is led to afterwards. Refuses `BadAddress`. Limits are the caller's, who knows
    where the asking comes from.
    """
    asking = SignIn(
        address=clean_address(address),
        browser_hash=hashed("browser", browser),
        browser_words=line(browser_words, "browser", needed=False, most=500),
        language=language,
        is_remembered=is_remembered,
        leads_to=leads_to,
    )
    db.session.add(asking)
    db.session.flush()
    return asking


def asked_in(browser: str) -> SignIn | None:
    """What was last asked for in this browser."""
    return db.session.scalar(_asked_in(browser))


def make_letter(asking: SignIn, *, lives: timedelta) -> tuple[User, str, str] | None:
    """Make the link token and the code of a letter that is being sent now, and kill those sent before.

    Returns the person, the token and the code; or None if the letter was used already, nobody has the address, or the
    account is closed. For those two the asking still looks like one that was sent, so that wrong codes tell nothing.
    Sending the same letter again makes a new token and a new code.
    """
    if asking.used_at is not None:
        return None
    db.session.execute(
        sa.update(SignIn)
        .where(SignIn.address == asking.address, SignIn.id != asking.id, SignIn.used_at.is_(None))
        .values(expires_at=now())
    )
    # Wrong codes go on counting: starting anew would tell that a letter has left.
    asking.sent_at, asking.expires_at = now(), now() + lives
    user = db.session.scalar(select(User).where(User.address == asking.address))
    if user is None or user.disabled_at is not None:
        return None
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    asking.token_hash, asking.code_hash = hashed("token", token), hashed(f"code {asking.id}", code)
    db.session.flush()
    return user, token, code


def enter_by_link(token: str, *, browser_words: str) -> tuple[str, str]:
    """Sign in by the token of a link and spend it.

    Returns the secret token of the new session and the path to lead to. Refuses `LinkSpent`.
    """
    query = select(SignIn).where(SignIn.token_hash == hashed("token", token)).with_for_update()
    asking = db.session.scalar(query)
    if asking is None or not _is_open(asking):
        raise LinkSpent()
    return _enter(asking, browser_words)


def enter_by_code(code: str, *, browser: str, browser_words: str) -> tuple[str, str]:
    """Sign in by the six digits, in the browser that asked for them. Returns what `enter_by_link` returns.

    Refuses `WrongCode` (five wrong ones kill the code) and `LinkSpent`.
    """
    # Read anew: of many tries at once, each sees what the one before it has counted or spent.
    asking = db.session.scalar(_asked_in(browser).with_for_update().execution_options(populate_existing=True))
    # Before its letter is out, a code can only be wrong.
    if asking is None or not (_is_open(asking) or _is_waiting(asking)) or asking.wrong_codes >= WRONG_CODES:
        raise LinkSpent()
    digits = "".join(character for character in code if character in "0123456789")
    if not hmac.compare_digest(hashed(f"code {asking.id}", digits), asking.code_hash or ""):
        asking.wrong_codes += 1
        if asking.wrong_codes >= WRONG_CODES:
            raise LinkSpent()
        raise WrongCode(left=WRONG_CODES - asking.wrong_codes, field="code")
    return _enter(asking, browser_words)


def _enter(asking: SignIn, browser_words: str) -> tuple[str, str]:
    user = db.session.scalar(select(User).where(User.address == asking.address))
    if user is None or user.disabled_at is not None:
        raise LinkSpent()
    asking.used_at = now()
    _session, token = enter(user, browser_words=browser_words, is_remembered=asking.is_remembered)
    return token, asking.leads_to


def _asked_in(browser: str) -> sa.Select[SignIn]:
    of_browser = select(SignIn).where(SignIn.browser_hash == hashed("browser", browser))
    return of_browser.order_by(SignIn.asked_at.desc()).limit(1)


def _is_waiting(asking: SignIn) -> bool:
    return asking.sent_at is None and asking.used_at is None


def _is_open(asking: SignIn) -> bool:
    if asking.used_at is not None or asking.sent_at is None or asking.expires_at is None:
        return False
    return asking.sent_at - timedelta(minutes=5) <= now() < asking.expires_at
