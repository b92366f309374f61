"""People: the door, one's own page, and the members."""

from __future__ import annotations

from uuid import UUID

from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from kumppanuus.notifications import Rhythm
from kumppanuus.oidc import Provider
from kumppanuus.web.account import IdentityView, MembershipView, RhythmForm, SessionView
from kumppanuus.web.following import ChoiceView
from kumppanuus.web.forms import Form
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.invitations import JoinForm
from kumppanuus.web.known import KnownGroup, KnownView, Place
from kumppanuus.web.members import ChangeForm, GuestView, InviteForm, Known, MemberView
from kumppanuus.web.own_data import AddressForm, RemovalForm
from kumppanuus.web.signin import AskForm, CodeForm, PersonForm, PersonView

signin, account, members = Shown("signin/parts.html"), Shown("account/parts.html"), Shown("members/parts.html")
oidc = Shown("oidc/parts.html")
invitations, own_data = Shown("invitations/parts.html"), Shown("own_data/parts.html")


PROVIDER = Provider("https://tunnukset.example.fi", "kumppanuus", "x", "Alue", frozenset(), False, False)


class EveryHeir(Form):
    """What a handover asks, with somebody to choose."""

    heir = SelectField("Kuka ottaa tehtävät vastaan", choices=[SelectChoice("", "Valitse henkilö")])
    makes_coordinator = BooleanField("Tee hänestä myös koordinaattori")


def sections() -> list[Section]:
    """The door, the own page and the members."""
    return [
        Section("Kirjautuminen", _door()),
        Section("Oma sivu", _own()),
        Section("Omat tiedot", _own_data()),
        Section("Osallistujat", _members()),
    ]


def _door() -> list[Specimen]:
    ask, code, spent = AskForm(formdata=None), CodeForm(formdata=None), Form(formdata=None)
    wrong_ask, wrong_code = AskForm(formdata=None), CodeForm(formdata=None)
    wrong_ask.address.errors = ["Kirjoita sähköpostiosoite"]
    wrong_code.code.errors = ["Koodi ei kelpaa. Tarkista se viestistä."]
    spent.form_errors.append("Linkki on jo käytetty tai vanhentunut.")
    person = PersonView(PersonForm(formdata=None), "Aino Heikkilä", "Järjestön edustaja")
    return [
        specimen("Pyydä viesti", signin.ask(ask, None)),
        specimen("Pyydä viesti: virhe", signin.ask(wrong_ask, None)),
        specimen("Pyydä viesti tai kirjaudu tunnuksilla", signin.ask(AskForm(formdata=None), PROVIDER)),
        specimen("Kirjaudu tunnuksilla", oidc.enter(Form(formdata=None))),
        specimen("Koodi viestistä", signin.code(code)),
        specimen("Väärä koodi", signin.code(wrong_code)),
        specimen("Linkki viestistä", signin.enter(Form(formdata=None), "#")),
        specimen("Linkki on käytetty", signin.enter(spent, "#")),
        specimen("Kokeilun henkilö", signin.person(person), inside="ul.people"),
    ]


def _own() -> list[Specimen]:
    here = SessionView(UUID(int=70), "Firefox, Linux", AT, AT, True, Form(formdata=None))
    there = SessionView(UUID(int=71), "Safari, iPhone", AT, AT, False, Form(formdata=None))
    tied = IdentityView(UUID(int=72), PROVIDER.name, AT, True, Form(formdata=None))
    bound = IdentityView(UUID(int=73), PROVIDER.name, AT, False, Form(formdata=None))
    member = MembershipView("malli", "Kumppanuussopimus", ["Järjestön edustaja", "Hyväksyy järjestöjen puolesta"])
    return [
        specimen("Kirjautumiset", account.session(here), account.session(there), inside="ul"),
        specimen("Tunnukset", *(account.identity(each) for each in (tied, bound)), inside="ul"),
        specimen("Sähköpostit", account.mailing(RhythmForm(formdata=None, rhythm=Rhythm.WEEKLY.value))),
        specimen("Valinta", account.choice(ChoiceView("3.4 Kokoukset", "Kumppanuussopimus", "#", True)), inside="ul"),
        specimen("Sopimukseni", account.membership(member), inside="ul"),
    ]


