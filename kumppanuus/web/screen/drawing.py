"""Templates: whole pages, the parts they are made of, and what all of them see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from flask import g, get_template_attribute, has_request_context, render_template, request

from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.members import Member
from kumppanuus.web.screen.notices import flashes
from kumppanuus.web.screen.who import may, my_agreements


class Parts:
    """The macros of a parts file as functions: `Parts("comments/parts.html").comment(said)`."""

    def __init__(self, template: str) -> None:
        self._template = template

    def __getattr__(self, name: str) -> Callable[..., str]:
        macro: Callable[..., str] = get_template_attribute(self._template, name)
        return macro


def show(template: str, *, section: str = "", **values: Any) -> str:
    """A whole page. `section` says which item of the navigation it belongs to."""
    return render_template(template, section=section, **values)


@dataclass
class Viewer:
    """What the head and foot of every page show of the one who looks."""

    user: User | None
    member: Member | None
    agreement: Agreement | None
    waiting: int | None = None
    agreements: int = 1

    @property
    def role_words(self) -> str:
        from kumppanuus.web.words import role_words

        return role_words(self.member) if self.member else ""


def context() -> dict[str, Any]:
    """What every template sees of the request."""
    if not has_request_context():
        return {}  # a letter or a document, drawn by a command
    user = getattr(g, "user", None)
    agreement = getattr(g, "agreement", None)
    viewer = Viewer(user, getattr(g, "member", None), agreement, getattr(g, "waiting", None))
    if user is not None and agreement is None and not getattr(g, "is_failing", False):
        # Outside an agreement the navigation leads into the person's only one, or to the list of them.
        own = my_agreements()
        viewer.agreements = len(own)
        if len(own) == 1:
            viewer.member, viewer.agreement = own[0], own[0].agreement
    return {
        "viewer": viewer,
        "flashes": flashes(),
        "is_refused": getattr(g, "is_refused", False),
        "may": may if hasattr(g, "who") else (lambda *_rest: False),
        "here": _here,
    }


def _here(language: str) -> str:
    arguments = {**request.args.to_dict(), "kieli": language}
    # One slash at its beginning: two would lead to another host.
    path = quote(request.path.lstrip("/")) if request.method in ("GET", "HEAD") else ""
    return f"/{path}?{'&'.join(f'{name}={value}' for name, value in _encoded(arguments))}"


def _encoded(arguments: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        yield quote_plus(name), quote_plus(value)
