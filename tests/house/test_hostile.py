"""Nothing a person types runs in another person's browser: hostile text in every field, every page that shows it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    drafts,
    members,
    organisations,
    questions,
    responses,
    rounds,
    statements,
    suggestions,
    summaries,
)
from kumppanuus.agreements import AgreementKind, SectionKind, Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, today, writing
from kumppanuus.documents import summary
from kumppanuus.members import Member, Role
from kumppanuus.notifications import letters
from kumppanuus.notifications.letters import Letter
from kumppanuus.organisations import BodyKind, Details, Search, SeatRole
from kumppanuus.questions import Status
from kumppanuus.rounds import Asked, Request, Round
from kumppanuus.statements import Channel, Disposition, Giver, Said, Statement
from kumppanuus.web.screen import ROUTES
from tests.client import Page
from tests.databases import Browsers, Databases
from tests.documents import reading
from tests.documents.pdf_reader import Reader
from tests.house import roles
from tests.house.addresses import paths
from tests.payloads import INERT, XSS

Words = Callable[[], str]

LETTER = {"html", "head", "meta", "title", "body", "p", "h2", "strong", "a"}
PAYLOADS = [text for text in [*XSS, *INERT] if text.strip() and len(text) < 280]


def hostile_world(databases: Databases, world: Any) -> dict[str, Any]:
    """An agreement whose every field holds something hostile; returns its slug and the answers to its round, by the
    names that stand in addresses."""
    payloads = cycle(PAYLOADS)

    def one() -> str:
        return f"x {' '.join(next(payloads).split())}"

    def many() -> str:
        return "\n\n".join(next(payloads) for _ in range(4))

    with databases.app.app_context(), writing():
        mikko = db.session.get_one(accounts.User, world.mikko)
        mikko.name = one()
        agreement = agreements.start(
            title=one(),
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name=one(),
            body_name=one(),
            case_number=one()[:90],
            from_model=False,
            by=mikko.id,
        )
        members.begin(agreement, mikko, side=None, organisation=one(), by=mikko.id)
        people = []
        for role, side in ((Role.OFFICIAL, Side.AUTHORITY), (Role.REPRESENTATIVE, Side.ORGANISATIONS)):
            added = members.add(
                agreement, address=f"{role}@kumppanuus.example", name=one(), role=role, side=side, is_approver=True,
                organisation=one(), network=one(), by=mikko.id,
            )  # fmt: skip
            people.append(added)
        members.add(agreement, address="outi9@kumppanuus.example", name=one(), role=Role.READER, side=None, by=mikko.id)
        for kind in (SectionKind.CHAPTER, SectionKind.ANNEX):
            section = agreements.add_section(agreement, title=one(), kind=kind, by=mikko.id)
            for _ in range(6):
                clause = agreements.add_clause(section, title=one(), text=many(), by=mikko.id)
                agreements.rewrite(clause, title=one(), text=many(), base=clause.current, by=mikko.id, reason=one())
                for person in people:
                    said = comments.add(
                        comments.thread_of(clause),
                        text=many(),
                        kind=CommentKind.CONCERN,
                        by=person,
                        version=clause.current,
                    )
                    comments.reply(said, text=many(), by=people[0])
                comments.settle(said, response=many(), by=mikko.id)
                for person in people:
                    written = suggestions.write(
                        clause, title=one(), text=many(), reason=many(), base=clause.current, by=person
                    )
                comments.add(written.thread, text=many(), kind=CommentKind.QUESTION, by=people[0])
                suggestions.reject(written, reason=many(), by=people[0])
                for person in people:
                    side = person.side or Side.AUTHORITY
                    approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=person.user_id)
            suggestions.write_addition(section, after=clause, title=one(), text=many(), reason=many(), by=people[0])
            approvals.reopen(clause, reason=many(), by=mikko.id)
        question = questions.open_register(agreement, by=mikko.id)[0]
        drawn = {"revision": question.revision, "by": mikko.id}
        questions.edit(question, title=one(), text=many(), background=many(), solution=many(), **drawn)
        questions.update(question, text=many(), revision=question.revision, by=mikko.id)
        questions.move(question, Status.PROPOSED, revision=question.revision, solution=many(), by=mikko.id)
        questions.move(question, Status.AGREED, revision=question.revision, outcome=many(), by=mikko.id)
        questions.ask(agreement, title=one(), text=many(), background=many(), by=mikko.id)
        sector = organisations.add_sector(agreement, name_fi=one()[:119], name_sv=one()[:119], by=mikko.id)
        details = Details(
            one(),
            municipality=one()[:99],
            main_sector_id=sector.id,
            contact_name=one(),
            contact_address="h@kumppanuus.example",
        )
        organisations.add(agreement, details, by=mikko.id)
        body = organisations.add_body(agreement, name=one(), kind=BodyKind.FORUM, sector_id=sector.id, by=mikko.id)
        seat = organisations.add_seat(body, role=SeatRole.CHAIR, sector_id=sector.id, by=mikko.id)
        organisations.begin_term(seat, people[1].user, by=mikko.id)
        table = f"nimi;kunta;toimiala\n{one()};{one()};{one()}\n"
        drafts.keep(f"organisations:{agreement.id}", {"text": table}, by=mikko.id)
        agreements.freeze(agreement, one()[:38], by=mikko.id)
        for name in ("a", "b"):  # one of them stays a draft
            texts = {field: many() for field in rounds.TEXTS}
            asked = (Asked(one()), Asked(one(), section.id))
            request = Request(title=one(), last_day=today(), section_ids=(section.id,), questions=asked, **texts)
            made = rounds.make(agreement, request, by=mikko.id)
            found = organisations.search(agreement, Search()).rows
            rounds.invite(made, organisations=[each.id for each in found], bodies=[body.id], by=mikko.id)
            if name == "a":
                rounds.open_(made, edition=one()[:38], drawn_from=made.request_state, by=mikko.id)
                declining = next(each for each in rounds.invitees(made) if each.body_id)
                rounds.decline(declining, reason=many(), by=mikko.id)
                rounds.write_news(made, headline=one(), lead=many()[:1999], drawn_from=made.news_state, by=mikko.id)
                found_answers = hostile_answers(made, one, many, by=mikko.id)
                found_answers |= hostile_responses(found_answers["statement"], many, of=people[0], by=mikko.id)
        publish(rounds.make(agreement, request, by=mikko.id), one, many, by=mikko.id)
        found_answers["agreement"] = agreement.slug
        db.session.commit()
    return found_answers


def hostile_answers(asked: Round, one: Words, many: Words, *, by: UUID) -> dict[str, Any]:
    """An answer that was sent and partly hidden, one being written down, and one being written by a link."""
    parts = statements.parts_of(asked)
    places = [place for part in parts for place in part.places]

    def giver() -> Giver:
        return Giver(name=one()[:99], address="g@kumppanuus.example", shows_name=True, named=one()[:99])

    def say(statement: Statement) -> Statement:
        said = {
            place: Said(CommentKind.CONCERN, text=many()[:1999], title=one()[:99], wording=many()[:1999])
            for place in places
        }
        statements.keep(statement, said, seen={}, parts=parts, by=by)
        return statement

    def record() -> Statement:
        brought = (f"{one()}.pdf", b"%PDF-1.7")
        return say(statements.record(asked, giver(), channel=Channel.PAPER, brought=brought, by=by))

    sent, draft = record(), record()
    statements.send(sent, giver(), by=by)
    remark = next(each for each in sent.remarks if each.clause_id)
    statements.hide_remark(remark, reason=many()[:999], by=by)
    invitee = next(each for each in rounds.invitees(asked) if each.organisation and each.organisation.contact_address)
    say(statements.begin(asked, invitee=invitee))
    file = sent.files[0].id
    return {
        "statement": sent.id, "remark": remark.id, "file": file, "answer": draft.id, "invitee": invitee.id,
        "token": rounds.personal_secret(invitee),
    }  # fmt: skip


def hostile_responses(statement_id: UUID, many: Words, *, of: Member, by: UUID) -> dict[str, Any]:
    """A response that was released, one being written, and one that an official was asked for."""
    statement = db.session.get_one(Statement, statement_id)
    asked, said = statement.round, [each.id for each in statement.remarks if each.hidden_at is None]
    told = {"disposition": Disposition.ACCEPTED_IN_PART, "by": by}
    ready = responses.write(asked, said[:1], reason=many()[:1999], **told)
    responses.release(asked, {ready.id: ready.revision}, by=by)
    responses.ask(asked, said[1:2], of=of, note=many()[:1999], by=by)
    return {"response": responses.write(asked, said[2:3], reason=many()[:1999], **told).id}


def publish(asked: Round, one: Words, many: Words, *, by: UUID) -> None:
    """Ask, write an answer down, and publish a summary, all of it hostile."""
    rounds.open_(asked, edition=one()[:38], drawn_from=asked.request_state, by=by)
    giver = Giver(one(), "x@kumppanuus.example", shows_name=True, named=one())
    statement = statements.record(asked, giver, channel=Channel.PAPER, by=by)
    parts = statements.parts_of(asked)
    words = Said(text=f"=1+1\n{many()}", title=one(), wording=many())
    said = {place: words for part in parts for place in part.places}
    statements.keep(statement, said, seen={}, parts=parts, by=by)
    statements.send(statement, giver, by=by)
    rounds.close(asked, by=by)
    sections = [part.chapter.id for part in parts if part.chapter]
    for key in (summaries.HEADING, *summaries.INTRODUCTIONS, *map(summaries.of_section, sections)):
        text = one() if key == summaries.HEADING else many()
        summaries.write(asked, key, text, version=0, sections=sections, by=by)
    seen = summary.state_of(summary.gather(asked))
    summary.publish(asked, drawn_from=seen, reason=many()[:1999], by=by)
    (thanks,) = summaries.thank(asked, by=by)[:1]
    written = letters.write(Letter.OUTCOME, thanks.id, lambda path: path)
    assert written is not None
    page = Page(written.html)
    assert {each.tag for each in page.root.iter() if isinstance(each.tag, str)} <= LETTER
    assert {name for each in page.root.iter() for name in each.attrib} <= {"lang", "charset", "href"}


@pytest.fixture(scope="module")
def made(databases: Databases) -> dict[str, Any]:
    """The hostile world, told once into a template of its own."""
    world = databases.world()
    with databases.template("hostile", of="world"):
        return hostile_world(databases, world)


@pytest.fixture
def hostile(databases: Databases, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The hostile world on a database of the test's own."""
    with databases.lend("hostile"):
        yield made


