"""Sign-in elsewhere: an OpenID Connect provider tells who somebody is, and is believed only where all it says holds.

The code flow with PKCE, state and nonce: OpenID Connect Core 1.0 § 3.1, RFC 7636, RFC 9207, RFC 9700. Nothing is kept
here: what was begun lies with the caller. What the provider says of itself, its keys too, is read anew each time,
because people sign in seldom, and what is not kept is never stale.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from kumppanuus.config import Settings, is_loopback
from kumppanuus.db import now
from kumppanuus.errors import Refused

LIVES = timedelta(minutes=10)  # from the beginning until the provider has sent the person back
PATIENCE = 5  # seconds for each answer of the provider
SKEW = 60  # seconds by which its clock may be wrong
MOST = 1_000_000  # bytes that are read of an answer

# Signatures by a key that only the provider holds. "none" is no signature, and whoever knows a shared secret could make
# one by it (HS256).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


class Unreachable(Refused):
    """The provider did not answer, or not in time."""


class Denied(Refused):
    """The provider sent the person back without an answer: mostly because the person gave up there."""


class NotBegun(Refused):
    """Nothing was begun in this browser that this is the end of; or too long ago, or it was used before."""


class Untrusted(Refused):
    """What the provider said does not hold. `why` is a word for the log and for whoever keeps the installation."""


class UseProvider(Refused):
    """People with addresses of this `domain` sign in by the provider, and by nothing else."""


@dataclass(frozen=True)
class Provider:
    """The provider of an installation, as its settings describe it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    domains: frozenset[str]
    is_required: bool
    vouches: bool

    def owns(self, address: str) -> bool:
        """Whether an address is one of those the provider may speak of."""
        return address.rpartition("@")[2].lower() in self.domains

    def requires(self, address: str) -> bool:
        """Whether somebody with this address has to sign in by the provider."""
        return self.is_required and self.owns(address)


@dataclass(frozen=True)
class Begun:
    """One sign-in under way: three secrets of one browser, and when it was begun, in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    at: int

    @property
    def is_alive(self) -> bool:
        """Whether it may still come to its end. A clock that was set back lengthens no life."""
        return self.at - 300 <= now().timestamp() < self.at + LIVES.total_seconds()


@dataclass(frozen=True)
class Endpoints:
    """What the provider says of itself: its addresses, and how it wants to be asked."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    way_out: str  # where a person signs out there (OpenID Connect RP-Initiated Logout 1.0); may be empty
    takes_basic: bool  # the client shows its secret in the header of a request, not in its form
    names_itself: bool  # each answer names its issuer (RFC 9207)


@dataclass(frozen=True)
class Told:
    """Whom the provider named. `address` is empty unless its word for it counts; `name` may be empty."""

    issuer: str
    subject: str
    address: str
    name: str


