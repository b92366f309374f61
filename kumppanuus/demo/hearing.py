"""The steps of the demo world that ask and answer: rounds, whom they go to, and what came back by each channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kumppanuus import agreements, ledger, members, organisations, responses, rounds, statements, summaries
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.comments import CommentKind
from kumppanuus.documents import summary
from kumppanuus.members import Member
from kumppanuus.organisations import OrganisationKind, Search
from kumppanuus.responses import Desk
from kumppanuus.rounds import Asked, Invitee, Request, Round, RoundKind, RoundLink
from kumppanuus.statements import WHOLE, Channel, Disposition, Giver, On, Part, Place, Remark, Said, Stance

# What a remark of the data files is: the clause ("?" for the question, "*" for the whole), a kind or a stance, its
# words and, perhaps, how the wording should change.
SaidOf = tuple[str, str | None, str, Mapping[str, str]]

# What a verb needs that is not a coordinator's.
PERMISSIONS = {
    "answer": "comment.write",
    "make_link": "comment.write",
    "respond": "response.manage",
    "write_asked": "comment.write",
    "release": "response.manage",
    "correct": "response.manage",
    "write_summary": "summary.write",
    "publish_summary": "summary.publish",
    "thank": "summary.publish",
}

# When, who (nobody, if they came by a link), which verb, and its facts.
Step = tuple[str, str, str, dict[str, Any]]


def share(remarks: Sequence[Sequence[Any]], around: Sequence[str], respondents: int) -> list[list[SaidOf]]:
    """Deal remarks out to so many respondents in turn: each remark, as often as it is told, to those who come next.

    The same words come back from a few; others put them into words of their own.
    """
    shares: list[list[SaidOf]] = [[] for _ in range(respondents)]
    turn = 0
    for place, stand, times, text, *change in remarks:
        for again in range(times):
            words = around[again % len(around)] % text if text else ""
            shares[turn % respondents].append((place, stand, words, change[0] if change and not again else {}))
            turn += 1
    return shares


def steps(data: Mapping[str, Any], remarks: Mapping[str, Any], came: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of the data files: what is done with rounds, every answer as one more step, and what came of those of
    the first round."""
    yield "12 9.40", "mikko", "respond", {"number": 1, "came": came}
    for told in (each for each in came["rest"] if "asked" in each):
        yield "10 11.05", "riikka", "write_asked", {"disposition": told["disposition"], "reason": told["reason"]}
    yield "6 14.20", "tuula", "release", {"number": 1}
    yield "5 9.10", "mikko", "correct", {"number": 1, **came["correction"]}
    for step in data["steps"]:
        facts = {key: value for key, value in step.items() if key not in ("at", "who", "do")}
        yield step["at"], step["who"], step["do"], facts
    for number, (told, respondents) in enumerate(zip(remarks.values(), data["answers"], strict=True), start=1):
        shares = share(told, data["around"], len(respondents))
        for (at, channel, who, whom, *people), said in zip(respondents, shares, strict=True):
            facts = {"number": number, "channel": channel, "whom": whom, "people": next(iter(people), None)}
            yield at, who, "answer", {**facts, "said": said}


