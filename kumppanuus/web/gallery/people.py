"""People: the door, one's own page, and the members."""

from __future__ import annotations

from uuid import UUID

from kumppanuus.web.account import MembershipView, SessionView
from kumppanuus.web.forms import Form
from kumppanuus.web.gallery.shelf import AT, Section, Shown, Specimen, agreement, specimen
from kumppanuus.web.members import AddForm, ChangeForm, Known, MemberView
from kumppanuus.web.signin import AskForm, CodeForm, PersonForm, PersonView

signin, account, members = Shown("signin/parts.html"), Shown("account/parts.html"), Shown("members/parts.html")


def sections() -> list[Section]:
    """The door, the own page and the members."""
    return [Section("Kirjautuminen", _door()), Section("Oma sivu", _own()), Section("Osallistujat", _members())]


def _door() -> list[Specimen]:
    ask, code, spent = AskForm(formdata=None), CodeForm(formdata=None), Form(formdata=None)
    wrong_ask, wrong_code = AskForm(formdata=None), CodeForm(formdata=None)
    wrong_ask.address.errors = ["Kirjoita sähköpostiosoite"]
    wrong_code.code.errors = ["Koodi ei kelpaa. Tarkista se viestistä."]
    spent.form_errors.append("Linkki on jo käytetty tai vanhentunut.")
    person = PersonView(PersonForm(formdata=None), "Aino Heikkilä", "Järjestön edustaja")
    return [
        specimen("Pyydä viesti", signin.ask(ask)),
        specimen("Pyydä viesti: virhe", signin.ask(wrong_ask)),
        specimen("Koodi viestistä", signin.code(code)),
        specimen("Väärä koodi", signin.code(wrong_code)),
        specimen("Linkki viestistä", signin.enter(Form(formdata=None), "#")),
        specimen("Linkki on käytetty", signin.enter(spent, "#")),
        specimen("Kokeilun henkilö", signin.person(person), inside="ul.people"),
    ]


def _own() -> list[Specimen]:
    here = SessionView(UUID(int=70), "Firefox, Linux", AT, AT, True, Form(formdata=None))
    there = SessionView(UUID(int=71), "Safari, iPhone", AT, AT, False, Form(formdata=None))
    member = MembershipView("malli", "Kumppanuussopimus", ["Järjestön edustaja", "Hyväksyy järjestöjen puolesta"])
    return [
        specimen("Kirjautumiset", account.session(here), account.session(there), inside="ul"),
        specimen("Sopimukseni", account.membership(member), inside="ul"),
    ]


def _members() -> list[Specimen]:
    plain = MemberView(
        UUID(int=80),
        "Aino Heikkilä",
        "Järjestön edustaja, Omaishoitajat ry",
        "Hyväksyy järjestöjen puolesta",
        "aino@kumppanuus.example",
        "#",
    )
    other = MemberView(UUID(int=81), "Outi Salonen", "Lukija", "", "", "")
    known = Known(["Järvi-Suomen Omaishoitajat ry"], ["Omais- ja läheistyön verkosto"])
    hints = {"coordinator": "Kirjoittaa tekstiä ja vastaa kommentteihin."}
    add, wrong = AddForm(agreement(), formdata=None), AddForm(agreement(), formdata=None)
    change = ChangeForm(agreement(), formdata=None, data={"role": "official", "side": "authority"})
    wrong.address.errors, wrong.role.errors = ["Kirjoita sähköpostiosoite"], ["Valitse rooli"]
    return [
        specimen("Rivit", members.row(plain), members.row(other), inside="div.sheet ul"),
        specimen("Lisääminen", members.add(add, "#", known, hints)),
        specimen("Lisääminen: virheet", members.add(wrong, "#", known, hints)),
        specimen("Muuttaminen", members.change(change, "#", known, hints)),
        specimen("Joku muu ehti ensin", members.change(change, "#", known, hints, "Viranhaltija, hyvinvointialue")),
    ]
