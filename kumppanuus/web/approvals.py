"""Screen: approvals: what a person may do about the approval of a clause, and the page of changed clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import TextAreaField

from kumppanuus import agreements, approvals, progress
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Placed, Side
from kumppanuus.errors import Refused
from kumppanuus.progress import ClauseStanding
from kumppanuus.text.diff import Change, diff
from kumppanuus.web import errors, words
from kumppanuus.web.forms import Form, Written, new_key
from kumppanuus.web.language import listed, plain_day
from kumppanuus.web.screen import Parts, Screen, apart, htmx, may, me, my_member, reply, retry, say, show

_l = lazy_gettext

screen = Screen("approvals", __name__)
parts = Parts("approvals/parts.html")


class ReopenForm(Form):
    """Why an agreed clause is opened again."""

    error_heading = _l("Kohtaa ei ole vielä avattu")

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
    kind: str = ""  # of the button that gives it: the one main thing to do, or "alt"
    error_heading: str = ""  # only where the summary of errors is not at the head of the page


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
        error_heading=str(ReopenForm.error_heading) if htmx else "",
    )


def give_words(agreement: Agreement, side: Side) -> str:
    """What the button says with which a side gives its yes."""
    if side is Side.ORGANISATIONS:
        return gettext("Hyväksy järjestöjen puolesta")
    if words.is_municipal(agreement):
        return gettext("Hyväksy kunnan puolesta")
    return gettext("Hyväksy hyvinvointialueen puolesta")


# ---------------------------------------------------------------- deeds


@screen.deed("/kohdat/<uuid:clause>/hyvaksynnat", may="approval.give")
def give(clause: Clause) -> Response:
    seen = request.form.get("fingerprint", "")
    try:
        approvals.give(clause, side=_my_side(), fingerprint=seen, by=me().id)
    except approvals.OtherWording as refusal:
        if htmx and not clause.current.is_removal:
            return _with_article(clause, refusal)
        page = partial(_changed_page, clause, seen, refusal)
        return retry(page, page, refusal)
    except Refused as refusal:
        return _with_article(clause, refusal)
    placed = _placed(clause)
    say(_told(clause, placed), undo=f"/kohdat/{clause.id}/hyvaksynnat/kumoaminen")
    return _answer(clause, placed)


@screen.deed("/kohdat/<uuid:clause>/hyvaksynnat/peruminen", may="approval.give")
def withdraw(clause: Clause) -> Response:
    try:
        approvals.withdraw(clause, side=_my_side(), by=me().id)
    except Refused as refusal:
        return _with_article(clause, refusal)
    placed = _placed(clause)
    say(_of(placed, gettext("Peruit kohdan %(label)s hyväksynnän."), gettext("Peruit kohdan poistamisen hyväksynnän.")))
    return _answer(clause, placed)


@screen.deed("/kohdat/<uuid:clause>/hyvaksynnat/kumoaminen", may="approval.give")
def undo(clause: Clause) -> Response:
    try:
        approvals.undo(clause, by=me().id)
    except Refused as refusal:
        return _with_article(clause, refusal)
    placed = _placed(clause)
    say(_of(placed, gettext("Kohdan %(label)s hyväksyntä on kumottu."), gettext("Poistamisen hyväksyntä on kumottu.")))
    return _answer(clause, placed)


@screen.deed("/kohdat/<uuid:clause>/avaaminen", may="clause.reopen")
def reopen(clause: Clause) -> Response:
    form = ReopenForm()
    placed = _placed(clause)
    refusal: Refused | None = None
    if form.validate():
        try:
            approvals.reopen(clause, reason=form.reason.data, by=me().id)
        except approvals.NotAgreed as not_agreed:
            return _with_article(clause, not_agreed)
        except Refused as refused:
            form.refuse(refused)
            refusal = refused
        else:
            say(
                _of(
                    placed, gettext("Avasit kohdan %(label)s uudelleen."), gettext("Avasit poistetun kohdan uudelleen.")
                )
            )
            return _answer(clause, placed)
    about, target = words.clause_title(placed), f"#clause-{clause.id}"
    response = retry(
        lambda: parts.reopen(_reopening(clause.id, about, target, form)),
        lambda: _clause_page(clause, reopen_form=form),
        refusal,
    )
    if htmx:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"details:has(#avaa-{clause.id})", "outerHTML"
    return response


def _my_side() -> Side:
    side = my_member().side
    if side is None:
        abort(403)  # an approver always has a side
    return side


def _placed(clause: Clause) -> Placed:
    placed = agreements.outline(clause.agreement, to_show=True).find(clause.id)
    assert placed is not None, "a clause stands in the outline of its own agreement"
    return placed


def _of(placed: Placed, living: str, removed: str) -> str:
    """A sentence about a clause in the text, by its number, or about one that was taken out of it."""
    return living % {"label": placed.label} if placed.label else removed


def _told(clause: Clause, placed: Placed) -> str:
    """What a yes led to."""
    if len(approvals.standing(clause)) == len(Side):
        return _of(
            placed,
            gettext("Hyväksyit kohdan %(label)s. Kohta on nyt sovittu."),
            gettext("Hyväksyit kohdan poistamisen. Poistamisesta on nyt sovittu."),
        )
    given = _of(placed, gettext("Hyväksyit kohdan %(label)s."), gettext("Hyväksyit kohdan poistamisen."))
    return f"{given} {after_words(clause)}"


def after_words(clause: Clause) -> str:
    """Whether a clause is agreed now, or which side it still waits for; nothing while neither has approved it."""
    given = approvals.standing(clause)
    missing = [side for side in Side if side not in given]
    if not missing:
        return gettext("Poistamisesta on nyt sovittu.") if clause.is_removed else gettext("Kohta on nyt sovittu.")
    if len(missing) == len(Side):
        return ""
    if missing[0] is Side.ORGANISATIONS:
        return gettext("Järjestöt eivät ole vielä hyväksyneet sitä.")
    if words.is_municipal(clause.agreement):
        return gettext("Kunta ei ole vielä hyväksynyt sitä.")
    return gettext("Hyvinvointialue ei ole vielä hyväksynyt sitä.")


def _answer(clause: Clause, placed: Placed) -> Response:
    """The clause as it stands now: its article for htmx, else the page the person came from."""
    if htmx and placed.label:
        return reply(_article(clause), otherwise=_home(clause, placed), focus=f"#{placed.anchor}")
    return reply(otherwise=_home(clause, placed))


def _with_article(clause: Clause, refusal: Refused) -> Response:
    """A refusal in words, and for htmx the clause as it stands now."""
    if not htmx or clause.current.is_removal:
        raise refusal
    box = Parts("ui/parts.html").refusal(errors.sentence(refusal))
    return retry(lambda: f"{box}\n{_article(clause)}", lambda: "", refusal)


def _home(clause: Clause, placed: Placed) -> str:
    """The page the person came from, if it shows the clause; else the page of the clause."""
    came_from = apart(request.referrer or "")
    agreement = f"/sopimukset/{clause.agreement.slug}"
    if came_from.path == f"{agreement}/muuttuneet":
        return came_from.path
    if placed.label and came_from.path.startswith((f"{agreement}/luvut/", f"{agreement}/koko")):
        return f"{came_from.path}{'?' if came_from.query else ''}{came_from.query}#{placed.anchor}"
    return f"/kohdat/{clause.id}"


def _article(clause: Clause) -> str:
    # Imported here, because that page shows these actions.
    from kumppanuus.web.clauses import article

    return article(clause)


def _clause_page(clause: Clause, **forms: Any) -> str:
    from kumppanuus.web.clauses import clause_page

    return clause_page(clause, **forms)


# ---------------------------------------------------------------- changed clauses


@dataclass(frozen=True)
class ChangedView:
    """A clause whose wording changed after it was approved: what changed, and the button to approve it anew."""

    id: UUID
    title: str
    told: str
    title_changes: Sequence[Change]
    changes: Sequence[Change]
    is_invisible: bool
    actions: ApprovalActions


@screen.page("/sopimukset/<agreement>/muuttuneet", may="approval.give")
def changed(agreement: Agreement) -> str:
    return _all_changed(agreement)


@screen.deed("/sopimukset/<agreement>/muuttuneet", may="approval.give")
def give_all(agreement: Agreement) -> Response:
    seen = _fingerprints()
    clauses = [
        clause for clause in map(agreements.clause_by_id, seen) if clause and clause.agreement_id == agreement.id
    ]
    done, left = approvals.give_many(clauses, side=_my_side(), fingerprints=seen, by=me().id)
    names = {placed.id: placed.label or gettext("poistettu kohta") for placed in _all_placed(agreement)}
    if done:
        told = ngettext(
            "Hyväksyit kohdan %(labels)s.",
            "Hyväksyit %(num)s kohtaa: %(labels)s.",
            len(done),
            labels=listed([names[each.id] for each in done]),
        )
        say(told)
    if left:
        say(_left_words([names[each.id] for each in left]))
    if not done and not left:
        say(gettext("Kohdat oli jo hyväksytty."))
    return reply(otherwise=f"/sopimukset/{agreement.slug}/muuttuneet")


def _left_words(labels: list[str]) -> str:
    return ngettext(
        "Kohdan %(labels)s teksti muuttui sillä välin. Sitä ei hyväksytty.",
        "Kohtien %(labels)s tekstit muuttuivat sillä välin. Niitä ei hyväksytty.",
        len(labels),
        labels=listed(labels),
    )


def _fingerprints() -> dict[UUID, str]:
    """What was shown and is approved: clause → fingerprint, from the hidden fields "kohta-<id>"."""
    found = {}
    for name, value in request.form.items():
        if name.startswith("kohta-"):
            try:
                found[UUID(name.removeprefix("kohta-"))] = value
            except ValueError:
                continue
    return found


def _all_placed(agreement: Agreement) -> list[Placed]:
    whole = agreements.outline(agreement, to_show=True)
    return [*whole.clauses(), *whole.removed()]


def _all_changed(agreement: Agreement) -> str:
    found = progress.progress(agreement)
    rows = progress.changed_for(my_member(), found)
    before = agreements.versions_by_id(each.approved.version.id for each in rows)
    views = []
    for each in rows:
        told = gettext(
            "%(name)s hyväksyi aiemman tekstin %(day)s.",
            name=each.approved.given_by.name,
            day=plain_day(each.approved.given_at),
        )
        views.append(_changed_view(each.placed, before[each.approved.version.id], told))
    return show(
        "approvals/changed.html",
        section="agreement",
        agreement=agreement,
        heading=gettext("Muuttuneet kohdat"),
        views=views,
        give_all_words=give_words(agreement, _my_side()),
        form_key=new_key(),
        refusal=None,
    )


def _changed_page(clause: Clause, seen: str, refusal: Refused) -> str:
    """One clause whose wording is not the one that was shown: the new text first, marked against what was seen."""
    versions = agreements.versions(clause)
    before = next((version for version in reversed(versions) if version.fingerprint == seen), None)
    placed = _placed(clause)
    return show(
        "approvals/changed.html",
        section="agreement",
        agreement=clause.agreement,
        heading=words.clause_name(placed),
        views=[_changed_view(placed, before, "")],
        give_all_words="",
        form_key="",
        refusal=errors.sentence(refusal),
    )


def _changed_view(placed: Placed, seen: ClauseVersion | None, told: str) -> ChangedView:
    now, member = placed.version, my_member()
    before = seen or now  # what was seen may be nothing of ours; then there is nothing to mark
    title = words.clause_title(placed) if placed.label else gettext("Poistettu kohta: %(title)s", title=before.title)
    title_changes = diff(before.title, now.title) if placed.label and before.title != now.title else []
    changes = diff(before.text, now.text)
    return ChangedView(
        id=placed.id,
        title=title,
        told=told,
        title_changes=title_changes,
        changes=changes,
        is_invisible=before is not now and all(change.kind == "equal" for change in [*title_changes, *changes]),
        actions=ApprovalActions(
            placed.id, "give", give_words(member.agreement, _my_side()), title, new_key(), now.fingerprint
        ),
    )