def test_no_page_runs_what_somebody_typed(databases: Databases, hostile: dict[str, Any]) -> None:
    world, browser = databases.world(), Browsers(databases.app)
    things = {**roles.things(databases.app, hostile["agreement"]), **hostile, "question": 1}
    client = browser(world.mikko)
    shown = []
    drafts_too = paths(databases.app, {**things, "round": 2})
    every = [
        *paths(databases.app, things).items(),
        *(each for each in drafts_too.items() if "/kierrokset/2" in each[1]),
    ]
    for endpoint, path in every:
        if ROUTES[endpoint][0] == "deed":
            continue
        views = {
            "agreements.whole": "?nayta=muutokset",
            "clauses.comparison": "?a=1&b=2",
            "suggestions.index": "?nayta=ratkaistut",
            "suggestions.show": "?nayta=ehdotettu",
        }
        for address in {path, path + views.get(endpoint, "")}:
            response = client.get(address)  # the client itself refuses event attributes, inline scripts and styles
            if response.mimetype != "text/html" or not response.data:
                continue
            shown.append(endpoint)
            nothing_runs(address, response.text)
            is_answer = endpoint.startswith("statements.") and "/kierrokset/2" not in address
            assert response.status_code == 200 or not is_answer, f"{address} was not seen"
    assert len(shown) > 40
    with databases.app.app_context(), writing():
        told = {Letter.INVITATION: "invitee", Letter.REMINDER: "invitee", Letter.ANSWER_CONFIRM: "statement"}
        for letter, about in told.items():
            written = letters.write(letter, hostile[about], lambda path: f"https://x.example{path}")
            assert written is not None
            assert "\n" not in written.subject
            nothing_runs(letter, written.html)
        db.session.rollback()


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def test_files_open_and_hold_what_was_typed_and_no_cell_of_a_table_is_a_formula(
    databases: Databases, hostile: dict[str, Any]
) -> None:
    world, browser = databases.world(), Browsers(databases.app)
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(hostile["agreement"])
        assert agreement is not None
        for number, sign in enumerate((*FORMULA, " =")):
            details = Details(f"{sign}{number}", municipality=f"{sign}kunta", contact_name=f"{sign}nimi")
            organisations.add(agreement, details, by=world.mikko)
        statement = db.session.get_one(Statement, hostile["statement"])
        typed = [squeezed(each.text) for each in statement.remarks if each.hidden_at is None]
        db.session.commit()
    client, home = browser(world.mikko), f"/sopimukset/{hostile['agreement']}"
    asked = f"{home}/kierrokset"
    for address, fields in (
        (f"{home}/jarjestot/taulukko", {}),
        (f"{asked}/3/yhteenveto/vienti", {"form": "csv"}),
        (f"/julkinen/{hostile['agreement']}/kierrokset/3/yhteenveto/csv", None),
    ):
        table = client.get(address) if fields is None else client.post(address, data={**client.token(), **fields})
        assert table.mimetype == "text/csv", address
        rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) > 5
        assert [cell for row in rows for cell in row if cell.lstrip().startswith(FORMULA)] == [], address
        assert any(cell.startswith(("'=", "'@")) for row in rows for cell in row), f"{address} holds nothing hostile"
    export = f"{asked}/1/lausunnot/{hostile['statement']}/vienti"
    word, pdf = (client.post(f"{export}/{form}", data=client.token()).data for form in ("docx", "pdf"))
    for said in (reading.words(reading.part(word, "word/document.xml")), words_of_pdf(pdf)):
        assert [text for text in typed if text not in squeezed(said)] == []


