"""Closing a round: who has not answered, and the wordings that answers suggest, which become suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import force_locale, gettext, ngettext

from kumppanuus import agreements, jobs, members, responses, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.db import SHORT, db, today, writing
from kumppanuus.errors import Refused
from kumppanuus.jobs import Report
from kumppanuus.members import Member
from kumppanuus.rounds import Round
from kumppanuus.statements import Remark
from kumppanuus.text.collation import sort_key
from kumppanuus.web.forms import Form
from kumppanuus.web.rounds.frame import at, screen
from kumppanuus.web.rounds.inviting import Candidate
from kumppanuus.web.screen import me, my_member, reply, say, show

CARRY = "round.carry"
AT_ONCE = 50  # wordings that are carried over while somebody waits for the page
AT_A_TIME = 10  # in one transaction of a job


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/sulkeminen", may="round.manage")
def ask_close(agreement: Agreement, round: Round) -> str | Response:
    """The check before closing: who has not answered, and which suggested wordings nobody has taken over yet."""
    if not round.takes_answers:
        return make_response(redirect(at(round), 303))
    answered = statements.answered(round)
    silent = [each.name for each in rounds.invitees(round) if each.id not in answered and each.declined_at is None]
    labels = {each.id: each.label for each in agreements.outline(agreement, to_show=True).clauses()}
    places: dict[UUID | None, int] = {clause_id: place for place, clause_id in enumerate(labels)}
    wordings = sorted(statements.open_wordings(round), key=lambda each: places.get(each.clause_id, len(places)))
    return show(
        "rounds/closing.html",
        section="rounds",
        round=round,
        address=at(round),
        form=Form(formdata=None),
        days_left=max((round.last_day - today()).days, 0),
        silent=sorted(silent, key=sort_key),
        unanswered=responses.count_unanswered(round),
        wordings=[_wording(each, labels) for each in wordings],
    )


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/sulkeminen", may="round.manage")
def close(agreement: Agreement, round: Round) -> Response:
    """Close a round; the wordings that are ticked become suggestions on the wording they were written about. More than
    `AT_ONCE` of them do so in a job, whose page follows."""
    rounds.close(round, by=me().id)
    ticked = set(request.form.getlist("ehdotus"))
    wanted = [each for each in statements.open_wordings(round) if str(each.id) in ticked]
    say(gettext("Kierros on suljettu. Uusia vastauksia ei enää oteta."))
    if len(wanted) > AT_ONCE:
        facts = {"round": str(round.id), "member": str(my_member().id), "remarks": [str(each.id) for each in wanted]}
        job = jobs.add(CARRY, {**facts, "address": at(round)}, steps=len(wanted), by=me().id)
        return reply(otherwise=f"/tyot/{job.id}")
    for sentence in carried_words(*_carry(round, wanted, by=my_member())):
        say(sentence)
    return reply(otherwise=at(round))


# ---------------------------------------------------------------- carrying over


def _carry(round_: Round, remarks: Iterable[Remark], *, by: Member) -> tuple[int, int]:
    """Make suggestions of wordings; gives of how many, and how many could not be: their clause is gone or says this
    already, and the remark stays as it is."""
    carried = left = 0
    for remark in remarks:
        try:
            statements.take_over(remark, reason=whose(round_, remark), by=by)
            carried += 1
        except Refused:
            left += 1
    return carried, left


def carried_words(carried: int, left: int) -> list[str]:
    """What became of the wordings, in sentences."""
    told = []
    if carried:
        told.append(
            ngettext(
                "%(num)s ehdotettu teksti on nyt muutosehdotus.",
                "%(num)s ehdotettua tekstiä on nyt muutosehdotuksina.",
                carried,
            )
        )
    if left:
        told.append(
            ngettext(
                "%(num)s ehdotetusta tekstistä ei voinut tehdä muutosehdotusta. Se on tallessa vastauksessa.",
                "%(num)s ehdotetusta tekstistä ei voinut tehdä muutosehdotusta. Ne ovat tallessa vastauksissa.",
                left,
            )
        )
    return told


@jobs.work(CARRY)
def _work(facts: dict[str, Any], report: Report) -> Callable[[], dict[str, Any]]:
    """Carry many over, a few in each transaction, so that others can write in between. What was carried before the job
    was stopped stays carried."""
    found, wanted = [0, 0], [UUID(each) for each in facts["remarks"]]
    for start in range(0, len(wanted), AT_A_TIME):
        report(start, len(wanted))
        with writing():
            round_, by = rounds.by_id(UUID(facts["round"])), members.by_id(UUID(facts["member"]))
            assert round_ is not None, "a round that was opened is never deleted"
            assert by is not None, "who was a member stays in the list of members"
            now = set(wanted[start : start + AT_A_TIME])
            with force_locale(round_.agreement.language.value):
                done = _carry(round_, [each for each in statements.open_wordings(round_) if each.id in now], by=by)
            found = [before + more for before, more in zip(found, done, strict=True)]
            db.session.commit()
    return lambda: {"carried": found[0], "left": found[1]}


# ---------------------------------------------------------------- views


def _wording(remark: Remark, labels: dict[UUID, str]) -> Candidate:
    """A suggested wording with a box to tick: which clause, and whose it is."""
    label = labels.get(remark.clause_id, "") if remark.clause_id else ""
    title = remark.suggested_title or (remark.version.title if remark.version else "")
    return Candidate(remark.id, f"{label} {title}".strip(), statements.name_of(remark.statement), has_address=True)


def whose(round_: Round, remark: Remark) -> str:
    """The reason of a suggestion that a round brought: who said it, and why if that is short enough to stand here."""
    said = gettext(
        "Kierros %(number)s, %(name)s ehdotti.", number=round_.number, name=statements.name_of(remark.statement)
    )
    return f"{said} {remark.text}" if remark.text and len(said) + len(remark.text) < SHORT else said
