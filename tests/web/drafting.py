"""Drafting in the demo world: the agreement as two coordinators see it, and what its pages say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kumppanuus import agreements, drafts, ledger
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.db import db, writing
from tests.client import LintingClient, Page, words_of
from tests.databases import Browsers, Databases

HTMX = {"HX-Request": "true"}


@dataclass
class Draft:
    """The county's agreement in the demo world, with two coordinators from different employers."""

    databases: Databases
    browsers: Browsers
    world: Any

    @property
    def here(self) -> str:
        return f"/sopimukset/{self.world.slug}"

    def browser(self, name: str = "mikko") -> LintingClient:
        return self.browsers(getattr(self.world, name))

    def id(self, label: str) -> UUID:
        return UUID(str(self.world.clauses[label]))

    def url(self, label: str) -> str:
        return f"/kohdat/{self.id(label)}"

    def read(self, reader: Callable[[Agreement], Any]) -> Any:
        """What the database says of the agreement now."""
        with self.databases.app.app_context():
            agreement = agreements.by_slug(self.world.slug)
            assert agreement is not None
            return reader(agreement)

    def wordings(self, label: str) -> list[tuple[int, str, str]]:
        """Every version of a clause: number, title, text."""
        clause_id = self.id(label)
        return self.read(
            lambda _agreement: [
                (each.number, each.title, each.text)
                for each in agreements.versions(db.session.get_one(Clause, clause_id))
            ]
        )

    def label_of(self, label: str) -> str:
        """The number a clause has now, that had another."""
        clause_id = self.id(label)
        return self.read(lambda _agreement: agreements.label_of(db.session.get_one(Clause, clause_id)))

    def sections(self) -> list[tuple[str, str, UUID]]:
        """Number, title and id of every section."""
        return self.read(
            lambda agreement: [(each.label, each.title, each.id) for each in agreements.outline(agreement).sections]
        )

    def section(self, number: int) -> UUID:
        return self.sections()[number - 1][2]

    def entries(self) -> int:
        """How much has happened in the agreement."""
        return self.read(lambda agreement: ledger.entries(agreement.id, most=1)[0].number)

    def do(self, act: Callable[[Agreement], Any]) -> Any:
        """Change something behind everybody's back."""
        with self.databases.app.app_context(), writing():
            agreement = agreements.by_slug(self.world.slug)
            assert agreement is not None
            result = act(agreement)
            db.session.commit()
            return result

    def rewrite(self, label: str, text: str, *, title: str | None = None, reason: str = "") -> None:
        """Another coordinator saves a wording."""
        clause_id = self.id(label)

        def act(_agreement: Agreement) -> None:
            clause = db.session.get_one(Clause, clause_id)
            now = clause.current.title if title is None else title
            agreements.rewrite(clause, title=now, text=text, base=clause.current, by=self.world.tuula, reason=reason)

        self.do(act)

    def remove(self, label: str) -> None:
        """Another coordinator removes a clause."""
        clause_id = self.id(label)

        def act(_agreement: Agreement) -> None:
            clause = db.session.get_one(Clause, clause_id)
            agreements.remove(clause, base=clause.current, by=self.world.tuula)

        self.do(act)

    def kept(self, place: str, name: str = "mikko") -> dict[str, Any] | None:
        """The unfinished text of a person at a place."""
        found = self.read(lambda _agreement: drafts.find(place, by=getattr(self.world, name)))
        return found.fields if found else None


def after(client: LintingClient, response: Any) -> Page:
    """The page a deed leads to."""
    assert response.status_code == 303
    return client.page(response.headers["Location"])


def notices(page: Page) -> str:
    return words_of(page.one("div", id="ilmoitukset"))


def refusal(page: Page) -> str:
    return words_of(page.one("div", id="virheet"))


def text_of(page: Page, field: str = "text") -> str:
    """What stands in a box."""
    return "".join(page.one("textarea", id=field).itertext()).removeprefix("\n")
