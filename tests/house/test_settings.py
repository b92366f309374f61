"""Settings: what may not go together, whom an installation answers, and what it believes of a request."""

import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kumppanuus import create_app
from kumppanuus.config import BadSetting, Settings
from kumppanuus.web import public_address
from tests.client import client_of
from tests.server import run_command

SECRET = "kuusi palaa yöllä, järvi ei ollenkaan 7"


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    """A safe installation with a public address."""
    return Settings(
        instance=str(tmp_path),
        secret_key=SECRET,
        public_url="https://sopimus.example.fi",
        hosts="sopimus.example.fi, www.sopimus.example.fi",
        smtp_host="mail.example.fi",
        controller="Järvi-Suomen hyvinvointialue",
        controller_address="kirjaamo@alue.example.fi",
        legal_basis="task",
        accessibility_on="2026-11-26",
    )


# ---------------------------------------------------------------- what may not go together


def test_a_safe_installation_starts(public: Settings) -> None:
    assert public.unsafe() == []
    assert create_app(public).config["DEBUG"] is False
    assert replace(public, **PROVIDER).unsafe() == []


PROVIDER: dict[str, Any] = {
    "oidc_issuer": "https://tunnukset.example.fi/alue",
    "oidc_client_id": "kumppanuus",
    "oidc_client_secret": "salaisuus",
    "oidc_name": "Alue",
    "oidc_domains": "alue.example.fi",
}

UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"debug": True}, "KUMPPANUUS_DEBUG"),
    ({"demo": True}, "KUMPPANUUS_DEMO"),
    ({"secret_key": ""}, "KUMPPANUUS_SECRET_KEY"),
    ({"secret_key": "x" * 31}, "KUMPPANUUS_SECRET_KEY"),
    ({"secret_key": "x" * 64}, "KUMPPANUUS_SECRET_KEY"),
    ({"secret_key": "change-me"}, "KUMPPANUUS_SECRET_KEY"),
    ({"hosts": ""}, "KUMPPANUUS_HOSTS"),
    ({"hosts": " , "}, "KUMPPANUUS_HOSTS"),
    ({"hosts": "*"}, "KUMPPANUUS_HOSTS"),
    ({"hosts": "muu.example.fi"}, "KUMPPANUUS_HOSTS"),
    ({"public_url": "http://sopimus.example.fi"}, "KUMPPANUUS_PUBLIC_URL"),
    ({"public_url": "sopimus.example.fi"}, "KUMPPANUUS_PUBLIC_URL"),
    ({"public_url": "https://sopimus.example.fi/polku"}, "KUMPPANUUS_PUBLIC_URL"),
    ({"database_url": "postgresql://kayttaja@tietokanta.example.fi/x"}, "KUMPPANUUS_DATABASE_URL"),
    ({"smtp_host": ""}, "KUMPPANUUS_SMTP_HOST"),
    ({"controller": ""}, "KUMPPANUUS_CONTROLLER"),
    ({"controller_address": ""}, "KUMPPANUUS_CONTROLLER_ADDRESS"),
    ({"legal_basis": ""}, "KUMPPANUUS_LEGAL_BASIS"),
    ({"legal_basis": "consent"}, "KUMPPANUUS_LEGAL_BASIS"),
    ({"accessibility": "perhaps"}, "KUMPPANUUS_ACCESSIBILITY"),
    ({"accessibility_on": ""}, "KUMPPANUUS_ACCESSIBILITY_ON"),
    ({"accessibility_on": "26.11.2026"}, "KUMPPANUUS_ACCESSIBILITY_ON"),
    ({"link_minutes": 9}, "KUMPPANUUS_LINK_MINUTES"),
    ({"link_minutes": 61}, "KUMPPANUUS_LINK_MINUTES"),
    ({"language": "de"}, "KUMPPANUUS_LANGUAGE"),
    *(({**PROVIDER, name: ""}, f"KUMPPANUUS_{name.upper()}") for name in PROVIDER),
    ({**PROVIDER, "oidc_issuer": "http://localhost:9000"}, "KUMPPANUUS_OIDC_ISSUER"),
    ({**PROVIDER, "oidc_issuer": "https://tunnukset.example.fi/?a=1"}, "KUMPPANUUS_OIDC_ISSUER"),
    ({**PROVIDER, "oidc_issuer": "https://[tunnukset"}, "KUMPPANUUS_OIDC_ISSUER"),
    ({**PROVIDER, "oidc_domains": "alue.example.fi, @muu"}, "KUMPPANUUS_OIDC_DOMAINS"),
]


