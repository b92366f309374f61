"""A test client that is a linter: every page any test opens is held to the rules of the house."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from xml.etree.ElementTree import Element

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from kumppanuus.web import CSP
from tests import html

_CONTROLS = {"input", "select", "textarea"}


class Page:
    """A page as a tree, with the questions tests ask of it."""

    def __init__(self, source: str) -> None:
        self.html = source
        self.is_whole = html.is_whole(source)
        self.root = _tree(source)

    def all(self, tag: str, **attributes: str) -> list[Any]:
        """Elements of a kind with these attributes (class_ for class, - as _)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [each for each in self.root.iter(tag) if all(each.get(name) == value for name, value in wanted.items())]

    def one(self, tag: str, **attributes: str) -> Any:
        """The one element of a kind with these attributes."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × <{tag} {attributes}>"
        return found[0]

    def form(self, action: str) -> dict[str, str]:
        """The fields of the form that is sent to an address (or an address that ends so), by its own or by one of its
        buttons, as a browser would send them."""
        forms = [each for each in self.all("form") if (each.get("action") or "").endswith(action)]
        forms += [
            each
            for each in self.all("form")
            if any((button.get("formaction") or "").endswith(action) for button in each.iter("button"))
        ]
        assert forms, f"no form for {action}; there are {[each.get('action') for each in self.all('form')]}"
        return fields_of(forms[0])

    def links(self) -> list[str]:
        return [each.get("href", "") for each in self.all("a")]

    @property
    def text(self) -> str:
        """All words of the page in order, each run of white space one blank."""
        return words_of(self.root)

    @property
    def h1(self) -> str:
        return words_of(self.one("h1"))

    @property
    def title(self) -> str:
        return words_of(self.one("title"))


# A page that is opened is both linted and asked, so the last ones are kept; nobody changes a tree.
_tree = lru_cache(maxsize=16)(html.parse)


def words_of(element: Any) -> str:
    """The words inside an element."""
    return " ".join("".join(element.itertext()).split())


def fields_of(form: Any) -> dict[str, str]:
    """Names and values of a form as a browser would send them when nothing is touched."""
    fields: dict[str, str] = {}
    for each in form.iter():
        name = each.get("name") if isinstance(each.tag, str) else None
        if not name or each.get("disabled") is not None:
            continue
        if each.tag == "textarea":
            fields[name] = "".join(each.itertext()).removeprefix("\n")
        elif each.tag == "select":
            options = list(each.iter("option"))
            chosen = next((one for one in options if one.get("selected") is not None), options[0] if options else None)
            if chosen is not None:
                fields[name] = chosen.get("value", words_of(chosen))
        elif each.tag == "input":
            kind = each.get("type", "text")
            if kind in ("radio", "checkbox") and each.get("checked") is None:
                continue
            if kind not in ("submit", "button", "file"):
                fields[name] = each.get("value", "on" if kind == "checkbox" else "")
    return fields


class LintingClient(FlaskClient):
    """Opens pages like a browser without JavaScript; every answer is linted."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request. `lint=False` leaves the answer alone (hostile requests whose answer is not a page)."""
        is_linted = options.pop("lint", True)
        response = super().open(*args, **options)
        if is_linted:
            lint(response)
        return response

    def page(self, address: str, status: int = 200, **options: Any) -> Page:
        """Get a page and take it apart."""
        response = self.get(address, **options)
        assert response.status_code == status, f"{address}: {response.status_code}"
        return Page(response.text)

    def send(
        self,
        address: str,
        fields: dict[str, Any] | None = None,
        *,
        page: str | None = None,
        status: int = 303,
        htmx: bool = False,
        **options: Any,
    ) -> TestResponse:
        """Send the form for an address as it stands on a page (`page`), with some fields changed."""
        data = dict(fields or {})
        if page:
            data = self.page(page).form(address) | data
        elif "csrf_token" not in data:
            data |= self.token()
        headers = {"HX-Request": "true"} if htmx else {}
        response = self.post(address, data={k: v for k, v in data.items() if v is not None}, headers=headers, **options)
        assert response.status_code == status, f"{address}: {response.status_code}\n{Page(response.text).text[:1500]}"
        return response

    def token(self) -> dict[str, str]:
        """A CSRF token of this browser's session."""
        with self.session_transaction() as cookie, self.application.test_request_context():
            session.update(cookie)
            token = generate_csrf()
            cookie.update(session)
        return {"csrf_token": token}


# What differs whenever a form is drawn.
_ANEW = re.compile(r'(<input[^>]* name="(?:csrf_token|form_key)"[^>]* value=")[^"]*')

# Most pages are opened by many tests: what was found sound once is known again by its digest.
_sound: set[bytes] = set()


def lint(response: TestResponse) -> None:
    """Hold an answer to the rules: headers on all, and on pages a sound tree, one h1, unique ids, labelled fields."""
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] in (CSP, "sandbox; " + CSP)
    if 300 <= response.status_code < 400:
        return
    if response.mimetype != "text/html" or response.headers.get("Content-Disposition") or not response.data:
        return
    said = blake2b(_ANEW.sub(r"\1", response.text).encode()).digest()
    if said not in _sound:
        _lint_page(Page(response.text), f"{response.request.method} {response.request.path}")
        _sound.add(said)


def _lint_page(page: Page, where: str) -> None:
    mistakes = html.mistakes(page.html)
    assert not mistakes, f"{where}: {mistakes}"
    ids, described, labelled = Counter[str](), set[str](), set[str]()
    controls, inside = list[Element](), set[Element]()
    for each in page.root.iter():
        has = each.attrib
        forbidden = [name for name in has if name == "style" or name.startswith(("on", "hx-on"))]
        assert not forbidden, f"{where}: {forbidden} on <{each.tag}>"
        is_inline = each.tag == "style" or (each.tag == "script" and not has.get("src"))
        assert not is_inline, f"{where}: inline <{each.tag}>"
        if "id" in has:
            ids[has["id"]] += 1
        if "aria-describedby" in has:
            described.update(has["aria-describedby"].split())
        if each.tag == "label":
            labelled.add(has.get("for", ""))
            inside.update(each.iter())
        elif each.tag in _CONTROLS and has.get("type") not in ("hidden", "submit"):
            controls.append(each)
    twice = [name for name, times in ids.items() if times > 1]
    assert not twice, f"{where}: ids twice: {twice}"
    assert described <= ids.keys(), f"{where}: aria-describedby names {described - ids.keys()}, which is not there"
    for each in controls:
        has_label = (
            each.get("id") in labelled or each in inside or each.get("aria-label") or each.get("aria-labelledby")
        )
        assert has_label, f"{where}: no label for {each.get('name')}"
    if page.is_whole:
        assert page.root.get("lang") in ("fi", "sv", "en"), where
        assert len(page.all("h1")) == 1, f"{where}: {len(page.all('h1'))} h1"
        assert page.title.removesuffix("– kumppanuus").strip() not in ("", page.title), f"{where}: {page.title}"
        assert page.all("p") or page.all("form"), where
        for form in page.all("form"):
            if form.get("method", "get") == "post":
                assert "csrf_token" in fields_of(form), f"{where}: a form without a token: {form.get('action')}"


def client_of(app: Flask) -> LintingClient:
    """A browser that has not signed in."""
    app.test_client_class = LintingClient
    client = app.test_client()
    assert isinstance(client, LintingClient)
    return client
