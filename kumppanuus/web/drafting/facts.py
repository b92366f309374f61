"""What stands outside the clauses: title, parties, case number, signatures; and names for drafts."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, StringField, TextAreaField

from kumppanuus import accounts, agreements
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import again, agreement_url, screen
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.screen import me, reply, say, show

_l = lazy_gettext

FACTS = ("title", "authority_name", "body_name", "case_number", "signature_text")


class FactsForm(Form):
    """What stands outside the clauses. `base` stands for the facts that were shown."""

    title = StringField(_l("Sopimuksen nimi"), [Written(_l("Kirjoita sopimuksen nimi"))])
    authority_name = StringField(
        _l("Hyvinvointialueen tai kunnan nimi"),
        [Written(_l("Kirjoita hyvinvointialueen tai kunnan nimi"))],
    )
    body_name = StringField(
        _l("Järjestöjen yhteistyöelimen nimi"),
        [Written(_l("Kirjoita yhteistyöelimen nimi"))],
    )
    case_number = StringField(_l("Asianumero"))
    signature_text = TextAreaField(
        _l("Allekirjoitusosa"), description=_l("Teksti tulee sopimuksen loppuun allekirjoituksia varten.")
    )
    base = HiddenField()


class EditionForm(Form):
    """A name for the text as it is now."""

    name = StringField(_l("Luonnoksen nimi"), [Written(_l("Kirjoita nimi"))], description=_l("Esimerkiksi 0.8."))


@screen.page("/sopimukset/<agreement>/tiedot", may="agreement.write")
def facts(agreement: Agreement) -> str:
    return _page(agreement)


@screen.deed("/sopimukset/<agreement>/tiedot", may="agreement.write")
def save_facts(agreement: Agreement) -> Response:
    form = FactsForm()
    if not form.validate():
        return again(lambda: _page(agreement, form))
    try:
        agreements.edit(agreement, **{name: form[name].data for name in FACTS}, base=form.base.data or "", by=me().id)
    except agreements.EditedMeanwhile as refusal:
        form.base.data = agreement.facts_digest
        return again(lambda: _page(agreement, form, is_stale=True), refusal)
    except Refused as refusal:
        return again(lambda: _page(agreement, form), refusal, form)
    say(gettext("Sopimuksen tiedot on tallennettu."))
    return reply(otherwise=f"{agreement_url(agreement)}/tiedot")


@screen.deed("/sopimukset/<agreement>/luonnokset", may="agreement.write")
def freeze(agreement: Agreement) -> Response:
    form = EditionForm()
    if not form.validate():
        return again(lambda: _page(agreement, edition_form=form))
    try:
        edition = agreements.freeze(agreement, form.name.data, by=me().id)
    except Refused as refusal:
        return again(lambda: _page(agreement, edition_form=form), refusal, form)
    say(gettext("Nimesit luonnoksen: %(name)s", name=edition.name))
    return reply(otherwise=f"{agreement_url(agreement)}/tiedot#luonnokset")


def _page(
    agreement: Agreement,
    form: FactsForm | None = None,
    *,
    edition_form: EditionForm | None = None,
    is_stale: bool = False,
) -> str:
    now = {name: getattr(agreement, name) for name in FACTS}
    form = form or FactsForm(formdata=None, data={**now, "base": agreement.facts_digest})
    named = agreements.editions(agreement)
    return show(
        "drafting/facts.html",
        section="agreement",
        agreement=agreement,
        form=form,
        edition_form=edition_form or EditionForm(formdata=None),
        # After a conflict: what stands there now, wherever it is not what was typed.
        meanwhile=[(form[name].label.text, now[name]) for name in FACTS if is_stale and now[name] != form[name].data],
        is_stale=is_stale,
        named=named,
        names=accounts.names(each.frozen_by_id for each in named),
        kind=words.KINDS[agreement.kind],
        text_language=words.TEXT_LANGUAGES[agreement.language],
        crumbs=[(agreement_url(agreement), gettext("Sopimus")), (None, gettext("Sopimuksen tiedot"))],
    )