@pytest.mark.parametrize(("values", "name"), UNSAFE, ids=[str(values) for values, _name in UNSAFE])
def test_an_unsafe_installation_does_not_start_and_says_why(
    public: Settings, values: dict[str, Any], name: str
) -> None:
    unsafe = replace(public, **values)
    assert [sentence.split()[0] for sentence in unsafe.unsafe()] == [name]
    with pytest.raises(BadSetting, match=name):
        create_app(unsafe)


def test_all_that_is_wrong_is_told_at_once(public: Settings) -> None:
    unsafe = replace(public, debug=True, demo=True, secret_key="", hosts="", smtp_host="")
    assert len(unsafe.unsafe()) == 5


def test_without_a_public_address_anything_goes_but_only_here(tmp_path: Path) -> None:
    settings = Settings(
        instance=str(tmp_path), debug=True, demo=True, **{**PROVIDER, "oidc_issuer": "http://localhost:9"}
    )
    assert settings.unsafe() == []
    assert settings.host_list == ["localhost", "127.0.0.1"]


def test_a_provider_needs_its_package(public: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "joserfc", raising=False)
    monkeypatch.setattr(sys, "path", [])
    assert replace(public, **PROVIDER).unsafe() == [
        "KUMPPANUUS_OIDC_ISSUER needs the package joserfc, which the extra oidc installs."
    ]


def test_debug_and_demo_are_off_unless_asked_for() -> None:
    assert (Settings().debug, Settings().demo, Settings.from_environment({})) == (False, False, Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [("KUMPPANUUS_DEBUG", "maybe"), ("KUMPPANUUS_PROXIES", "one"), ("KUMPPANUUS_SMPT_HOST", "mail.example.fi")],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: value})


def test_settings_are_read_from_the_environment() -> None:
    environment = {"KUMPPANUUS_DEMO": "1", "KUMPPANUUS_PROXIES": " 2 ", "KUMPPANUUS_HELP_NAME": "Mikko", "PATH": "/bin"}
    assert Settings.from_environment(environment) == Settings(demo=True, proxies=2, help_name="Mikko")


def test_the_check_command_tells_what_is_unsafe(tmp_path: Path) -> None:
    status, said, errors = run_command(tmp_path, "check")
    assert (status, said.split(".")[0], errors) == (0, "The settings are safe", "")
    unsafe = {"KUMPPANUUS_PUBLIC_URL": "https://sopimus.example.fi", "KUMPPANUUS_DEMO": "1"}
    status, said, errors = run_command(tmp_path, "check", **unsafe)
    assert (status, said) == (1, "")
    assert "KUMPPANUUS_DEMO must be off" in errors
    assert "KUMPPANUUS_HOSTS" in errors
    assert "Traceback" not in errors


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(instance=str(tmp_path / "new"))
    made = settings.secret()
    assert len(made) == 64
    assert settings.secret() == made
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600
    assert replace(settings, secret_key=SECRET).secret() == SECRET


# ---------------------------------------------------------------- whom it answers


def test_without_a_public_address_only_this_machine_is_answered(tmp_path: Path) -> None:
    client = client_of(create_app(Settings(instance=str(tmp_path))))

    def answers(host: str) -> tuple[int, int]:
        headers = {"Host": host, "Referer": f"http://{host}/"}
        return client.get("/ohjeet", headers=headers).status_code, client.post("/ohjeet", headers=headers).status_code

    for host in ("localhost", "localhost:8000", "127.0.0.1:8000"):
        assert answers(host) == (200, 405), host
    for host in (
        "evil.example",
        "sopimus.example.fi",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "localhost@evil.example",
        "localhost, evil.example",
        "localhost:99999",
        "localhost:" + "1" * 5000,
        "<script>",
        "",
    ):
        assert answers(host) == (400, 400), host[:50]


