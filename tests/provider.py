"""A provider of OpenID Connect in a process of its own, made from the standards and not from the client it tries.

What it does is told by a scene: who is signed in there, and what is wrong with its answers.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from tests.server import NURSERY

CLIENT, SECRET = "kumppanuus", "ei kenellekään + muulle"


class Provider:
    """The process as a test sees it."""

    def __init__(self, port: int) -> None:
        # By name: for a browser that is another site than 127.0.0.1.
        self.issuer = f"http://localhost:{port}"

    def scene(self, **told: Any) -> None:
        """Set what it does from now on, in the place of all that was set before."""
        ask(f"{self.issuer}/scene", json.dumps(told).encode())

    def sign_in(self, there: str) -> str:
        """Go where a client leads, and give where the provider leads back to: path and query."""
        assert there.startswith(self.issuer), there
        split = urlsplit(ask(there))
        return f"{split.path}?{split.query}"


def ask(address: str, body: bytes | None = None) -> str:
    """Where an answer leads to; empty if it leads nowhere."""
    try:
        with build_opener(_Stays).open(Request(address, body), timeout=10) as answer:
            return str(answer.headers.get("Location", ""))
    except HTTPError as error:
        with error:
            return str(error.headers["Location"])


class _Stays(HTTPRedirectHandler):
    def redirect_request(self, *_whatever: Any) -> None:
        return None


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    """A provider for as long as the block runs."""
    here, there = NURSERY.Pipe()
    process = NURSERY.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        yield Provider(here.recv())
    finally:
        process.kill()
        process.join(10)
        here.close()


def _serve(port: Connection) -> None:
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        port.send(server.server_port)
        server.serve_forever()


class _Answers(BaseHTTPRequestHandler):
    """All it knows lies in the class: there is one in a process."""

    key, stranger = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
    scene: dict[str, Any] = {}
    codes: dict[str, dict[str, str]] = {}

    def log_message(self, *_whatever: Any) -> None:
        """Nothing is told of what went well."""

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        if split.path == "/.well-known/openid-configuration":
            self._say(self._described())
        elif split.path == "/keys":
            self._say({"keys": [{**self.key.as_dict(private=False), "kid": "avain", "use": "sig", "alg": "RS256"}]})
        elif split.path == "/authorize":
            self._lead_back(dict(parse_qsl(split.query)))
        elif split.path == "/logout":
            self._see_off(dict(parse_qsl(split.query)))
        elif split.path == "/userinfo" and self.headers["Authorization"] == "Bearer avoin":
            self._say(self.scene["userinfo"])
        else:
            self._say({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/scene":
            type(self).scene = json.loads(body)
            self._say({})
        elif self.path == "/token":
            self._give(dict(parse_qsl(body)))

    def _described(self) -> dict[str, Any]:
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?realm=alue",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return {**described, **self.scene.get("described", {})}

    def _lead_back(self, asked: dict[str, str]) -> None:
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.scene.get("answer", {})}
        self.send_response(303)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _see_off(self, asked: dict[str, str]) -> None:
        if asked.get("client_id") != CLIENT:
            self._say({"error": "invalid_request"}, 400)
            return
        self.send_response(303)
        self.send_header("Location", asked["post_logout_redirect_uri"])
        self.end_headers()

    def _give(self, form: dict[str, str]) -> None:
        """A token for a code, to the client that has asked for it and holds the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), {})
        challenge = _packed(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        pair = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        is_client = [unquote_plus(each) for each in pair.split(":")] == [CLIENT, SECRET]
        if self.scene.get("described", {}).get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            is_client = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        is_right = (
            is_client
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked.get("redirect_uri")
            and (asked.get("code_challenge_method"), asked.get("response_type")) == ("S256", "code")
            and challenge == asked.get("code_challenge")
        )
        if not is_right or "status" in self.scene:
            self._say({"error": "invalid_grant"}, self.scene.get("status", 400))
            return
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": self.scene["now"],
            "exp": self.scene["now"] + 300,
            **self.scene["person"],
            **self.scene.get("claims", {}),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = {"access_token": "avoin", "token_type": "Bearer", "id_token": self._signed(claims)}
        self._say({**token, **self.scene.get("given", {})})

    def _signed(self, claims: dict[str, Any]) -> str:
        match self.scene.get("signed", ""):
            case "none":
                return f"{_unsigned('none', claims)}."
            case "by a shared secret":
                return _by_secret(SECRET.encode(), claims)
            case "by the public key as a secret":
                return _by_secret(self.key.as_pem(private=False), claims)
            case "by a stranger":
                return jwt.encode({"alg": "RS256", "kid": "avain"}, claims, self.stranger)
        header = {"alg": "RS256", "kid": "avain", "x5t": "x"}
        return jwt.encode(header, claims, self.key, registry=JWSRegistry(strict_check_header=False))

    def _say(self, told: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _unsigned(algorithm: str, claims: dict[str, Any]) -> str:
    parts = ({"alg": algorithm, "kid": "avain"}, claims)
    return ".".join(_packed(json.dumps(each).encode()) for each in parts)


def _by_secret(secret: bytes, claims: dict[str, Any]) -> str:
    signed = _unsigned("HS256", claims)
    return f"{signed}.{_packed(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