def words_of_pdf(content: bytes) -> str:
    return "\n".join(words for _tag, words in Reader(content).lines())


def squeezed(text: str) -> str:
    """A text without blanks, and without the signs of its format, which nobody sees."""
    return "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")


def nothing_runs(address: str, html: str) -> None:
    """No element of a page acts, and no link leads into a script."""
    for each in Page(html).root.iter():
        if not isinstance(each.tag, str):
            continue
        assert each.tag not in ("iframe", "object", "embed", "base", "math", "frame", "applet"), address
        if each.tag == "script":
            assert (each.get("src") or "").startswith("/static/"), f"{address}: {each.get('src')}"
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            target = (each.get(name) or "").strip()
            scheme = urlsplit(target).scheme.lower() if "%" not in target[:9] else ""
            assert scheme in ("", "http", "https", "mailto", "tel"), f"{address}: {name}={target}"
        commands = [value for name, value in each.attrib.items() if name.startswith(("hx-", "data-hx-"))]
        assert not any("alert(" in value or "<" in value for value in commands), commands


def test_template_format_and_sql_text_comes_back_as_it_was_typed(world: Any, browser: Browsers) -> None:
    client = browser(world.mikko)
    path = f"/kohdat/{world.examples['draft']}"
    for text in INERT[:25]:
        wanted = " ".join(text.split())
        if not wanted:
            continue
        fields = client.page(path).form(f"{path}/kommentit")
        sent = client.post(f"{path}/kommentit", data={**fields, "kind": "question", "text": f"Näin: {text}"})
        assert sent.status_code in (303, 429), text
        if sent.status_code == 303:
            assert f"Näin: {wanted}" in client.page(path).text, text