def test_a_host_that_is_not_in_the_list_is_refused(public: Settings) -> None:
    client = client_of(create_app(public))
    hosts = ["sopimus.example.fi", "www.sopimus.example.fi", "evil.example", "localhost", "xsopimus.example.fi"]
    found = [client.get("/ohjeet", base_url=f"https://{host}").status_code for host in hosts]
    assert found == [200, 200, 400, 400, 400]


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
    "X-Host": "evil.example",
    "X-Original-URL": "/oma-sivu",
}


def seen(settings: Settings, headers: dict[str, str], base_url: str) -> tuple[int, str | None, str, bool]:
    """Status, address, scheme and whether the forged host shows, of one page."""
    from flask import request

    app = create_app(settings)
    noted: list[tuple[str | None, str]] = []
    app.before_request(lambda: noted.append((request.remote_addr, request.scheme)))
    answer = client_of(app).get("/ohjeet", base_url=base_url, headers=headers)
    address, scheme = noted[0] if noted else (None, "")
    return answer.status_code, address, scheme, "evil" in answer.text


def test_forwarded_headers_are_ignored_without_a_proxy(tmp_path: Path) -> None:
    settings = Settings(instance=str(tmp_path))
    assert seen(settings, FORGED, "http://localhost") == (200, "127.0.0.1", "http", False)


def test_behind_a_proxy_the_last_it_says_counts(public: Settings) -> None:
    behind = replace(public, proxies=1)
    told = {
        "X-Forwarded-Host": "sopimus.example.fi",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.9, 198.51.100.4",
    }
    assert seen(behind, told, "http://127.0.0.1") == (200, "198.51.100.4", "https", False)
    assert seen(behind, {**told, "X-Forwarded-Host": "evil.example"}, "http://127.0.0.1")[0] == 400


def test_links_in_letters_come_from_the_settings(public: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(public)
    with app.test_request_context("/", base_url="https://evil.example", headers=FORGED):
        assert public_address("/kirjautuminen/x") == "https://sopimus.example.fi/kirjautuminen/x"
    monkeypatch.setenv("PORT", "8765")
    local = create_app(replace(public, public_url="", hosts=""))
    with local.app_context():
        assert public_address("/x") == "http://127.0.0.1:8765/x"


def test_other_methods_are_refused(tmp_path: Path) -> None:
    client = client_of(create_app(Settings(instance=str(tmp_path))))
    for method in ("TRACE", "TRACK", "CONNECT", "OPTIONS", "PUT", "DELETE", "PATCH", "LOMAKE"):
        for path in ("/ohjeet", "/kirjautuminen", "/kirjautuminen/x"):
            answer = client.open(path, method=method)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["Allow"].replace(" ", "").split(",")) <= {"GET", "HEAD", "POST"}
        assert client.open("/ei-ole", method=method).status_code == 404


# ---------------------------------------------------------------- cookies


def test_with_https_the_cookie_is_bound_to_the_host(public: Settings) -> None:
    client = client_of(create_app(public))
    answer = client.get("/kirjautuminen?kieli=sv", base_url="https://sopimus.example.fi")
    cookies = {
        header.partition("=")[0]: {part.strip() for part in header.split(";")[1:]}
        for header in answer.headers.getlist("Set-Cookie")
    }
    assert cookies["__Host-kumppanuus"] == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert cookies["kieli"] >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_on_this_machine_the_cookie_works_without_https(tmp_path: Path) -> None:
    client = client_of(create_app(Settings(instance=str(tmp_path))))
    answer = client.get("/kirjautuminen")
    [header] = answer.headers.getlist("Set-Cookie")
    assert header.startswith("kumppanuus=")
    assert {part.strip() for part in header.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Strict-Transport-Security" not in answer.headers
