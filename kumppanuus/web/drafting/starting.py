"""Starting an agreement: from the model text, from an earlier agreement or from nothing."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from kumppanuus import agreements, members, policy, questions, starters
from kumppanuus.agreements import Agreement, AgreementKind, Side, TextLanguage
from kumppanuus.errors import Refused
from kumppanuus.text.collation import sort_key
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import again, agreement_url, screen
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.screen import me, reply, say, show

_l = lazy_gettext

MODEL, EARLIER, NOTHING, NEITHER = "model", "earlier", "nothing", "neither"


class StartForm(Form):
    """What an agreement is started from, and whose side the starter is on."""

    source = RadioField(
        _l("Mistä aloitat?"),
        [Chosen(_l("Valitse, mistä aloitat"))],
        choices=[
            SelectChoice(MODEL, _l("Mallitekstistä")),
            SelectChoice(EARLIER, _l("Aiemmasta sopimuksesta")),
            SelectChoice(NOTHING, _l("Tyhjästä")),
        ],
    )
    origin = SelectField(
        _l("Aiempi sopimus"),
        description=_l("Valitse, jos aloitat aiemmasta sopimuksesta. Myös kieli tulee siitä."),
        validate_choice=False,  # one that is not offered is refused as none
    )
    language = RadioField(
        _l("Sopimustekstin kieli"),
        [Chosen(_l("Valitse sopimustekstin kieli"))],
        choices=[SelectChoice(TextLanguage.FI.value, _l("Suomi")), SelectChoice(TextLanguage.SV.value, _l("Ruotsi"))],
    )
    kind = SelectField(
        _l("Millainen asiakirja?"),
        [Chosen(_l("Valitse asiakirjan laji"))],
        choices=[SelectChoice(each.value, words.KINDS[each]) for each in AgreementKind],
    )
    title = StringField(
        _l("Sopimuksen nimi"),
        [Written(_l("Kirjoita sopimuksen nimi"))],
        description=_l("Esimerkiksi Järvi-Suomen kumppanuussopimus 2026–2029."),
    )
    authority_name = StringField(
        _l("Hyvinvointialueen tai kunnan nimi"),
        [Written(_l("Kirjoita hyvinvointialueen tai kunnan nimi"))],
    )
    body_name = StringField(
        _l("Järjestöjen yhteistyöelimen nimi"),
        [Written(_l("Kirjoita yhteistyöelimen nimi"))],
        description=_l("Esimerkiksi kumppanuuspöytä tai järjestöneuvottelukunta."),
    )
    case_number = StringField(_l("Asianumero"))
    side = RadioField(
        _l("Kumpaa osapuolta edustat?"),
        [Chosen(_l("Valitse, kumpaa osapuolta edustat"))],
        choices=[
            SelectChoice(Side.AUTHORITY.value, _l("Hyvinvointialuetta tai kuntaa")),
            SelectChoice(Side.ORGANISATIONS.value, _l("Järjestöjä")),
            SelectChoice(NEITHER, _l("En kumpaakaan")),
        ],
        description=_l("Sinusta tulee sopimuksen koordinaattori."),
    )
    with_questions = BooleanField(
        _l("Ota mukaan avoimet kysymykset"),
        description=_l(
            "Ne ovat asioita, jotka osapuolten pitää yhdessä ratkaista: 13 mallista tai aiemman sopimuksen omat."
        ),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._earlier: dict[str, Agreement] = {}
        if self.origin is None:  # a form of this kind that brings its own text
            return
        self._earlier = {str(each.id): each for each in policy.visible_agreements(me())}
        found = [(key, f"{each.title} ({each.authority_name})") for key, each in self._earlier.items()]
        self.origin.choices = [("", gettext("Ei mitään")), *sorted(found, key=lambda choice: sort_key(choice[1]))]
        if not found:
            self.source.choices = [choice for choice in self.source.choices if choice.value != EARLIER]

    @property
    def is_earlier_offered(self) -> bool:
        return bool(self._earlier)

    def chosen(self) -> Agreement | None:
        """The earlier agreement to start from, one that the person may read."""
        return self._earlier.get(self.origin.data or "") if self.source.data == EARLIER else None

    def validate_origin(self, origin: Any) -> None:
        if self.source.data == EARLIER and self.chosen() is None:
            raise ValidationError(gettext("Valitse aiempi sopimus"))


@screen.page("/sopimukset/uusi", may="agreement.start")
def new() -> str:
    usual = {
        "source": MODEL,
        "kind": AgreementKind.PARTNERSHIP_AGREEMENT.value,
        "language": TextLanguage.FI.value,
        "with_questions": True,
    }
    return _page(StartForm(formdata=None, data=usual))


@screen.deed("/sopimukset", may="agreement.start")
def start() -> Response:
    form, by = StartForm(), me().id
    if not form.validate():
        return again(lambda: _page(form))
    origin = form.chosen()
    try:
        agreement = agreements.start(
            title=form.title.data,
            kind=AgreementKind(form.kind.data),
            authority_name=form.authority_name.data,
            body_name=form.body_name.data,
            case_number=form.case_number.data,
            language=TextLanguage(form.language.data),
            from_model=form.source.data == MODEL,
            origin=origin,
            by=by,
        )
    except Refused as refusal:
        return again(lambda: _page(form), refusal, form)
    side = None if form.side.data == NEITHER else Side(form.side.data)
    members.begin(agreement, me(), side=side, by=by)
    if form.with_questions.data:
        questions.open_register(agreement, origin=origin, by=by)
    say(gettext("Sopimus on aloitettu. Olet sen koordinaattori."))
    return reply(otherwise=agreement_url(agreement))


def _page(form: StartForm) -> str:
    model = starters.model_agreement()
    size = gettext(
        "%(chapters)s lukua, %(clauses)s kohtaa ja %(annexes)s liitettä.",
        chapters=len(model.sections),
        clauses=sum(len(each.clauses) for each in model.sections),
        annexes=len(model.annexes),
    )
    hints = {
        MODEL: f"{size} {gettext('Malli on suomeksi, ja se on kirjoitettu hyvinvointialueelle.')}",
        EARLIER: gettext(
            "Luvut ja kohdat tulevat mukaan. Hyväksynnät, kommentit, osallistujat ja allekirjoittajat eivät."
        ),
        NOTHING: gettext("Lisäät luvut ja kohdat itse."),
        TextLanguage.SV.value: gettext("Malliteksti on vain suomeksi: aloita tyhjästä."),
    }
    return show("drafting/new.html", section="agreement", form=form, hints=hints)
