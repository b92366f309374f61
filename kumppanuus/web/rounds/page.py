"""The page of a round: what was asked, who has answered, who was not heard, and what was said of each clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from wtforms import HiddenField, StringField, TextAreaField

from kumppanuus import rounds, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.db import today
from kumppanuus.errors import Refused
from kumppanuus.kept import Kept
from kumppanuus.rounds import Round, RoundKind, RoundState
from kumppanuus.summaries import Silent, Summary
from kumppanuus.web import errors, language, words
from kumppanuus.web.forms import Form
from kumppanuus.web.rounds import charts
from kumppanuus.web.rounds.charts import Figure, SilentRow
from kumppanuus.web.rounds.frame import at, request_texts, screen, summary_at
from kumppanuus.web.rounds.inviting import nobody_leads
from kumppanuus.web.screen import Parts, may, me, reply, retry, say, show

_l = lazy_gettext

parts = Parts("summaries/parts.html")


class NewsForm(Form):
    """What a round tells, as a headline and a few sentences."""

    headline = StringField(_l("Otsikko"), description=_l("Kerro uutinen yhdellä lauseella."))
    lead = TextAreaField(_l("Ingressi"))
    drawn_from = HiddenField()


@dataclass(frozen=True)
class Drawn:
    """What a round brought, drawn: the same for everybody who reads it in one language."""

    figures: Markup
    chart: Markup
    sectors: Markup
    kinds: Markup
    matrix: Markup
    left_out: int
    quiet: list[str]


# What was drawn, by all that it follows from. There is nobody's name in it.
_drawn: Kept[tuple[Any, ...], Drawn] = Kept(100)


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>", may="agreement.read", endpoint="show")
def page(agreement: Agreement, round: Round) -> str | Response:
    """A round that was opened. A draft has no page but the one to write it on."""
    if round.is_draft:
        return make_response(redirect(at(round, "luonnos"), 303)) if may("round.manage") else errors.not_found()
    return draw(round, _news_form(round))


def draw(about: Round, news: NewsForm) -> str:
    """The whole page, with the form of the news as it stands."""
    shows_all = request.args.get("nayta") == "kaikki"
    state = summaries.state(about)
    summary = summaries.kept(about, state)
    drawn = _draw(about, summary, state, shows_all=shows_all)
    silent = summaries.silent(about.id)
    published = summaries.newest(about) if about.closed_at is not None else None
    return show(
        "rounds/page.html",
        section="rounds",
        round=about,
        address=at(about),
        summary_url=summary_at(about) if published and published.is_shown else "",
        facts=facts_words(about),
        lang=charts.foreign(about.agreement),
        request_texts=request_texts(about),
        drawn=drawn,
        summary=summary,
        statement_words=_statement_words(about, summary),
        silent=[_silent_row(each) for each in silent if each.declined_at is None],
        declined=[_silent_row(each) for each in silent if each.declined_at is not None],
        to_remind=len(summaries.to_remind(silent)),
        news=news if may("round.manage") else None,
        meanwhile=_meanwhile(about, news),
        RoundState=RoundState,
    )


def facts_words(about: Round) -> str:
    """The line over the heading: what kind of round, which edition, when it is open."""
    facts = {
        "kind": words.ROUND_KINDS[about.kind],
        "number": about.number,
        "edition": about.edition.name if about.edition else "",
    }
    if about.closed_at is not None:
        closed = language.plain_day(about.closed_at)
        return gettext("%(kind)s %(number)s, luonnos %(edition)s. Suljettu %(closed)s.", closed=closed, **facts)
    days = language.days(about.opened_at, about.last_day) if about.opened_at else language.plain_day(about.last_day)
    return gettext("%(kind)s %(number)s, luonnos %(edition)s. Avoinna %(days)s.", days=days, **facts)


# ---------------------------------------------------------------- the news


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/uutinen", may="round.manage")
def write_news(agreement: Agreement, round: Round) -> Response:
    """Write the headline and the lead of a round, or take them away."""
    form = NewsForm()
    form.validate()
    try:
        rounds.write_news(
            round,
            headline=form.headline.data or "",
            lead=form.lead.data or "",
            drawn_from=form.drawn_from.data or "",
            by=me().id,
        )
    except Refused as refusal:
        form.refuse(refusal)
        if refusal.status == 409:
            form.drawn_from.data = round.news_state
        return retry(lambda: parts.news(form, at(round), _meanwhile(round, form)), lambda: draw(round, form), refusal)
    say(gettext("Otsikko on tallennettu.") if round.headline else gettext("Otsikko on poistettu."))
    return reply(otherwise=at(round))


def _news_form(about: Round) -> NewsForm:
    form = NewsForm(formdata=None, data={"headline": about.headline, "lead": about.lead})
    form.drawn_from.data = about.news_state
    return form


def _meanwhile(about: Round, form: NewsForm) -> str:
    """What somebody else has written since the form was drawn, if that is why it was refused."""
    return " ".join(filter(None, (about.headline, about.lead))) if form.form_errors or form.headline.errors else ""


# ---------------------------------------------------------------- what it brought


def _draw(about: Round, summary: Summary, state: str, *, shows_all: bool) -> Drawn:
    def draw() -> Drawn:
        agreement = about.agreement
        chart = charts.chart(summary, agreement, shows_all=shows_all)
        return Drawn(
            figures=_safe(parts.figures(_figures(about, summary))),
            chart=_safe(parts.chart(chart)),
            sectors=_safe(parts.sectors(charts.sectors(summary))),
            kinds=_safe(parts.kinds(charts.kinds(summary))),
            matrix=_safe(parts.matrix(charts.matrix(summary, agreement, shows_all=shows_all))),
            left_out=chart.left_out,
            quiet=[place.label for place in summary.quiet],
        )

    key = (about.id, state, language.language(), about.last_day >= today(), today(), shows_all)
    return _drawn.of(key, draw)


def _safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - a macro escapes what it is given


def _figures(about: Round, summary: Summary) -> list[Figure]:
    whole = summary.whole
    is_consultation = about.kind is RoundKind.CONSULTATION
    said = (
        ngettext("kanta tai huomautus", "kantaa ja huomautusta", whole.remarks)
        if is_consultation
        else ngettext("kommentti", "kommenttia", whole.remarks)
    )
    figures = [
        Figure(whole.answered, ngettext("kutsuttu on vastannut", "kutsuttua on vastannut", whole.answered), whole.asked)
    ]
    if whole.uninvited:
        figures.append(Figure(whole.uninvited, ngettext("muu vastaus", "muuta vastausta", whole.uninvited)))
    figures += [Figure(whole.remarks, said), Figure(summary.unanswered, gettext("käsittelemättä"))]
    if summary.wordings:
        words_of = ngettext("muutosehdotus tekstiin", "muutosehdotusta tekstiin", summary.wordings)
        figures.append(Figure(summary.wordings, words_of))
    left = (about.last_day - today()).days
    if about.state is RoundState.OPEN:
        figures.append(Figure(left, ngettext("päivä jäljellä", "päivää jäljellä", left)))
    elif about.state is RoundState.LATE:
        figures.append(Figure(-left, ngettext("päivä yli määräajan", "päivää yli määräajan", -left)))
    return figures


def _statement_words(about: Round, summary: Summary) -> str:
    """How the answers came: "30 vastausta: verkossa 20, puhelimella 10. Myöhässä tuli 1."."""
    if not summary.statements:
        return ""
    came = ", ".join(f"{str(words.CHANNELS[each]).lower()} {count}" for each, count in summary.channels.items())
    sentences = [ngettext("%(num)s vastaus: %(came)s.", "%(num)s vastausta: %(came)s.", summary.statements, came=came)]
    if summary.people:
        sentences.append(gettext("Vastausten takana on kerrottu olevan %(people)s ihmistä.", people=summary.people))
    if summary.late:
        sentences.append(ngettext("Myöhässä tuli %(num)s vastaus.", "Myöhässä tuli %(num)s vastausta.", summary.late))
    if summary.hidden:
        sentences.append(
            ngettext(
                "%(num)s kommentti on piilotettu, eikä sitä lasketa.",
                "%(num)s kommenttia on piilotettu, eikä niitä lasketa.",
                summary.hidden,
            )
        )
    return " ".join(sentences)


def _silent_row(each: Silent) -> SilentRow:
    told = []
    if each.declined_at is not None:
        told.append(gettext("Ilmoitti, ettei vastaa %(day)s.", day=language.plain_day(each.declined_at)))
        told.append(each.decline_reason)
    elif each.reminded_at is not None:
        told.append(gettext("Muistutettu %(day)s.", day=language.plain_day(each.reminded_at)))
    if not each.has_address and each.declined_at is None and may("round.manage"):  # whoever can remind has to know
        told.append(nobody_leads() if each.is_body else gettext("Ei sähköpostiosoitetta."))
    return SilentRow(each.name, " ".join(filter(None, told)))