class Hearing:
    """The rounds of one agreement while its story is told."""

    def __init__(self, agreement: Agreement, clauses: Mapping[str, Clause], due: Callable[[int], date]) -> None:
        self._agreement, self._clauses, self._due = agreement, clauses, due
        self._rounds: dict[int, Round] = {}
        self._parts: dict[int, list[Part]] = {}
        self._links: dict[int, RoundLink] = {}
        self._invitees: dict[int, dict[str, Invitee]] = {}

    def make(
        self, by: Member, *, kind: str, last_day: int, sections: Sequence[str] = (), questions: Sequence[str] = (),
        **texts: str,
    ) -> None:  # fmt: skip
        chapters = {each.label: each.id for each in agreements.outline(self._agreement).chapters}
        request = Request(
            kind=RoundKind(kind), last_day=self._due(last_day), questions=tuple(Asked(text) for text in questions),
            section_ids=tuple(chapters[label] for label in sections), **texts,
        )  # fmt: skip
        made = rounds.make(self._agreement, request, by=by.user_id)
        self._rounds[made.number] = made

    def invite(self, by: Member, *, number: int, bodies: Sequence[str] = (), but: str = "") -> None:
        """Invite every organisation of the register but the parties themselves and one more, and some bodies."""
        everybody = organisations.search(self._agreement, Search(), most=1_000).rows
        public = (OrganisationKind.MUNICIPALITY, OrganisationKind.COUNTY)
        wanted = {each.name: each.id for each in organisations.bodies_of(self._agreement)}
        rounds.invite(
            self._rounds[number],
            organisations=[each.id for each in everybody if each.kind not in public and each.name != but],
            bodies=[wanted[name] for name in bodies],
            by=by.user_id,
        )

    def open(self, by: Member, *, number: int, edition: str) -> None:
        found = self._rounds[number]
        rounds.open_(found, edition=edition, drawn_from=found.request_state, by=by.user_id)

    def discard(self, by: Member, *, number: int) -> None:
        rounds.discard(self._rounds.pop(number), by=by.user_id)

    def invite_later(self, by: Member, *, number: int, whom: str) -> None:
        """Invite an organisation to a round that is open already."""
        (found,) = organisations.search(self._agreement, Search(whom), most=2).rows
        rounds.invite(self._rounds[number], organisations=[found.id], by=by.user_id)
        self._invitees.pop(number, None)

    def extend(self, by: Member, *, number: int, last_day: int) -> None:
        rounds.extend(self._rounds[number], last_day=self._due(last_day), by=by.user_id)

    def revoke_link(self, by: Member, *, number: int) -> None:
        rounds.revoke_link(self._links.pop(number), by=by.user_id)

    def make_link(self, by: Member, *, number: int) -> None:
        self._links[number], _secret = rounds.make_link(self._rounds[number], by=by)

    def remind(self, by: Member, *, number: int) -> None:
        ids = {each.id for each in summaries.to_remind(summaries.silent(self._rounds[number].id))}
        everybody = rounds.invitees(self._rounds[number])
        rounds.remind(self._rounds[number], [each for each in everybody if each.id in ids], by=by.user_id)

    def decline(self, by: Member, *, number: int, whom: str, reason: str) -> None:
        rounds.decline(self._invitee(number, whom), reason=reason, by=by.user_id)

    def close(self, by: Member, *, number: int) -> None:
        rounds.close(self._rounds[number], by=by.user_id)

    def write_news(self, by: Member, *, number: int, headline: str, lead: str) -> None:
        found = self._rounds[number]
        rounds.write_news(found, headline=headline, lead=lead, drawn_from=found.news_state, by=by.user_id)

    def write_summary(self, by: Member, *, number: int, text: str, key: str = "", section: str = "") -> None:
        """Write a text of the summary: an introduction by its key, or the main lines of a section by its number."""
        found = self._rounds[number]
        sections = {part.chapter.label: part.chapter.id for part in statements.parts_of(found) if part.chapter}
        wanted = key or summaries.of_section(sections[section])
        summaries.write(found, wanted, text, version=0, sections=sections.values(), by=by.user_id)

    def publish_summary(self, by: Member, *, number: int) -> None:
        """Publish the summary: everything has an answer."""
        found = self._rounds[number]
        seen = summary.state_of(summary.gather(found))
        summary.publish(found, drawn_from=seen, reason="", by=by.user_id)

    def thank(self, by: Member, *, number: int) -> None:
        summaries.thank(self._rounds[number], by=by.user_id)

    def answer(
        self, by: Member | None, *, number: int, channel: str, whom: str, people: int | None, said: Sequence[SaidOf]
    ) -> None:
        """Answer a round in the name of an invitee, or of somebody the register does not know ("+Kyläkerho")."""
        about, writer = self._rounds[number], by.user_id if by else None
        if number not in self._parts:
            self._parts[number] = statements.parts_of(about)
        named = whom.removeprefix("+") if whom.startswith("+") else ""
        invitee = None if named else self._invitee(number, whom)
        link = self._links[number] if named else None
        answer = statements.begin(about, invitee=invitee, link=link, channel=Channel(channel), by=writer)
        written = dict(self._place(about, each) for each in said)
        statements.keep(answer, written, seen={}, parts=self._parts[number], by=writer)
        statements.send(answer, Giver(named=named, people=people), by=writer)

    def respond(self, by: Member, *, number: int, came: Mapping[str, Any]) -> None:
        """Draft a response to everything said in a round: to all who support a text the same, to the rest by clause.
        Some an official is asked for."""
        about, found = self._rounds[number], self._desk(number)
        said = list(responses.remarks(row.id for row in found.rows).values())
        label_of = {clause.id: label for label, clause in self._clauses.items()}

        def of(place: str, kind: str, words: str = "") -> list[Remark]:
            return [
                each
                for each in said
                if each.clause_id and label_of[each.clause_id] == place and each.kind == kind and words in each.text
            ]

        groups = [
            ([each for each in said if each.kind is CommentKind.SUPPORT], came["supports"]),
            ([each for each in said if each.question_id], came["question"]),
            *(
                ([each for each in said if statements.place_of(each) == WHOLE and told["words"] in each.text], told)
                for told in came["whole"]
            ),
            *((of(each["place"], each["kind"], each.get("words", "")), each) for each in came["rest"]),
        ]
        for remarks, told in groups:
            ids = [each.id for each in remarks]
            if "asked" in told:
                official = next(each for each in members.everyone(self._agreement) if each.user.name == told["asked"])
                responses.ask(about, ids, of=official, note=told["note"], by=by.user_id)
                continue
            responses.write(
                about,
                ids,
                disposition=Disposition(told["disposition"]),
                reason=told["reason"],
                by=by.user_id,
            )

    def write_asked(self, by: Member, *, disposition: str, reason: str) -> None:
        """Write the first response one was asked for."""
        response = responses.by_id(responses.duties(by)[0].id)
        assert response is not None, "a duty is there"
        revision = response.revision
        responses.change(
            response, disposition=Disposition(disposition), reason=reason, revision=revision, by=by.user_id
        )

    def release(self, by: Member, *, number: int) -> None:
        """Release every response of a round; there is one to each remark."""
        drafts = responses.drafts(self._rounds[number])
        responses.release(self._rounds[number], {each.id: each.revision for each in drafts}, by=by.user_id)
        assert responses.count_unanswered(self._rounds[number]) == 0

    def correct(self, by: Member, *, number: int, was: str, disposition: str, reason: str) -> None:
        """Replace a response that was released, which is found by its reason."""
        found = {each.response_id for each in self._desk(number).rows if each.response_id}
        wrong = next(each for each in map(responses.by_id, found) if each and each.reason == was)
        right = responses.replace(wrong, disposition=Disposition(disposition), reason=reason, by=by.user_id)
        responses.release(self._rounds[number], {right.id: right.revision}, by=by.user_id)

    def _desk(self, number: int) -> Desk:
        head = ledger.head(self._agreement.id)
        assert head is not None, "a round was opened"
        return responses.desk(self._rounds[number], head.head)

    def _place(self, about: Round, said: SaidOf) -> tuple[Place, Said]:
        place, stand, text, change = said
        if place == "*":
            return WHOLE, Said(text=text)
        if place == "?":
            return Place(On.QUESTION, about.questions[0].id), Said(text=text)
        clause_id = self._clauses[place].id
        title = wording = ""
        if change:
            asked = (placed for part in self._parts[about.number] for placed in part.clauses)
            version = next(placed.version for placed in asked if placed.id == clause_id)
            title, wording = version.title, version.text
            for old, new in change.items():
                assert wording.count(old) == 1, f"{old!r} stands not once in {place}"
                wording = wording.replace(old, new)
        is_stance = about.kind is RoundKind.CONSULTATION
        kind = CommentKind(stand) if stand and not is_stance else None
        stance = Stance(stand) if stand and is_stance else None
        return Place(On.CLAUSE, clause_id), Said(kind, stance, text, title, wording)

    def _invitee(self, number: int, name: str) -> Invitee:
        if number not in self._invitees:
            self._invitees[number] = {each.name: each for each in rounds.invitees(self._rounds[number])}
        return self._invitees[number][name]
