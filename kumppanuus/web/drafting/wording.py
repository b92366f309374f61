"""The wording of a clause: editing, a look at the changes, unfinished work, and two who write at once.

Who saves from a version that is no longer in force gets both changes in one new version, if they touch different words,
and is shown what the two have made together. Where they touch, or where somebody has approved the text meanwhile,
nothing is saved before a person has seen the result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, make_response, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import StringField, TextAreaField

from kumppanuus import accounts, agreements, approvals, drafts
from kumppanuus.agreements import Clause, ClauseVersion
from kumppanuus.errors import Refused
from kumppanuus.web import words
from kumppanuus.web.drafting import clauses, desk
from kumppanuus.web.drafting.ground import (
    Difference,
    base_of,
    clash,
    clause_crumbs,
    difference,
    parts,
    screen,
)
from kumppanuus.web.forms import Form, IdField, Written, new_key
from kumppanuus.web.language import listed
from kumppanuus.web.screen import htmx, me, reply, retry, say, show

_l = lazy_gettext


class ClauseForm(Form):
    """The wording of a clause. `base` is the version it was drawn from."""

    title = StringField(_l("Otsikko"))
    text = TextAreaField(_l("Teksti"), [Written(_l("Kirjoita kohdan teksti"))])
    reason = TextAreaField(_l("Miksi muutat tekstiä?"), description=_l("Perustelu näkyy kohdan historiassa."))
    base = IdField()


@dataclass(frozen=True)
class Editing:
    """The editor of a clause and what stands around it. `merged` tells that the text in the box is of two, and
    `clash` that it was refused for that."""

    clause_id: UUID
    name: str
    label: str
    language: str
    form: ClauseForm
    warning: str
    others: str
    crumbs: list[tuple[str | None, str]]
    kept_at: datetime | None = None
    changes: Difference | None = None
    clash: str = ""
    merged: str = ""
    drop_key: str = field(default_factory=new_key)

    @property
    def url(self) -> str:
        return f"/kohdat/{self.clause_id}"

    @property
    def rows(self) -> int:
        """How high the box is drawn, so that most texts are seen whole."""
        text = self.form.text.data or ""
        return min(max(sum(len(line) // 70 + 1 for line in text.split("\n")) + 2, 8), 24)


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else did to the clause: who, when, why."""

    words: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Conflicting:
    """Two people wrote at once: what the others changed, how the own text differs from it, and the own text."""

    editing: Editing
    heading: str
    since: list[Meanwhile]
    theirs: Difference | None
    own: Difference
    is_removed: bool
    key: str = field(default_factory=new_key)


@dataclass(frozen=True)
class Merging:
    """Two people changed the same words: what the others changed, the desk to settle it at, and the own text."""

    editing: Editing
    heading: str
    since: list[Meanwhile]
    theirs: Difference
    desk: desk.Desk
    is_new: bool  # nothing can be missing yet


@screen.page("/kohdat/<uuid:clause>/muokkaus", may="clause.write")
def edit_clause(clause: Clause) -> str:
    if clause.is_removed:
        return clauses.removed_page(clause, agreements.outline(clause.agreement, to_show=True))
    kept, current = drafts.find(clauses.draft_place(clause), by=me().id), clause.current
    if kept is None:
        data = {"title": current.title, "text": current.text, "base": current.id}
        return _page(clause, ClauseForm(formdata=None, data=data))
    data = {name: kept.fields.get(name, "") for name in ("title", "text", "reason")}
    data["base"] = clauses.id_of(kept.fields.get("base", ""))
    return _page(clause, ClauseForm(formdata=None, data=data), kept_at=kept.kept_at)


