"""Placeholders: every part still to be filled in, clause by clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from wtforms import StringField

from kumppanuus import accounts, agreements
from kumppanuus.agreements import Agreement, Blank, Clause, ClauseVersion, Outline
from kumppanuus.errors import Refused
from kumppanuus.text import markup
from kumppanuus.web import errors, words
from kumppanuus.web.drafting.ground import agreement_url, base_of, clash, parts, screen
from kumppanuus.web.forms import Form, IdField
from kumppanuus.web.screen import me, reply, retry, say, show

DAY = "pp.kk.vvvv"  # how the model asks for a day
_VALUE = re.compile(r"value_(\d{1,3})")


class BlanksForm(Form):
    """The placeholders of one clause: `value_0` and so on, one field for each. `base` is the version with them."""

    base = IdField()


@dataclass(frozen=True)
class Filling:
    """The placeholders of one clause; without a form all of them are filled in.

    `clash` tells that somebody else was first, `lost` are values whose placeholder is no longer there.
    """

    clause_id: UUID
    name: str
    form: BlanksForm | None
    fields: list[Any]
    clash: str = ""
    lost: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"/kohdat/{self.clause_id}"


@screen.page("/sopimukset/<agreement>/taytettavat", may="clause.write")
def blanks(agreement: Agreement) -> str:
    return _page(agreement)


@screen.deed("/kohdat/<uuid:clause>/taytettavat", may="clause.write")
def fill_blanks(clause: Clause) -> Response:
    form = _sent()
    typed = {int(name.removeprefix("value_")): text or "" for name, text in form.data.items() if _VALUE.fullmatch(name)}
    base, agreement = base_of(clause, form.base), clause.agreement
    try:
        agreements.fill_blanks(clause, typed, base=base, by=me().id)
    except Refused as refusal:
        again = _refused(clause, typed, base, refusal)
        return retry(lambda: parts.filling(again), lambda: _page(agreement, again), refusal)
    say(gettext("Kohta %(label)s on tallennettu.", label=agreements.label_of(clause)))
    whole = agreements.outline(agreement, to_show=True)
    return reply(
        parts.filling(_filling(whole, clause.id)),
        parts.left(_list(agreements.blanks(whole)), oob=True),
        otherwise=f"{agreement_url(agreement)}/taytettavat#taytto-{clause.id}",
        focus=f"#taytto-{clause.id}-h",
    )


def _sent() -> BlanksForm:
    """The form as it was sent, whatever the clause holds by now."""
    fields = {name: StringField() for name in request.form if _VALUE.fullmatch(name)}
    form: BlanksForm = type("SentBlanksForm", (BlanksForm,), fields)()
    return form


def _refused(clause: Clause, typed: Mapping[int, str], base: ClauseVersion | None, refusal: Refused) -> Filling:
    """The form again with what was typed; if the text has changed, each value goes to the same words in the new one."""
    whole = agreements.outline(clause.agreement, to_show=True)
    if isinstance(refusal, (agreements.Stale, agreements.NoPlace)):
        values, lost = _carried(typed, base, clause.current)
        return replace(_filling(whole, clause.id, values), clash=_told(clause, refusal), lost=lost)
    filling = _filling(whole, clause.id, typed)
    if filling.form is None:
        return replace(filling, clash=errors.sentence(refusal))
    filling.form.refuse(refusal)
    return filling


def _told(clause: Clause, refusal: Refused) -> str:
    if not isinstance(refusal, agreements.Stale):
        return errors.sentence(refusal)
    author = clause.current.author_id
    return clash(clause.current, accounts.names([author]).get(author, ""), agreements.label_of(clause))


def _carried(
    typed: Mapping[int, str], base: ClauseVersion | None, current: ClauseVersion
) -> tuple[dict[int, str], list[str]]:
    before = [found.text for found in markup.placeholders(base.text)] if base else []
    free = list(enumerate(found.text for found in markup.placeholders(current.text)))
    values, lost = {}, []
    for index, value in sorted(typed.items()):
        asked = before[index] if index < len(before) else None
        match = next((each for each in free if each[1] == asked), None)
        if match:
            free.remove(match)
            values[match[0]] = value
        elif value.strip():
            lost.append(value)
    return values, lost


# ---------------------------------------------------------------- views


def _page(agreement: Agreement, again: Filling | None = None) -> str:
    whole = agreements.outline(agreement, to_show=True)
    found = agreements.blanks(whole)
    ids = list(dict.fromkeys(blank.placed.id for blank in found))
    if again and again.clause_id not in ids:
        ids.insert(0, again.clause_id)
    return show(
        "drafting/blanks.html",
        section="agreement",
        fillings=[again if again and again.clause_id == each else _filling(whole, each) for each in ids],
        left=_list(found),
        slug=agreement.slug,
        crumbs=[(agreement_url(agreement), gettext("Sopimus")), (None, gettext("Täytettävät kohdat"))],
    )


def _filling(whole: Outline, clause_id: UUID, values: Mapping[int, str] | None = None) -> Filling:
    placed = whole.find(clause_id)
    assert placed is not None, "it stands in its own agreement"
    found = [blank for blank in agreements.blanks(whole) if blank.placed is placed]
    form = _form(found, values or {}) if found else None
    name = words.clause_title(placed) if placed.title else f"{placed.label} {placed.section.title}"
    return Filling(clause_id, name.strip(), form, [form[f"value_{blank.index}"] for blank in found] if form else [])


def _list(found: Iterable[Blank]) -> list[tuple[UUID, str, int]]:
    """Every clause with placeholders left: its id, its name and how many."""
    counts = Counter(blank.placed for blank in found)
    return [(placed.id, words.clause_title(placed), count) for placed, count in counts.items()]


def _form(found: Sequence[Blank], values: Mapping[int, str]) -> BlanksForm:
    placed = found[0].placed
    fields = {f"value_{blank.index}": StringField(_asked(blank), description=_around(blank)) for blank in found}
    data = {**{f"value_{index}": value for index, value in values.items()}, "base": placed.version.id}
    form: BlanksForm = type("ClauseBlanksForm", (BlanksForm,), fields)(formdata=None, data=data)
    for name in fields:
        form[name].id = f"{name}-{placed.id.hex[:12]}"  # several clauses stand on one page
    return form


def _asked(blank: Blank) -> str:
    """The label of its field: the words in the brackets, unless they are a value or the form of one."""
    if blank.suggestion:
        return gettext("Määrä")
    if blank.words == DAY:
        return gettext("Päivä")
    return blank.words[:1].upper() + blank.words[1:]


def _around(blank: Blank) -> str:
    """The words around a placeholder, and what it suggests itself."""
    text = blank.placed.version.text
    found = markup.placeholders(text)[blank.index]
    before = re.sub(r"\s+", " ", text[: found.start].rsplit("\n\n", 1)[-1]).lstrip()
    after = re.sub(r"\s+", " ", text[found.end :].split("\n\n", 1)[0]).rstrip()
    if len(before) > 70:
        before = "… " + before[-70:].split(" ", 1)[-1]
    if len(after) > 50:
        after = after[:50].rsplit(" ", 1)[0] + " …"
    around = f"{before}[{blank.words}]{after}"
    if blank.suggestion:
        return gettext("%(around)s Mallin ehdotus: %(words)s.", around=around, words=blank.suggestion)
    return around
