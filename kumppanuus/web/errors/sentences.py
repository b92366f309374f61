"""What each refusal says to the person, by its class."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    errors,
    feedback,
    handover,
    jobs,
    limits,
    members,
    oidc,
    organisations,
    questions,
    responses,
    rounds,
    statements,
    suggestions,
    summaries,
)
from kumppanuus.documents import assemble, comparison, intake, takeback, unreadable
from kumppanuus.errors import Refused
from kumppanuus.web import language

_l = lazy_gettext

# Class of the refusal → its sentence. Where a field matters, (class, field) comes first.
SENTENCES: dict[type[Refused] | tuple[type[Refused], str], Any] = {
    errors.Empty: _l("Kirjoita teksti"),
    (errors.Empty, "reason"): _l("Kirjoita perustelu"),
    (errors.Empty, "response"): _l("Kirjoita vastaus"),
    (errors.Empty, "title"): _l("Kirjoita otsikko"),
    (errors.Empty, "name"): _l("Kirjoita nimi"),
    errors.Unwritable: _l("Tekstissä on merkkejä, joita ei voi tallentaa. Poista ne ja yritä uudelleen."),
    errors.Conflict: _l("Joku muu ehti ensin. Tekstisi on tallessa."),
    accounts.BadAddress: _l("Kirjoita sähköpostiosoite näin: nimi@esimerkki.fi"),
    accounts.SameAddress: _l("Tämä on jo osoitteesi. Kirjoita toinen osoite."),
    accounts.LinkSpent: _l("Linkki tai koodi on vanhentunut. Pyydä uusi viesti."),
    accounts.Disabled: _l("Tili on suljettu."),
    accounts.AddressUnproven: _l("Tunnuksista ei selvinnyt osoitteesi. Kirjaudu sähköpostilla."),
    accounts.TiedToOther: _l("Tiliisi on liitetty toiset tunnukset. Pyydä koordinaattorilta apua."),
    accounts.OnlyWayIn: _l("Osoitteellasi kirjaudutaan vain näillä tunnuksilla. Niitä ei voi irrottaa."),
    oidc.Unreachable: _l("Tunnusten tarkistus ei vastaa. Yritä uudelleen hetken kuluttua."),
    oidc.Denied: _l("Kirjautuminen tunnuksilla jäi kesken. Yritä uudelleen."),
    oidc.NotBegun: _l("Kirjautuminen on vanhentunut tai jo käytetty. Aloita alusta."),
    oidc.Untrusted: _l("Tunnuksiasi ei voitu tarkistaa. Yritä uudelleen. Jos vika toistuu, kerro koordinaattorille."),
    agreements.Stale: _l("Joku muutti kohtaa samaan aikaan. Oma tekstisi on tallessa."),
    agreements.Unchanged: _l("Teksti on sama kuin ennen. Muuta tekstiä ennen tallennusta."),
    agreements.Removed: _l("Kohta on poistettu sopimuksesta. Palauta se ennen muokkausta."),
    agreements.NotRemoved: _l("Kohta on jo sopimuksessa."),
    agreements.TooComplex: _l("Tekstissä on liikaa sulkeita tai sisäkkäisiä luetteloita. Yksinkertaista tekstiä."),
    agreements.NoPlace: _l("Tälle ei löydy paikkaa. Päivitä sivu ja yritä uudelleen."),
    agreements.NotEmpty: _l("Luvussa on vielä kohtia. Siirrä tai poista ne ensin."),
    agreements.SectionGone: _l("Kohdan luku on poistettu. Palauta luku ensin."),
    agreements.SamePlace: _l("Kohta on jo tässä paikassa. Valitse toinen paikka."),
    agreements.NoModel: _l("Malliteksti on vain suomeksi. Aloita tyhjästä tai valitse kieleksi suomi."),
    agreements.EditedMeanwhile: _l("Joku muutti tietoja samaan aikaan. Oma tekstisi on tallessa."),
    (errors.Empty, "value_0"): _l("Kirjoita ainakin yksi tieto"),
    agreements.NotGone: _l("Luku on jo sopimuksessa."),
    agreements.NameTaken: _l("Tämän niminen luonnos on jo olemassa. Kirjoita toinen nimi."),
    approvals.OtherWording: _l("Kohdan teksti on muuttunut. Lue uusi teksti ennen kuin hyväksyt sen."),
    approvals.NotGiven: _l("Hyväksyntää ei ole annettu, joten sitä ei voi perua."),
    approvals.IsAgreed: _l("Kohta on jo sovittu. Avaa se uudelleen, jos teksti pitää muuttaa."),
    approvals.NotAgreed: _l("Kohtaa ei ole vielä sovittu, joten sitä ei tarvitse avata."),
    approvals.NothingToApprove: _l("Mitään kohtaa ei ole valittu."),
    approvals.TooLateToUndo: _l("Tätä ei voi enää kumota. Pyydä kohdan avaamista uudelleen."),
    comments.Closed: _l("Kohta on poistettu sopimuksesta. Voit lukea kommentit."),
    comments.KindNeeded: _l("Valitse, millainen kommenttisi on"),
    comments.NotYourVoice: _l("Et voi kommentoida tämän tahon nimissä."),
    comments.NotYours: _l("Voit muokata vain omaa kommenttiasi."),
    comments.Answered: _l("Kommenttiin on jo vastattu, joten sitä ei voi enää muokata."),
    comments.NoReplyToReply: _l("Vastaa alkuperäiseen kommenttiin."),
    comments.OwnComment: _l("Et voi kannattaa omaa kommenttiasi."),
    handover.NoHeir: _l("Valitse, kuka ottaa tehtävät vastaan"),
    handover.NothingToGive: _l("Siirrettävää ei ole. Mitään ei muuttunut."),
    members.NobodyInvited: _l("Kirjoita ainakin yksi sähköpostiosoite"),
    members.OtherAddress: _l("Kutsu on toiseen osoitteeseen kuin tunnuksesi. Pyydä koordinaattorilta uusi kutsu."),
    members.InvitationSpent: _l("Kutsu ei ole enää voimassa. Pyydä koordinaattorilta uusi."),
    feedback.AnsweredBefore: _l("Joku on jo vastannut tähän palautteeseen. Tekstisi on alla."),
    members.NotYourOwnRight: _l("Et voi antaa hyväksymisoikeutta itsellesi. Pyydä toista koordinaattoria."),
    members.SideNeeded: _l("Valitse osapuoli"),
    members.WrongSide: _l("Rooli ja osapuoli eivät sovi yhteen."),
    members.LastCoordinator: _l("Sopimuksella pitää olla ainakin yksi koordinaattori."),
    members.Ended: _l("Osallistuminen on jo päättynyt."),
    members.ChangedMeanwhile: _l(
        "Joku muutti osallistujan tietoja samaan aikaan. Tarkista tiedot ja tallenna uudelleen."
    ),
    organisations.OrganisationGone: _l("Järjestö on poistettu luettelosta."),
    organisations.OrganisationChangedMeanwhile: _l(
        "Joku muutti järjestön tietoja samaan aikaan. Tarkista tiedot ja tallenna uudelleen."
    ),
    organisations.BadBusinessId: _l("Tarkista Y-tunnus. Se on muotoa 1234567-1."),
    organisations.NoSuchSector: _l("Toimiala on poistettu. Valitse toinen."),
    organisations.NotATable: _l("Taulukosta puuttuu otsikko nimi tai rivit sen alta."),
    organisations.SectorTaken: _l("Tämän niminen toimiala on jo olemassa. Kirjoita toinen nimi."),
    organisations.SectorsListedAlready: _l("Sopimuksella on jo toimialoja. Lisää puuttuvat yksitellen."),
    organisations.SectorInUse: _l("Toimialalla on järjestöjä tai paikkoja. Siirrä ne ensin toiselle toimialalle."),
    organisations.SectorChangedMeanwhile: _l(
        "Joku muutti toimialaa samaan aikaan. Tarkista nimet ja tallenna uudelleen."
    ),
    organisations.BodyTaken: _l("Tämän niminen toimielin on jo olemassa. Kirjoita toinen nimi."),
    organisations.BodyChangedMeanwhile: _l("Joku muutti tietoja samaan aikaan. Tarkista ne ja tallenna uudelleen."),
    organisations.BodyGone: _l("Toimielin on poistettu."),
    organisations.Held: _l("Paikalla on haltija. Päätä ensin hänen kautensa."),
    organisations.SeatGone: _l("Paikka on poistettu."),
    organisations.EndsBeforeItBegins: _l("Viimeinen päivä on ennen ensimmäistä. Korjaa päivät."),
    organisations.PastTerm: _l("Viimeinen päivä on jo mennyt. Valitse päivä, joka on vielä edessä."),
    organisations.TermOver: _l("Kausi on jo päättynyt."),
    organisations.ForeignSector: _l("Toimiala on poistettu. Valitse toinen."),
    questions.NotAllowedMove: _l("Kysymystä ei voi siirtää tähän vaiheeseen."),
    (questions.Needs, "solution"): _l("Kirjoita ehdotus ratkaisuksi"),
    (questions.Needs, "outcome"): _l("Kirjoita, mitä sovittiin"),
    (questions.Needs, "reason"): _l("Kirjoita perustelu"),
    (questions.Needs, "next_on"): _l("Kirjoita seuraava käsittelypäivä"),
    questions.PastDay: _l("Valitse päivä, joka on vielä edessä"),
    questions.MovedMeanwhile: _l(
        "Joku päivitti kysymystä samaan aikaan. Tekstisi on tallessa. Tarkista tilanne ja lähetä uudelleen."
    ),
    questions.NotAdmitted: _l("Kysymystä ei ole vielä otettu luetteloon."),
    questions.AlreadyDecided: _l("Kysymyksestä on jo päätetty."),
    questions.TooLateToUndo: _l("Tätä ei voi enää kumota."),
    questions.NotHere: _l("Valitse tästä sopimuksesta."),
    rounds.NotOpened: _l("Kierrosta ei ole vielä avattu."),
    rounds.OpenedAlready: _l("Kierros on jo avattu, joten pyyntöä ei voi enää muuttaa."),
    rounds.RequestChanged: _l(
        "Joku muutti kierroksen luonnosta samaan aikaan. Tekstisi on tallessa. Tarkista se ja tallenna uudelleen."
    ),
    rounds.NewsChanged: _l(
        "Joku muutti samaa tekstiä samaan aikaan. Oma tekstisi on tallessa. Tarkista se ja tallenna uudelleen."
    ),
    rounds.NothingAsked: _l("Kirjoita pyyntöön ensin, mistä on kyse tai mihin pyritään."),
    rounds.NoText: _l("Kierroksen tekstissä ei ole yhtään kohtaa. Tarkista, mistä luvuista kysytään."),
    rounds.PastDay: _l("Viimeinen vastauspäivä on jo mennyt. Valitse päivä, joka on vielä edessä."),
    rounds.NotInText: _l("Luku on poistettu sopimuksesta. Valitse luvut uudelleen."),
    rounds.Nobody: _l("Valitse ainakin yksi."),
    rounds.NobodyNew: _l("Kaikki valitut on jo kutsuttu."),
    rounds.NotListed: _l("Joku valituista on poistettu luettelosta. Päivitä sivu ja valitse uudelleen."),
    rounds.DeclinedAlready: _l("Tämä kutsuttu on jo ilmoittanut, ettei vastaa."),
    rounds.LinkEnded: _l("Linkki on jo peruttu."),
    rounds.PrintedMeanwhile: _l("Kirje on tulostettu sillä välin. Päivitä sivu ja katso, kumpi lähetetään."),
    rounds.WrongLetter: _l("Numero tai koodi ei täsmää. Tarkista ne kirjeestä ja yritä uudelleen."),
    summaries.NoSuchPart: _l("Yhteenvedossa ei ole tätä osaa. Päivitä sivu ja yritä uudelleen."),
    summaries.PartChanged: _l("Joku muu kirjoitti tämän tekstin samaan aikaan. Molemmat tekstit ovat alla."),
    summaries.SummaryChanged: _l("Yhteenveto on muuttunut. Tarkista se ja julkaise uudelleen."),
    summaries.StillOpen: _l("Kierros on vielä auki. Sulje kierros ennen julkaisemista."),
    summaries.Unanswered: _l(
        "Kaikkiin kommentteihin ei ole vastattu. Vahvista, että tiedät sen, ja kirjoita perustelu."
    ),
    summaries.NotPublished: _l("Yhteenvetoa ei ole julkaistu."),
    summaries.NobodyUnreached: _l("Kaikille vastaajille lähtee viesti sähköpostilla. Tulostettavia kirjeitä ei ole."),
    statements.NothingSaid: _l("Vastauksessa ei ole vielä mitään. Kirjoita ensin jostakin kohdasta."),
    statements.KindWithoutWords: _l("Kirjoita, mikä huoli tai kysymys sinulla on"),
    statements.PersonalCode: _l("Tässä näyttää olevan henkilötunnus. Poista se: vastaukset ovat julkisia."),
    statements.WrittenMeanwhile: _l("Joku muu kirjoitti samaan paikkaan. Molemmat tekstit ovat alla."),
    statements.AnsweredAlready: _l("Tältä vastaajalta on jo vastaus. Korjaa sitä uuden sijaan."),
    statements.SentAlready: _l("Vastaus on jo lähetetty."),
    statements.NotSent: _l("Vastausta ei ole vielä lähetetty."),
    statements.GiverNeeded: _l("Kirjoita järjestö tai oma nimesi"),
    statements.OtherRound: _l("Tälle ei löydy paikkaa. Päivitä sivu ja yritä uudelleen."),
    statements.BadNumber: _l("Kirjoita ihmisten määrä numeroina"),
    statements.NotAFile: _l("Valitse PDF- tai Word-tiedosto (.docx)."),
    statements.Hidden: _l("Tämä on jo piilotettu."),
    responses.NoRemarks: _l("Näihin kommentteihin ei voi enää vastata. Ne on peruttu tai piilotettu."),
    responses.TakenMeanwhile: _l("Joku on jo aloittanut vastineen näihin kommentteihin. Molemmat tekstit ovat alla."),
    responses.AnsweredMeanwhile: _l("Näihin kommentteihin on vastattu sillä välin. Oma tekstisi on alla."),
    responses.ResponseChanged: _l("Vastinetta on muutettu sillä välin. Molemmat tekstit ovat alla."),
    responses.ReleasedAlready: _l("Vastine on jo julkaistu. Korjaa sitä uudella vastineella."),
    responses.NotReleased: _l("Vastinetta ei voi korvata. Sitä ei ole julkaistu, tai se on jo korvattu."),
    responses.NotReady: _l("Yhtään valmista vastinetta ei ole julkaistavana."),
    responses.NotAnOfficial: _l("Valitse viranhaltija"),
    suggestions.NothingProposed: _l("Teksti on sama kuin ennen. Muuta tekstiä ennen lähettämistä."),
    suggestions.NotYourVoice: _l("Et voi ehdottaa muutosta tämän tahon nimissä."),
    suggestions.OtherPlace: _l("Tälle ei löydy paikkaa. Päivitä sivu ja yritä uudelleen."),
    suggestions.NeedsMerge: _l(
        "Tekstiä on muutettu samoista sanoista. Yhdistä tekstit ennen kuin hyväksyt ehdotuksen."
    ),
    suggestions.BaseGone: _l(
        "Kohta tai luku on poistettu sopimuksesta. Ehdotusta ei voi hyväksyä, mutta se on tallessa."
    ),
    suggestions.OtherResult: _l("Kohdan teksti on muuttunut. Katso uusi lopputulos ennen kuin hyväksyt ehdotuksen."),
    suggestions.OwnSide: _l("Toinen osapuoli vastaa tähän ehdotukseen. Voit odottaa sen vastausta."),
    suggestions.NotApprover: _l("Sinulla ei ole oikeutta hyväksyä kohtaa. Hyväksy vain ehdotus."),
    suggestions.NoWords: _l("Poistoehdotuksessa ei ole tekstiä, jota voisi muokata."),
    suggestions.NotYours: _l("Voit perua vain oman ehdotuksesi."),
    suggestions.TooLate: _l("Tätä ei voi enää kumota. Voit ehdottaa uutta muutosta."),
    unreadable.NoContent: _l("Tiedosto on tyhjä. Valitse toinen tiedosto."),
    unreadable.TooLarge: _l("Tiedosto on liian suuri. Tiedosto saa olla enintään 10 megatavua."),
    unreadable.WrongFormat: _l("Tiedosto ei ole Word-, Markdown- tai tekstitiedosto. Valitse .docx, .md tai .txt."),
    unreadable.OldWord: _l("Tiedosto on vanhaa Word-muotoa. Tallenna se Wordissa muotoon .docx."),
    unreadable.Encrypted: _l("Tiedosto on suojattu salasanalla. Tallenna se ilman salasanaa."),
    unreadable.HasMacros: _l("Tiedostossa on makroja. Tallenna se muotoon .docx ilman makroja."),
    unreadable.Suspicious: _l(
        "Tiedosto on rakennettu oudosti, joten emme avanneet sitä. Tallenna se Wordissa uudelleen."
    ),
    unreadable.TooDeep: _l("Tiedostossa on liikaa sisäkkäisiä osia. Yksinkertaista tiedostoa."),
    unreadable.TooSlow: _l("Tiedoston lukeminen kesti liian kauan. Jaa se pienemmiksi tiedostoiksi."),
    unreadable.Damaged: _l("Tiedosto on vioittunut. Avaa se Wordissa ja tallenna uudelleen."),
    jobs.Ended: _l("Työ on jo päättynyt."),
    intake.NotRead: _l("Tiedostoa ei ole vielä luettu."),
    intake.IsBegun: _l("Tästä tiedostosta on jo aloitettu sopimus."),
    intake.NoRow: _l("Tällaista riviä ei ole. Päivitä sivu ja yritä uudelleen."),
    takeback.OtherAgreement: _l("Tiedosto on viety toisesta sopimuksesta. Tuo se siihen sopimukseen."),
    takeback.IsComparison: _l("Tiedosto näyttää kahden version erot. Tuo tiedosto, jossa on muutosehdotukset."),
    takeback.NoClauses: _l("Tiedostosta ei löytynyt yhtään tämän sopimuksen kohtaa."),
    takeback.NotRead: _l("Tiedostoa ei ole vielä luettu."),
    takeback.IsFiled: _l("Tämän tiedoston muutokset on jo kirjattu."),
    takeback.NothingChosen: _l("Valitse ainakin yksi muutos tai kommentti."),
    intake.NoText: _l("Tiedostosta ei löytynyt yhtään kohtaa. Ota ainakin yksi rivi kohdaksi."),
    assemble.NotReady: _l("Sopimus ei ole vielä valmis allekirjoitettavaksi."),
    comparison.NoSuchState: _l("Tätä tekstiä ei löydy. Valitse toinen."),
    comparison.SameState: _l("Tekstit ovat samat. Valitse kaksi eri tekstiä."),
}


def sentence_named(name: str) -> str:
    """What a refusal says that another process has told by its name, such as `unreadable.Damaged`."""
    for kind, words in SENTENCES.items():
        if isinstance(kind, type) and f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}" == name:
            return str(words)
    return gettext("Tätä ei voitu tehdä.")


def sentence(refusal: Refused) -> str:
    """What a refusal says to the person."""
    facts = refusal.facts
    match refusal:
        case rounds.LetterLocked():
            minutes = -(-facts["wait"] // 60)
            return ngettext(
                "Vääriä koodeja on liikaa. Yritä %(num)s minuutin kuluttua tai soita kirjeessä mainitulle henkilölle.",
                "Vääriä koodeja on liikaa. Yritä %(num)s minuutin kuluttua tai soita kirjeessä mainitulle henkilölle.",
                minutes,
            )
        case limits.TooMany():
            minutes = -(-facts["wait"] // 60)
            return ngettext(
                "Yrityksiä on ollut liikaa. Teksti on tallessa. Yritä uudelleen %(num)s minuutin kuluttua.",
                "Yrityksiä on ollut liikaa. Teksti on tallessa. Yritä uudelleen %(num)s minuutin kuluttua.",
                minutes,
            )
        case errors.TooLong():
            return gettext(
                "Teksti on liian pitkä: %(length)s merkkiä. Enintään %(most)s mahtuu.",
                **{k: facts[k] for k in ("length", "most")},
            )
        case accounts.WrongCode():
            return ngettext(
                "Koodi ei täsmää. Voit yrittää vielä kerran.",
                "Koodi ei täsmää. Voit yrittää vielä %(num)s kertaa.",
                facts["left"],
            )
        case accounts.NoAccount():
            return gettext(
                "Osoitteella %(address)s ei ole tiliä. Pyydä koordinaattorilta kutsu.", address=facts["address"]
            )
        case oidc.UseProvider():
            return gettext(
                "Osoitteella @%(domain)s kirjaudutaan %(name)s-tunnuksilla. Paina alempaa painiketta.",
                domain=facts["domain"],
                name=facts["name"],
            )
        case approvals.AlreadyGiven():
            return gettext("%(name)s on jo hyväksynyt kohdan puolestanne.", name=facts["name"])
        case comments.AnsweredMeanwhile():
            return gettext("%(name)s vastasi kommenttiin samaan aikaan. Oma tekstisi on tallessa.", name=facts["name"])
        case intake.Unfit():
            return gettext(
                "Kohta %(label)s on liian pitkä tai monimutkainen. Jaa se useaksi kohdaksi.", label=facts["label"]
            )
        case statements.FileTooLarge():
            if "files" in facts:
                return gettext("Liitä enintään %(most)s tiedostoa.", most=facts["files"])
            return gettext("Tiedosto on liian suuri. Enintään %(most)s megatavua mahtuu.", most=facts["most"] >> 20)
        case suggestions.Answered():
            return _answered(facts["suggestion_status"], facts["name"])
        case members.AlreadyMember():
            return gettext("%(name)s osallistuu jo sopimukseen.", name=facts["name"])
        case members.BadAddresses():
            return gettext("Korjaa nämä osoitteet: %(addresses)s", addresses=", ".join(facts["lines"]))
        case members.TooManyInvited():
            return gettext("Osoitteita on liikaa. Enintään %(most)s mahtuu kerralla.", most=facts["most"])
        case members.InvitedAlready():
            return ngettext(
                "Tämä henkilö on jo kutsuttu tai mukana.",
                "Kaikki %(num)s on jo kutsuttu tai mukana.",
                facts["count"],
            )
        case accounts.Disabled() if "address" in facts:
            return gettext("Tili on suljettu: %(address)s", address=facts["address"])
        case members.HoldsTogether():
            return gettext(
                "Olet ainoa koordinaattori: %(titles)s. Luovuta tehtäväsi ensin toiselle.",
                titles=", ".join(facts["titles"]),
            )
        case organisations.OrganisationKnown():
            return gettext("Luettelossa on jo %(name)s.", name=facts["name"])
        case organisations.TooManyRows():
            return gettext("Taulukossa on liikaa rivejä. Enintään %(most)s mahtuu kerralla.", most=facts["most"])
        case organisations.SeatTaken():
            return gettext("Paikka on silloin varattu: %(name)s.", name=facts["name"])
        case organisations.SeatHeldAlready():
            return gettext("%(name)s on jo samassa tehtävässä.", name=facts["name"])
        case rounds.RoundClosed():
            return gettext(
                "Kierros suljettiin %(day)s. Siihen ei voi enää vastata, mutta voit lukea vastaukset.",
                day=language.plain_day(facts["on"]),
            )
        case rounds.NotLater():
            return gettext(
                "Valitse päivä, joka on nykyisen viimeisen päivän %(day)s jälkeen.",
                day=language.plain_day(facts["last_day"]),
            )
        case rounds.TooManyQuestions():
            return gettext("Kysymyksiä on liikaa. Enintään %(most)s mahtuu.", most=facts["most"])
        case questions.MovedMeanwhile() if facts.get("name"):
            return gettext(
                "%(name)s päivitti kysymystä samaan aikaan. Tekstisi on tallessa. "
                "Tarkista tilanne ja lähetä uudelleen.",
                name=facts["name"],
            )
    for kind in type(refusal).__mro__:
        for key in ((kind, facts.get("field", "")), kind):
            if key in SENTENCES:
                return str(SENTENCES[key])
    return gettext("Tätä ei voi tehdä nyt.")


def _answered(status: suggestions.Status, name: str) -> str:
    match status:
        case suggestions.Status.WITHDRAWN:
            return gettext("%(name)s perui ehdotuksen. Siihen ei tarvitse enää vastata.", name=name)
        case suggestions.Status.REJECTED:
            return gettext("%(name)s on jo hylännyt ehdotuksen. Mitään ei muuttunut.", name=name)
    return gettext("%(name)s on jo hyväksynyt ehdotuksen. Mitään ei muuttunut.", name=name)