def provider_of(settings: Settings) -> Provider | None:
    """The provider of an installation, if it has one."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        name=settings.oidc_name,
        domains=frozenset(settings.oidc_domain_list),
        is_required=settings.oidc_required,
        vouches=settings.oidc_vouches,
    )


def begin() -> Begun:
    """Make the secrets of one sign-in. The caller keeps them where only this browser has them."""
    return Begun(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        at=int(now().timestamp()),
    )


def discover(provider: Provider) -> Endpoints:
    """Ask the provider what it says of itself. Refuses `Unreachable`, and `Untrusted` if it is not as it must be."""
    said = _ask(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != provider.issuer:
        raise Untrusted(why="its discovery document names another issuer")
    if "code" not in _words(said, "response_types_supported"):
        raise Untrusted(why="it does not know the code flow")
    if "S256" not in _words(said, "code_challenge_methods_supported", "S256"):
        raise Untrusted(why="it does not know PKCE with S256")
    ways = _words(said, "token_endpoint_auth_methods_supported", "client_secret_basic")
    if not {"client_secret_basic", "client_secret_post"} & ways:
        raise Untrusted(why="it does not take a client by its secret")
    return Endpoints(
        authorization=_address(said, "authorization_endpoint"),
        token=_address(said, "token_endpoint"),
        keys=_address(said, "jwks_uri"),
        userinfo=_address(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else "",
        way_out=_address(said, "end_session_endpoint") if said.get("end_session_endpoint") else "",
        takes_basic="client_secret_basic" in ways,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def way_there(provider: Provider, begun: Begun, *, returns_to: str, hint: str, language: str) -> str:
    """The address at the provider where the person signs in. `hint` is the address the person has typed, if any.

    Refuses `NotBegun` if it was begun too long ago, and what `discover` refuses.
    """
    if not begun.is_alive:
        raise NotBegun()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": returns_to,
        "scope": "openid email profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
        "ui_locales": language,
        **({"login_hint": hint} if hint else {}),
    }
    there = discover(provider).authorization
    return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"


def way_out(provider: Provider, *, returns_to: str) -> str:
    """The address at the provider where a person signs out there, too; empty if it has none. The token that named the
    person is not kept, so the provider may ask first. Refuses what `discover` refuses."""
    there = discover(provider).way_out
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": returns_to}
    return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}" if there else ""


def is_end_of(begun: Begun, answer: Mapping[str, str]) -> bool:
    """Whether what came back belongs to what was begun in this browser."""
    return hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode())


def finish(provider: Provider, begun: Begun, answer: Mapping[str, str], *, returns_to: str) -> Told:
    """Ask the provider whom it has sent back, and hold its answer to every rule. `answer` is the query that came back.

    Refuses `NotBegun`, `Denied`, `Unreachable` and `Untrusted`.
    """
    if not begun.is_alive or not is_end_of(begun, answer):
        raise NotBegun()
    if "error" in answer or not answer.get("code"):
        raise Denied()
    endpoints = discover(provider)
    if answer.get("iss", "" if endpoints.names_itself else provider.issuer) != provider.issuer:
        raise Untrusted(why="the answer is from another issuer")
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": returns_to,
        "code_verifier": begun.verifier,
    }
    headers = {}
    if endpoints.takes_basic:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    given = _ask(endpoints.token, form=form, headers=headers)
    claims = _claims(given.get("id_token"), _ask(endpoints.keys))
    _check(claims, provider, begun)
    subject = claims["sub"]
    if "email" not in claims and endpoints.userinfo and isinstance(given.get("access_token"), str):
        # Some put what the scopes ask for there alone.
        more = _ask(endpoints.userinfo, headers={"Authorization": f"Bearer {given['access_token']}"})
        if more.get("sub") != subject:
            raise Untrusted(why="userinfo is of another subject")
        claims = {**more, **claims}
    name = claims.get("name")
    # Cut, because the caller may keep it in a cookie.
    name = name[:100] if isinstance(name, str) else ""
    return Told(provider.issuer, subject, _address_told(claims, provider), name)


# ---------------------------------------------------------------- what is believed


def _claims(token: object, keys: Mapping[str, Any]) -> dict[str, Any]:
    """What a token claims, once its signature holds."""
    # Here and not above: the package is in an extra, which an installation without a provider does not need.
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    if not isinstance(token, str):
        raise Untrusted(why="there is no token")
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        return dict(jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), registry=registry).claims)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError):
        # Which of its parts was wrong is nobody's business but the provider's.
        raise Untrusted(why="the signature does not hold") from None


def _check(claims: Mapping[str, Any], provider: Provider, begun: Begun) -> None:
    """Hold the claims of a token to OpenID Connect Core 1.0 § 3.1.3.7. Refuses `Untrusted`."""
    if claims.get("iss") != provider.issuer:
        raise Untrusted(why="the token is from another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", provider.client_id if len(audiences) == 1 else None)
    if provider.client_id not in audiences or party != provider.client_id:
        raise Untrusted(why="the token is for another client")
    moment = now().timestamp()
    if not _number(claims, "exp") > moment - SKEW:
        raise Untrusted(why="the token has expired")
    if _number(claims, "iat") > moment + SKEW or ("nbf" in claims and _number(claims, "nbf") > moment + SKEW):
        raise Untrusted(why="the token is of the future")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), begun.nonce.encode()):
        raise Untrusted(why="the token is of another sign-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise Untrusted(why="the token names nobody")


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrusted(why=f"the token has no {name}")
    return value


def _address_told(claims: Mapping[str, Any], provider: Provider) -> str:
    """The address of the person, if the provider may speak of it and says that it is the person's own."""
    address, is_verified = claims.get("email"), claims.get("email_verified")
    counts = is_verified is True or (is_verified is None and provider.vouches)
    is_one = isinstance(address, str) and len(address) <= 254 and provider.owns(address)
    return str(address) if counts and is_one else ""


def _words(said: Mapping[str, Any], name: str, default: str = "") -> set[str]:
    """A list of words that the provider gives of itself; what it leaves out has a meaning of its own."""
    value = said.get(name, [default])
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()


def _address(said: Mapping[str, Any], name: str) -> str:
    """An address of the provider: https, or on this machine."""
    value = said.get(name)
    if isinstance(value, str) and re.fullmatch(r"[!-~]+", value):
        with suppress(ValueError):
            split = urlsplit(value)
            if split.hostname and (split.scheme == "https" or (split.scheme == "http" and is_loopback(split.hostname))):
                return value
    raise Untrusted(why=f"its {name} is no https address")


# ---------------------------------------------------------------- asking


class _Stays(HTTPRedirectHandler):
    """Follows nobody: an answer comes from where it was asked for, or not at all."""

    def redirect_request(self, *_whatever: Any) -> None:
        return None


_opener = build_opener(_Stays)


def _ask(
    address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A JSON object from an address of the provider. Refuses `Unreachable`, `Untrusted`."""
    body = urlencode(form).encode() if form is not None else None
    asking = Request(address, body, {"Accept": "application/json", **(headers or {})})  # noqa: S310 - https, or this machine: settings and discovery are held to it
    try:
        with _opener.open(asking, timeout=PATIENCE) as answer:
            told = json.loads(answer.read(MOST))
    except HTTPError as error:
        error.close()
        _blame(error)
    except (OSError, HTTPException):
        raise Unreachable() from None
    except (ValueError, RecursionError):
        raise Untrusted(why="its answer is no JSON") from None
    if not isinstance(told, dict):
        raise Untrusted(why="its answer is no JSON object")
    return told


def _blame(error: HTTPError) -> NoReturn:
    if error.code >= 500:
        raise Unreachable() from None
    raise Untrusted(why=f"it answered with status {error.code}") from None