def _own_data() -> list[Specimen]:
    wrong, spent, unsure = AddressForm(formdata=None), Form(formdata=None), RemovalForm(formdata=None)
    wrong.address.errors = ["Tämä on jo osoitteesi. Kirjoita toinen osoite."]
    spent.form_errors.append("Linkki tai koodi on vanhentunut. Pyydä uusi viesti.")
    unsure.is_sure.errors = ["Merkitse, että ymmärrät"]
    rows = [
        KnownView(
            "Kannatit kommenttia", "2.3.2026–13.3.2026", times="20 kertaa", place=Place("Kumppanuussopimus", "#")
        ),
        KnownView("Kommentoit", "17.3.2026", "Miksi vain kaksi kokousta?", place=Place("Kumppanuussopimus", "#")),
    ]
    return [
        specimen("Osoitteen vaihto", own_data.address(AddressForm(formdata=None))),
        specimen("Osoitteen vaihto: virhe", own_data.address(wrong)),
        specimen("Osoitteen vahvistus", own_data.confirm(Form(formdata=None), "#")),
        specimen("Vahvistus on vanhentunut", own_data.confirm(spent, "#")),
        specimen("Mitä tiedetään", own_data.group(KnownGroup("kommentit", "Kommentit ja kannatukset", 22, 1, rows))),
        specimen("Poistaminen", own_data.removal(RemovalForm(formdata=None))),
        specimen("Poistaminen: virhe", own_data.removal(unsure)),
    ]


def _members() -> list[Specimen]:
    plain = MemberView(
        UUID(int=80),
        "Aino Heikkilä",
        "Järjestön edustaja, Omaishoitajat ry",
        "Hyväksyy järjestöjen puolesta",
        "aino@kumppanuus.example",
        "#",
        "Kirjautuneena viimeksi 17.3.2026.",
        "Posti ei mene perille 16.3.2026 alkaen.",
    )
    other = MemberView(UUID(int=81), "Outi Salonen", "Lukija", "", "", "")
    known = Known(["Järvi-Suomen Omaishoitajat ry"], ["Omais- ja läheistyön verkosto"])
    hints = {"coordinator": "Kirjoittaa tekstiä ja vastaa kommentteihin."}
    invite, wrong = InviteForm(agreement(), formdata=None), InviteForm(agreement(), formdata=None)
    heir, nobody = EveryHeir(formdata=None), EveryHeir(formdata=None)
    nobody.heir.errors = ["Valitse, kuka ottaa tehtävät vastaan"]
    join, nameless = JoinForm(formdata=None), JoinForm(formdata=None)
    nameless.name.errors = ["Kirjoita nimi"]
    change = ChangeForm(agreement(), formdata=None, data={"role": "official", "side": "authority"})
    wrong.addresses.errors, wrong.role.errors = ["Kirjoita sähköpostiosoite"], ["Valitse rooli"]
    return [
        specimen("Rivit", members.row(plain), members.row(other), inside="div.sheet ul"),
        specimen("Osoite", members.address("aino@kumppanuus.example"), inside="p"),
        specimen("Kutsuminen", members.invite(invite, "#", known, hints)),
        specimen("Kutsuminen: virheet", members.invite(wrong, "#", known, hints)),
        specimen(
            "Odottavat kutsut", *(members.guest(each, Form(formdata=None)) for each in _guests()), inside="div.sheet ul"
        ),
        specimen("Tehtävien siirto", members.handover(heir, "#", "2 avointa kysymystä")),
        specimen("Tehtävien siirto: virhe", members.handover(nobody, "#", "")),
        specimen("Liittyminen", invitations.join(join, "#")),
        specimen("Liittyminen, kun on jo tili", invitations.join(Form(formdata=None), "#")),
        specimen("Liittyminen: virhe", invitations.join(nameless, "#")),
        specimen("Muuttaminen", members.change(change, "#", known, hints)),
        specimen("Joku muu ehti ensin", members.change(change, "#", known, hints, "Viranhaltija, hyvinvointialue")),
    ]


def _guests() -> list[GuestView]:
    waits = "Kutsu on voimassa 1.4.2026 asti."
    return [
        GuestView(UUID(int=82), "lea@kumppanuus.example", "", "Lukija", "", waits, False, "#"),
        GuestView(
            UUID(int=83),
            "Olli Ojala",
            "olli@kumppanuus.example",
            "Järjestön edustaja, Kyläyhdistys ry",
            "Hyväksyy järjestöjen puolesta",
            "Kutsu vanheni 1.3.2026.",
            True,
            "#",
        ),
    ]
