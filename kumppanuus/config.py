"""Settings: read from the environment, each with its sentence, and the settings that are not safe together."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "KUMPPANUUS_"
ROOT = Path(__file__).resolve().parent.parent
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
EXAMPLE_SECRETS = {"change-me", "changeme", "secret", "dev", "kumppanuus", "example"}


def _setting(default: Any, sentence: str) -> Any:
    return field(default=default, metadata={"sentence": sentence})


class BadSetting(ValueError):
    """A setting could not be read; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """Every setting of an installation. The environment name is KUMPPANUUS_ and the name in capitals."""

    database_url: str = _setting(
        "", "Database address; empty means SQLite in the instance folder, postgresql://… selects PostgreSQL."
    )
    instance: str = _setting(
        "instance", "Folder of the database, the secret and the letters of an installation without a mail server."
    )
    secret_key: str = _setting(
        "", "Key that signs cookies, at least 32 characters; empty means one is made and kept in the instance folder."
    )
    public_url: str = _setting(
        "", "Public address, for example https://kumppanuus.example.fi; without one only this machine is answered."
    )
    hosts: str = _setting(
        "", "Host names that are answered, separated by commas; needed when there is a public address."
    )
    proxies: int = _setting(0, "How many proxies stand in front and set X-Forwarded headers; 0 ignores those headers.")
    demo: bool = _setting(
        False, "Demo mode: demo people can be signed in by one press and letters can be read on a page."
    )
    debug: bool = _setting(False, "Debug mode: the gallery of all parts is shown; never with a public address.")
    smtp_host: str = _setting(
        "", "Mail server; empty means letters are written into the folder mail in the instance folder."
    )
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_user: str = _setting("", "User name at the mail server; empty means no signing in there.")
    smtp_password: str = _setting("", "Password at the mail server.")
    smtp_tls: bool = _setting(True, "Whether STARTTLS is demanded of the mail server.")
    mail_from: str = _setting("kumppanuus@localhost", "Sender address of all letters.")
    link_minutes: int = _setting(
        30, "How long a sign-in link and its code live, in minutes from the sending, 10 to 60."
    )
    oidc_issuer: str = _setting(
        "", "Issuer of the OpenID Connect provider by which officials sign in; empty means there is none."
    )
    oidc_client_id: str = _setting("", "Name the service has at the provider.")
    oidc_client_secret: str = _setting("", "Secret of the service at the provider.")
    oidc_name: str = _setting("", "What the button calls the accounts of the provider, in a word, for example Jässote.")
    oidc_domains: str = _setting(
        "", "Mail domains the provider may speak of, separated by commas: it is believed for no other address."
    )
    oidc_required: bool = _setting(
        False, "Whether people with addresses of these domains must sign in there, and get no sign-in letters."
    )
    oidc_vouches: bool = _setting(
        False, "Whether addresses count although the provider leaves email_verified out (Entra ID of the own county)."
    )
    help_name: str = _setting("", "Who helps: the name in the foot of every page.")
    help_phone: str = _setting("", "Telephone number of the one who helps, for example 014 000 0000.")
    help_hours: str = _setting("", "When help answers, for example Arkisin klo 9–15.")
    controller: str = _setting(
        "", "Who keeps the service: the controller of personal data, for example Järvi-Suomen hyvinvointialue."
    )
    controller_address: str = _setting(
        "", "Mail address of the controller, on the privacy notice; feedback on accessibility is told there too."
    )
    privacy_officer: str = _setting("", "Name and address of the data protection officer, where there is one.")
    legal_basis: str = _setting(
        "", "Why personal data may be kept: task (of an authority, in the public interest) or interest (legitimate)."
    )
    accessibility: str = _setting(
        "partly", "How far the service meets the accessibility demands: fully, partly or not."
    )
    accessibility_gaps: str = _setting(
        "", "What is not accessible yet, in sentences for the accessibility statement; empty when nothing is known."
    )
    accessibility_on: str = _setting(
        "", "Day the accessibility statement was made or last checked, for example 2026-11-26."
    )
    accessibility_checker: str = _setting("", "Who assessed accessibility; empty means the controller itself.")
    keep_links_days: int = _setting(
        61, "Days after which sessions, sign-in links and changes of address are deleted, at least 31."
    )
    keep_invitations_days: int = _setting(30, "Days after which an invitation that has run out is deleted.")
    keep_drafts_days: int = _setting(
        90, "Days after which unsent texts nobody came back to are deleted; files after at most 30."
    )
    keep_letters_days: int = _setting(
        180, "Days after which it is forgotten who was told what and which letters were sent, at least 14."
    )
    keep_feedback_days: int = _setting(
        180, "Days after which the address of somebody whose feedback was answered is erased."
    )
    language: str = _setting("fi", "Language of the interface until a person chooses one: fi, sv or en.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read all settings. Raises `BadSetting` for a value that is not of its kind or a name that is none of ours."""
        known = {PREFIX + each.name.upper(): each for each in fields(cls)}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise BadSetting(f"unknown setting {', '.join(unknown)}; `flask settings` lists them all")
        given: dict[str, Any] = {}
        for name, each in known.items():
            if name in environment:
                given[each.name] = _read(name, environment[name].strip(), type(each.default))
        return cls(**given)

    @property
    def folder(self) -> Path:
        """The instance folder; a relative one lies under the project."""
        return ROOT / self.instance

    @property
    def is_public(self) -> bool:
        """Whether the installation has a public address, and so must be safe."""
        return bool(self.public_url)

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def host_list(self) -> list[str]:
        """Host names that are answered; without a public address this machine only."""
        if self.is_public:
            return [host.strip() for host in self.hosts.split(",") if host.strip()]
        return ["localhost", "127.0.0.1"]

    @property
    def oidc_domain_list(self) -> list[str]:
        """Mail domains the provider may speak of, in small letters."""
        return [domain.strip().lower() for domain in self.oidc_domains.split(",") if domain.strip()]

    @property
    def accessibility_day(self) -> date | None:
        """The day of the accessibility statement; None if there is none."""
        try:
            return date.fromisoformat(self.accessibility_on)
        except ValueError:
            return None

    def secret(self) -> str:
        """The signing key: the setting, else one kept in the instance folder, made at the first start."""
        if self.secret_key:
            return self.secret_key
        path = self.folder / "secret"
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        return path.read_text().strip()

    def database(self) -> str:
        """The database address for SQLAlchemy; SQLite in the instance folder if none is set."""
        if self.database_url:
            return self.database_url
        self.folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{self.folder / 'kumppanuus.db'}"

    def unsafe(self) -> list[str]:
        """Sentences on what must be changed before this installation may have a public address; empty if all is
        well."""
        found = []
        if not 10 <= self.link_minutes <= 60:
            found.append("KUMPPANUUS_LINK_MINUTES must be from 10 to 60.")
        if self.keep_links_days < 31:
            found.append("KUMPPANUUS_KEEP_LINKS_DAYS must be at least 31: sessions live for thirty days.")
        if self.keep_letters_days < 14:
            found.append("KUMPPANUUS_KEEP_LETTERS_DAYS must be at least 14: what happened may wait for a Monday.")
        if min(self.keep_invitations_days, self.keep_drafts_days, self.keep_feedback_days) < 1:
            found.append("KUMPPANUUS_KEEP_INVITATIONS_DAYS, _DRAFTS_DAYS and _FEEDBACK_DAYS must be at least 1.")
        if self.language not in ("fi", "sv", "en"):
            found.append("KUMPPANUUS_LANGUAGE must be fi, sv or en.")
        if self.legal_basis not in ("", "task", "interest"):
            found.append("KUMPPANUUS_LEGAL_BASIS must be task or interest.")
        if self.accessibility not in ("fully", "partly", "not"):
            found.append("KUMPPANUUS_ACCESSIBILITY must be fully, partly or not.")
        if self.accessibility_on and self.accessibility_day is None:
            found.append("KUMPPANUUS_ACCESSIBILITY_ON must be a day, for example 2026-11-26.")
        found += self._unsafe_provider()
        if not self.is_public:
            return found
        address = urlsplit(self.public_url)
        if address.scheme != "https" or not address.hostname or address.path not in ("", "/"):
            found.append("KUMPPANUUS_PUBLIC_URL must be https:// and a host name, nothing more.")
        if self.debug:
            found.append("KUMPPANUUS_DEBUG must be off when there is a public address.")
        if self.demo:
            found.append("KUMPPANUUS_DEMO must be off: anybody could sign in as a demo person.")
        if len(self.secret_key) < 32 or self.secret_key.lower() in EXAMPLE_SECRETS or len(set(self.secret_key)) < 8:
            found.append("KUMPPANUUS_SECRET_KEY must be set to at least 32 characters nobody can guess.")
        if not self.host_list or "*" in self.hosts:
            found.append("KUMPPANUUS_HOSTS must list the host names that are answered.")
        elif address.hostname and address.hostname not in [host.split(":")[0] for host in self.host_list]:
            found.append("KUMPPANUUS_HOSTS must hold the host name of KUMPPANUUS_PUBLIC_URL.")
        if self._is_open_database():
            found.append("KUMPPANUUS_DATABASE_URL must hold a password when the database is on another machine.")
        if not self.smtp_host:
            found.append("KUMPPANUUS_SMTP_HOST must be set, or nobody gets a sign-in link.")
        # What the law wants told: GDPR, article 13, and the Act on the Provision of Digital Services (306/2019).
        for name in ("controller", "controller_address", "legal_basis", "accessibility_on"):
            if not getattr(self, name):
                found.append(
                    f"{PREFIX}{name.upper()} must be set: the privacy notice or accessibility statement needs it."
                )
        return found

    def _unsafe_provider(self) -> list[str]:
        """What is wrong with the settings of the provider, none of which may be set alone."""
        needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name", "oidc_domains")
        missing = [f"{PREFIX}{name.upper()}" for name in needed if not getattr(self, name)]
        if len(missing) == len(needed) and not (self.oidc_required or self.oidc_vouches):
            return []
        found = [f"{name} must be set when another KUMPPANUUS_OIDC_… is." for name in missing]
        begins = "https://" if self.is_public else "(?:https://|http://(?=localhost|127[.]0[.]0[.]1))"
        if self.oidc_issuer and not re.fullmatch(rf"{begins}[a-z0-9.-]+(?::[0-9]+)?(?:/[^?#\s]*)?", self.oidc_issuer):
            found.append("KUMPPANUUS_OIDC_ISSUER must be an https:// address without ? and #.")
        if any(not re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+", domain) for domain in self.oidc_domain_list):
            found.append("KUMPPANUUS_OIDC_DOMAINS must be domains such as alue.example.fi, separated by commas.")
        if not missing and find_spec("joserfc") is None:
            found.append("KUMPPANUUS_OIDC_ISSUER needs the package joserfc, which the extra oidc installs.")
        return found

    def _is_open_database(self) -> bool:
        address = urlsplit(self.database())
        if address.scheme.startswith("sqlite") or not address.hostname:
            return False
        return not is_loopback(address.hostname) and not address.password


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    return host in ("localhost", "127.0.0.1", "::1")


def _read(name: str, value: str, kind: type) -> object:
    if kind is bool:
        if value.lower() in TRUE | FALSE:
            return value.lower() in TRUE
        raise BadSetting(f"{name} must be 1 or 0, not {value!r}")
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise BadSetting(f"{name} must be a whole number, not {value!r}") from None
    return value
