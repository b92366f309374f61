"""Screen: approvals: what a person may do about the approval of a clause, and the page of changed clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import TextAreaField

from kumppanuus.agreements import Agreement, Side
from kumppanuus.progress import ClauseStanding
from kumppanuus.web import words
from kumppanuus.web.forms import Form, Written, new_key
from kumppanuus.web.screen import Screen, may, my_member

_l = lazy_gettext

screen = Screen("approvals", __name__)


class ReopenForm(Form):
    """Why an agreed clause is opened again."""

    reason = TextAreaField(_l("Miksi kohta pitää avata?"), validators=[Written(_l("Kirjoita perustelu"))])


@dataclass(frozen=True)
class ApprovalActions:
    """The one thing a person may do about the approval of a clause: `deed` is "give", "withdraw", "reopen" or none."""

    id: UUID
    deed: str
    words: str = ""
    about: str = ""
    form_key: str = ""
    fingerprint: str = ""
    target: str = ""
    question: str = ""
    hint: str = ""
    reason: str = ""
    errors: tuple[str, ...] = ()


def actions(
    standing: ClauseStanding, *, forms: Mapping[str, Any] | None = None, target: str | None = None
) -> ApprovalActions:
    """What the person may do about the approval of a clause.

    In the chapter page leave `forms` out: the answers of the deeds then take the place of the clause's article. The
    clause page gives its bound forms (perhaps a `reopen_form`), and there the deeds lead to the whole page.
    """
    placed, member = standing.placed, my_member()
    clause_id, about = placed.id, words.clause_title(placed)
    if target is None:
        target = f"#clause-{clause_id}" if forms is None else ""
    if standing.is_agreed:
        if not may("clause.reopen"):
            return ApprovalActions(clause_id, "")
        return _reopening(clause_id, about, target, (forms or {}).get("reopen_form"))
    if not may("approval.give") or member.side is None:
        return ApprovalActions(clause_id, "")
    if member.side in standing.approvals:
        return ApprovalActions(clause_id, "withdraw", gettext("Peru hyväksyntä"), about, new_key(), target=target)
    return ApprovalActions(
        clause_id, "give", give_words(member.agreement, member.side), about, new_key(),
        placed.version.fingerprint, target,
    )  # fmt: skip


def _reopening(clause_id: UUID, about: str, target: str, bound: ReopenForm | None) -> ApprovalActions:
    # Drawn without a form of WTForms unless one was sent: a page may hold this for dozens of clauses.
    return ApprovalActions(
        clause_id,
        "reopen",
        gettext("Avaa kohta uudelleen"),
        about,
        new_key(),
        target=target,
        question=gettext("Miksi kohta pitää avata?"),
        hint=gettext("Perustelu näkyy kaikille osallistujille. Molempien osapuolten hyväksyntä päättyy."),
        reason=bound.reason.data or "" if bound else "",
        errors=tuple(map(str, [*bound.reason.errors, *bound.form_errors])) if bound else (),
    )


def give_words(agreement: Agreement, side: Side) -> str:
    """What the button says with which a side gives its yes."""
    if side is Side.ORGANISATIONS:
        return gettext("Hyväksy järjestöjen puolesta")
    if words.is_municipal(agreement):
        return gettext("Hyväksy kunnan puolesta")
    return gettext("Hyväksy hyvinvointialueen puolesta")
