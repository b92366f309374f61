"""Verbs of the demo world about agreeing: approvals, and suggestions with what came of them."""

from __future__ import annotations

from collections.abc import Mapping

from kumppanuus import approvals, suggestions
from kumppanuus.demo.tale import Tale, require
from kumppanuus.members import Member, SpeaksFor


def approve(tale: Tale, by: Member, *, clause: str) -> None:
    require("approval.give", by)
    assert by.side is not None
    found = tale.clauses[clause]
    approvals.give(found, side=by.side, fingerprint=found.current.fingerprint, by=by.user_id)


def withdraw(tale: Tale, by: Member, *, clause: str) -> None:
    require("approval.give", by)
    assert by.side is not None
    approvals.withdraw(tale.clauses[clause], side=by.side, by=by.user_id)


def undo_approval(tale: Tale, by: Member, *, clause: str) -> None:
    require("approval.give", by)
    approvals.undo(tale.clauses[clause], by=by.user_id)


def reopen(tale: Tale, by: Member, *, clause: str, reason: str) -> None:
    require("clause.reopen", by)
    approvals.reopen(tale.clauses[clause], reason=reason, by=by.user_id)


# ------------------------------------------------------------ suggestions


def suggest(
    tale: Tale, by: Member, *, key: str, clause: str, change: Mapping[str, str], reason: str,
    voice: str = "self", counter_to: str = "",
) -> None:  # fmt: skip
    """Suggest the wording in force with some of its words changed."""
    require("suggestion.write", by)
    found = tale.clauses[clause]
    text = found.current.text
    for old, new in change.items():
        assert text.count(old) == 1, f"{old!r} stands not once in {clause}"
        text = text.replace(old, new)
    tale.suggestions[key] = suggestions.write(
        found, title=found.current.title, text=text, reason=reason, base=found.current,
        speaks_for=SpeaksFor(voice), counter_to=tale.suggestions.get(counter_to), by=by,
    )  # fmt: skip


def suggest_addition(
    tale: Tale, by: Member, *, key: str, section: str, after: str, title: str, text: str, reason: str,
    voice: str = "self",
) -> None:  # fmt: skip
    require("suggestion.write", by)
    tale.suggestions[key] = suggestions.write_addition(
        tale.section(section), after=tale.clauses[after], title=title, text=text, reason=reason,
        speaks_for=SpeaksFor(voice), by=by,
    )  # fmt: skip


def suggest_removal(tale: Tale, by: Member, *, key: str, clause: str, reason: str) -> None:
    require("suggestion.write", by)
    found = tale.clauses[clause]
    tale.suggestions[key] = suggestions.write_removal(found, reason=reason, base=found.current, by=by)


def accept(tale: Tale, by: Member, *, key: str) -> None:
    found = tale.suggestions[key]
    require("suggestion.settle", by, found)
    seen = suggestions.result(found, found.clause.current if found.clause else None).fingerprint
    suggestions.accept(found, seen=seen, by=by)


def accept_edited(tale: Tale, by: Member, *, key: str, change: Mapping[str, str], remark: str) -> None:
    """Accept with some of the suggested words changed."""
    found = tale.suggestions[key]
    require("suggestion.settle", by, found)
    text = found.text
    for old, new in change.items():
        assert text.count(old) == 1, f"{old!r} stands not once in {key}"
        text = text.replace(old, new)
    base = found.clause.current if found.clause else None
    suggestions.accept_edited(found, title=found.title, text=text, base=base, remark=remark, by=by)


def reject(tale: Tale, by: Member, *, key: str, reason: str) -> None:
    require("suggestion.settle", by, tale.suggestions[key])
    suggestions.reject(tale.suggestions[key], reason=reason, by=by)


def withdraw_suggestion(tale: Tale, by: Member, *, key: str) -> None:
    require("suggestion.withdraw", by, tale.suggestions[key])
    suggestions.withdraw(tale.suggestions[key], by=by)


def undo_acceptance(tale: Tale, by: Member, *, key: str) -> None:
    require("suggestion.undo", by, tale.suggestions[key])
    suggestions.undo(tale.suggestions[key], by=by)
