"""Links a representative forwards to a network: one for a section or the whole, with a digest to paste into a mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, make_response
from flask_babel import force_locale, gettext, lazy_gettext
from wtforms import SelectField
from wtforms.fields import SelectChoice

from kumppanuus import limits, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round, RoundLink
from kumppanuus.text import markup
from kumppanuus.web import public_address, words
from kumppanuus.web.forms import Form
from kumppanuus.web.language import day
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import keep_secret, may, me, my_member, reply, retry, say, show
from kumppanuus.web.statements.frame import part_title, round_name, screen, secret_of_form

_l = lazy_gettext


class LinkForm(Form):
    """What the link is about."""

    section = SelectField(_l("Mistä luvusta kysyt?"))

    def __init__(self, round_: Round, **rest: object) -> None:
        super().__init__(**rest)
        chapters = [each.chapter for each in statements.parts_of(round_) if each.chapter]
        whole = SelectChoice("", gettext("Kaikista luvuista"))
        self.section.choices = [whole, *(SelectChoice(str(each.id), words.section_title(each)) for each in chapters)]


@dataclass(frozen=True)
class LinkLine:
    """A link that was made and still works."""

    about: str
    words: str
    url: str


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/linkit", may="link.make")
def links(agreement: Agreement, round: Round) -> str:
    rounds.require_open(round)
    return _page(agreement, round, LinkForm(round, formdata=None))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/linkit", may="link.make", keeps_key=True)
def make_link(agreement: Agreement, round: Round) -> Response:
    """Make a link, and show it with its digest: nobody can be told it again, but a second press shows the same one."""
    rounds.require_open(round)
    form = LinkForm(round)
    if not form.validate():
        return _again(agreement, round, form)
    try:
        limits.spend(f"links of {me().id}", limits.UPLOAD)
        section_id = UUID(form.section.data) if form.section.data else None
        by = my_member()
        key = secret_of_form("link of a network", str(round.id), str(section_id), str(by.id))
        rounds.make_link(round, section_id=section_id, secret=key, by=by)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, round, form, refusal)
    url = public_address(f"/vastaukset/{key}")
    return keep_secret(make_response(_page(agreement, round, form, url=url, digest=digest(round, section_id, url))))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/linkit/<uuid:link>/peruminen", may="link.revoke")
def revoke_link(agreement: Agreement, round: Round, link: RoundLink) -> Response:
    """Take a link back: one's own, or as a coordinator anybody's."""
    rounds.revoke_link(link, by=me().id)
    say(gettext("Linkki on peruttu. Sillä ei voi enää vastata."))
    return reply(otherwise=at(round, "linkit"))


def _page(agreement: Agreement, round_: Round, form: Form, *, url: str = "", digest: str = "") -> str:
    chapters = [each.chapter for each in statements.parts_of(round_) if each.chapter]
    titles = {each.id: words.section_title(each) for each in chapters}
    found = [
        LinkLine(
            about=titles.get(each.section_id, gettext("Kaikki luvut")) if each.section_id else gettext("Kaikki luvut"),
            words=f"{each.made_by.user.name if each.made_by else ''}, {day(each.made_at)}",
            url=at(round_, "linkit", each.id, "peruminen"),
        )
        for each in rounds.section_links(round_)
        if may("link.revoke", each)
    ]
    return show(
        "statements/links.html",
        section="rounds",
        heading=gettext("Linkki verkostolle"),
        form=form,
        new_form=Form(formdata=None),
        address=at(round_, "linkit"),
        url=url,
        digest=digest,
        links=found,
        crumbs=[
            (f"/sopimukset/{agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(round_), round_name(round_)),
            (None, gettext("Linkki verkostolle")),
        ],
    )


def _again(agreement: Agreement, round_: Round, form: Form, refusal: Refused | None = None) -> Response:
    return retry(lambda: _page(agreement, round_, form), lambda: _page(agreement, round_, form), refusal)


def digest(round_: Round, section_id: UUID | None, url: str) -> str:
    """What is asked, in plain text and in the language of the agreement: ready to be pasted into a mail."""
    with force_locale(round_.agreement.language.value):
        parts = [each for each in statements.parts_of(round_, section_id=section_id) if each.chapter]
        lines = [
            f"{round_.agreement.title}: {round_.title}",
            "",
            gettext("Vastaa viimeistään %(day)s. Et tarvitse tunnuksia:", day=day(round_.last_day)),
            url,
            "",
        ]
        if round_.aims:
            lines += [markup.plain(round_.aims), ""]
        if len(parts) > 1:
            lines += [gettext("Luvut:"), *(f"- {part_title(each)}" for each in parts)]
        for part in parts if len(parts) == 1 else []:
            lines += [part_title(part).upper(), ""]
            for question in part.questions:
                lines += [gettext("Kysymme: %(question)s", question=question.text), ""]
            for placed in part.clauses:
                lines += [words.clause_title(placed), markup.plain(placed.version.text), ""]
        return "\n".join(lines).strip() + "\n"