@screen.deed("/kohdat/<uuid:clause>/muokkaus", may="clause.write")
def save_clause(clause: Clause) -> Response:
    form = ClauseForm()
    try:
        if "luonnos" in request.form:
            _keep(clause, form)
            say(gettext("Keskeneräinen teksti on tallessa. Vain sinä näet sen."))
            return reply(otherwise=f"/kohdat/{clause.id}/muokkaus")
        if not form.validate():
            return _again(clause, form)
        base, wording = base_of(clause, form.base), {"title": form.title.data, "text": form.text.data}
        # Who saves an approved text has to be told first that this takes the approvals away.
        merges = not approvals.standing(clause)
        version = agreements.rewrite(clause, **wording, reason=form.reason.data, base=base, merges=merges, by=me().id)
    except agreements.Stale as refusal:
        return _meet(clause, form, refusal)
    except agreements.Unchanged as refusal:
        if form.base.data != clause.current.id:
            return _nothing_left(clause)  # others have written the same, and perhaps more
        form.refuse(refusal)
        return _again(clause, form, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(clause, form, refusal)
    drafts.forget(clauses.draft_place(clause), by=me().id)
    return _saved(clause, base, version)


def _saved(clause: Clause, base: ClauseVersion | None, version: ClauseVersion) -> Response:
    """Lead to the clause; or, if the text was merged, to what both changes make of the text its writer saw."""
    say(gettext("Kohta %(label)s on tallennettu.", label=agreements.label_of(clause)))
    if base is None or base.number == version.number - 1:
        return reply(otherwise=f"/kohdat/{clause.id}")
    since = [each for each in agreements.versions(clause) if base.number < each.number < version.number]
    names = listed(sorted(set(accounts.names(each.author_id for each in since).values())))
    say(
        gettext("Siinä on myös samaan aikaan tehty muutos: %(names)s. Tarkista, että teksti sopii yhteen.", names=names)
    )
    return reply(otherwise=f"/kohdat/{clause.id}/vertailu?a={base.number}&b={version.number}")


@screen.deed("/kohdat/<uuid:clause>/yhdistaminen", may="clause.write", keeps_key=True)
def merge_clause(clause: Clause) -> Response:
    """What was chosen at the merge desk, as one text in the box of the editor: nothing is saved before it was seen."""
    return _meet(clause, ClauseForm())


@screen.deed("/kohdat/<uuid:clause>/esikatselu", may="clause.write", keeps_key=True)
def preview_clause(clause: Clause) -> Response:
    form = ClauseForm()
    base = base_of(clause, form.base) or clause.current
    changes = difference(base, form.title.data or "", form.text.data or "")
    if not htmx:
        return make_response(_page(clause, form, changes=changes))
    # Pressed, the button leads to what it shows; a refresh while typing goes on leaves the writer alone.
    focus = "#esikatselu-h" if "esikatselu" in request.form else None
    part = parts.preview(_editing(clause, form, changes=changes))
    return reply(part, otherwise=f"/kohdat/{clause.id}/muokkaus", focus=focus)


@screen.deed("/kohdat/<uuid:clause>/luonnos", may="clause.write", keeps_key=True)
def keep_clause(clause: Clause) -> Response:
    _keep(clause, ClauseForm())
    return make_response("", 204)


@screen.deed("/kohdat/<uuid:clause>/luonnos/poisto", may="clause.write")
def drop_clause(clause: Clause) -> Response:
    drafts.forget(clauses.draft_place(clause), by=me().id)
    say(gettext("Keskeneräinen teksti on poistettu."))
    return reply(otherwise=f"/kohdat/{clause.id}/muokkaus")


def _keep(clause: Clause, form: ClauseForm) -> None:
    """Keep what is typed, with the version it was drawn from; nothing if it is what stands there anyway."""
    fields = {name: (form[name].data or "").replace("\r\n", "\n") for name in ("title", "text", "reason")}
    current, place = clause.current, clauses.draft_place(clause)
    is_blank = not any(each.strip() for each in fields.values())
    if is_blank or fields == {"title": current.title, "text": current.text, "reason": ""}:
        drafts.forget(place, by=me().id)
    else:
        chosen = {name: text for name, text in request.form.items() if name.startswith(desk.FIELDS)}
        drafts.keep(place, {**fields, **chosen, "base": str(form.base.data or "")}, by=me().id)


# ---------------------------------------------------------------- two at once


def _meet(clause: Clause, form: ClauseForm, refusal: agreements.Stale | None = None) -> Response:
    """Bring what was typed together with the text in force: at the merge desk, or in the box if nothing clashes."""
    current, base = clause.current, base_of(clause, form.base)
    try:
        title, text = agreements.wording(form.title.data, form.text.data)
    except Refused as wrong:
        form.refuse(wrong)
        return _again(clause, form, wrong)
    if (title, text) == (current.title, current.text):
        return _nothing_left(clause)
    kept = drafts.find(clauses.draft_place(clause), by=me().id)
    chosen = dict(kept.fields) if kept else {}
    # Whoever closes the page now finds the text again; it still knows what it was drawn from.
    _keep(clause, form)
    if current.is_removal or base is None or base.is_removal:
        return _conflict(clause, form, base, refusal or agreements.Stale(current=current))
    table = desk.desk(
        agreements.merge_with(current, title, text, base),
        own=gettext("Oma tekstisi"),
        language=clause.agreement.language.value,
        sent=None if refusal else request.form,
        kept=chosen,
    )
    if table.clashes and (refusal or not table.is_settled):
        return _at_desk(clause, form, base, table, refusal)
    return _together(clause, form, *table.wording, refusal)


def _at_desk(
    clause: Clause, form: ClauseForm, base: ClauseVersion, table: desk.Desk, refusal: agreements.Stale | None
) -> Response:
    current, editing = clause.current, _editing(clause, form)
    view = Merging(
        editing=editing,
        heading=_first(clause),
        since=_since(clause, base),
        theirs=difference(base, current.title, current.text),
        desk=table,
        is_new=refusal is not None,
    )
    return retry(
        lambda: parts.merging(view),
        lambda: show("drafting/merging.html", section="agreement", view=view, crumbs=editing.crumbs),
        refusal,
    )


def _together(clause: Clause, form: ClauseForm, title: str, text: str, refusal: agreements.Stale | None) -> Response:
    """The merged text in the box of the editor, with what it changes, to be saved over the version in force."""
    current = clause.current
    changes = difference(current, title, text)
    if changes.is_none:
        return _nothing_left(clause)
    data = {"title": title, "text": text, "reason": form.reason.data, "base": current.id}
    form = ClauseForm(formdata=None, data=data)
    view = _editing(
        clause,
        form,
        changes=changes,
        clash=_first(clause) if refusal else "",
        merged=gettext("Kentässä on oma tekstisi yhdistettynä nykyiseen. Tarkista se ja tallenna."),
    )
    if refusal:
        return retry(lambda: parts.editor(view, has_title=True), lambda: _show(view), refusal)
    _keep(clause, form)
    if not htmx:
        return make_response(_show(view))
    return reply(parts.editor(view, has_title=True), otherwise=f"/kohdat/{clause.id}/muokkaus", focus="#muokkaus-h")


def _nothing_left(clause: Clause) -> Response:
    drafts.forget(clauses.draft_place(clause), by=me().id)
    say(gettext("Kohdassa on jo tämä teksti."))
    return reply(otherwise=f"/kohdat/{clause.id}")


def _conflict(clause: Clause, form: ClauseForm, base: ClauseVersion | None, refusal: agreements.Stale) -> Response:
    """The page where there is nothing to merge: the clause was removed, or nobody knows what the text was made from."""
    current = clause.current
    form.base.data = current.id
    editing = _editing(clause, form)
    view = Conflicting(
        editing=editing,
        heading=_first(clause),
        since=_since(clause, base),
        theirs=difference(base, current.title, current.text) if base else None,
        own=difference(current, form.title.data or "", form.text.data or ""),
        is_removed=current.is_removal,
    )
    return retry(
        lambda: parts.conflict(view),
        lambda: show("drafting/conflict.html", section="agreement", view=view, crumbs=editing.crumbs),
        refusal,
    )


def _first(clause: Clause) -> str:
    """Who was first, and that the own text is safe."""
    author = clause.current.author_id
    return clash(clause.current, accounts.names([author]).get(author, ""), agreements.label_of(clause))


def _since(clause: Clause, base: ClauseVersion | None) -> list[Meanwhile]:
    """What others did to the clause since a version; the last thing if it is not known which."""
    since = [each for each in agreements.versions(clause) if each.number > base.number] if base else [clause.current]
    names = accounts.names(each.author_id for each in since)
    return [Meanwhile(_did(each, names.get(each.author_id, "")), each.written_at, each.reason) for each in since]


def _did(version: ClauseVersion, name: str) -> str:
    if version.is_removal:
        return gettext("%(name)s poisti kohdan", name=name)
    return gettext("%(name)s muutti tekstiä", name=name)


# ---------------------------------------------------------------- views


def _editing(clause: Clause, form: ClauseForm, **rest: Any) -> Editing:
    placed = agreements.outline(clause.agreement, to_show=True).find(clause.id)
    assert placed is not None, "it stands in its own agreement"
    return Editing(
        clause_id=clause.id,
        name=words.clause_title(placed),
        label=placed.label,
        language=clause.agreement.language.value,
        form=form,
        warning=_warning(clause),
        others=_others(clause),
        crumbs=clause_crumbs(clause.agreement, placed, gettext("Muokkaa")),
        **rest,
    )


def _others(clause: Clause) -> str:
    """Who else has typed at this clause lately."""
    places = clauses.draft_place(clause), clauses.suggestion_place(clause)
    names = sorted(accounts.names(drafts.others(*places, by=me().id)).values())
    told = ngettext(
        "%(names)s on muokannut tätä kohtaa äsken.",
        "%(names)s ovat muokanneet tätä kohtaa äsken.",
        len(names),
        names=listed(names),
    )
    return told if names else ""


def _warning(clause: Clause) -> str:
    """What saving does to the approvals of the wording in force."""
    given = approvals.standing(clause)
    if len(given) == 2:
        return gettext("Kohta on sovittu. Jos muutat tekstiä, kummankin osapuolen pitää hyväksyä se uudelleen.")
    for side in given:
        status = words.has_approved(clause.agreement, side)
        return gettext("%(status)s tämän tekstin. Jos muutat sitä, hyväksyntä pitää antaa uudelleen.", status=status)
    return ""


def _again(clause: Clause, form: ClauseForm, refusal: Refused | None = None) -> Response:
    return retry(lambda: parts.editor(_editing(clause, form)), lambda: _page(clause, form), refusal)


def _page(clause: Clause, form: ClauseForm, **rest: Any) -> str:
    view = _editing(clause, form, **rest)
    return _show(view)


def _show(view: Editing) -> str:
    return show("drafting/clause.html", section="agreement", view=view, crumbs=view.crumbs)
