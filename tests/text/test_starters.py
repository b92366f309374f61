"""The model agreement and the thirteen questions are shipped whole."""

import re

from kumppanuus import starters
from kumppanuus.text.fingerprint import normalised, one_line
from kumppanuus.text.markup import Paragraph, blocks, check, placeholders, to_html
from kumppanuus.text.numbering import Kind, number

MODEL = starters.model_agreement()
QUESTIONS = starters.questions()
EVERY_CLAUSE = [clause for section in (*MODEL.sections, *MODEL.annexes) for clause in section.clauses]


def test_the_model_has_sixty_clauses_in_twelve_chapters_and_nine_in_four_annexes() -> None:
    assert MODEL.title == "Järjestöyhteistyön kumppanuussopimus"
    assert [len(section.clauses) for section in MODEL.sections] == [4, 5, 6, 5, 5, 6, 4, 4, 4, 4, 5, 8]
    assert [len(annex.clauses) for annex in MODEL.annexes] == [2, 3, 2, 2]
    assert sum(len(section.clauses) for section in MODEL.sections) == 60


def test_its_chapters_and_annexes_stand_in_order_without_their_numbers() -> None:
    assert [section.title for section in MODEL.sections] == [
        "Osapuolet ja sopimuksen luonne",
        "Tarkoitus, periaatteet ja käsitteet",
        "Yhteistyörakenne",
        "Osallistuminen valmisteluun ja päätöksentekoon",
        "Koordinointi, yhdyshenkilöt ja osaaminen",
        "Avustamisen periaatteet",
        "Tilat ja verkkoalustat",
        "Hyvinvoinnin ja terveyden edistäminen",
        "Tieto ja raportointi",
        "Asiakas- ja palveluohjaus",
        "Viestintä, kielet, julkisuus ja tietosuoja",
        "Seuranta, muuttaminen ja voimassaolo",
    ]
    assert [annex.title for annex in MODEL.annexes] == [
        "Sopimukseen liittyminen",
        "Yhteistyöelimen tehtävät ja kokoonpano",
        "Koordinaattori ja järjestöyhdyshenkilöt",
        "Tilat ja verkkoalustat",
    ]


def test_every_clause_is_whole_and_in_the_form_in_which_texts_are_kept() -> None:
    for clause in EVERY_CLAUSE:
        assert clause.text.endswith("."), clause
        assert (clause.title, clause.text) == (one_line(clause.title), normalised(clause.text))
        check(clause.text)
    assert all(clause.title for section in MODEL.sections for clause in section.clauses)
    assert not any(clause.title for annex in MODEL.annexes for clause in annex.clauses)


def test_the_model_reads_word_for_word() -> None:
    first, last = MODEL.sections[0].clauses[0], MODEL.sections[-1].clauses[-1]
    assert (first.title, first.text) == (
        "Osapuolet",
        "Tämän sopimuksen osapuolet ovat [hyvinvointialue] (jäljempänä hyvinvointialue) ja ne sen alueella toimivat "
        "järjestöt, jotka ovat liittyneet sopimukseen liitteessä 1 kuvatulla tavalla (jäljempänä "
        "liittyneet järjestöt).",
    )
    assert (last.title, last.text) == (
        "Erimielisyydet",
        "Erimielisyydet ratkaistaan neuvottelemalla. Jos ratkaisua ei löydy, yhteistyöelin ja hyvinvointialueen johto "
        "käsittelevät asian yhteisessä kokouksessa.",
    )
    assert MODEL.annexes[-1].clauses[-1].text == "Verkkoalustat ja niiden saavutettavuusselosteet: [luettelo]."
    assert MODEL.preface == (
        "[hyvinvointialue] ja alueen järjestöt",
        "Luonnos [versionumero], [pp.kk.vvvv]. Asianumero [asianumero].",
    )
    assert MODEL.signatures == (
        "Paikka ja aika: [paikka], [pp.kk.vvvv]",
        "[hyvinvointialue]",
        "[nimi], [tehtävänimike]",
        "[järjestöjen yhteistyöelin], sopimuksen valmistelijana",
        "[nimi], puheenjohtaja",
        "Järjestöt allekirjoittavat liitteen 1 mukaisen liittymisilmoituksen.",
    )


def test_its_markup_is_paragraphs_and_placeholders_only() -> None:
    for clause in EVERY_CLAUSE:
        assert all(isinstance(block, Paragraph) for block in blocks(clause.text))
        assert len(placeholders(clause.text)) == clause.text.count("[") == to_html(clause.text).count("<mark>")
    assert sum(len(placeholders(clause.text)) for clause in EVERY_CLAUSE) == 24


def test_the_thirteen_questions_are_whole_in_three_languages() -> None:
    assert [question.order for question in QUESTIONS] == list(range(1, 14))
    assert len({question.slug for question in QUESTIONS}) == 13
    for question in QUESTIONS:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", question.slug)
        for language in ("fi", "sv", "en"):
            assert question.title(language) == one_line(question.title(language)) != ""
            assert question.question(language).endswith("?")
        assert len({question.question(language) for language in ("fi", "sv", "en")}) == 3
    assert QUESTIONS[10].title("fi") == "Järjestöjen tieto raportoinnissa"
    assert QUESTIONS[10].question("sv") == (
        "Hur når organisationernas iakttagelser om hur människor mår fram till välfärdsområdets uppföljning och "
        "rapporter?"
    )


def test_the_clauses_that_answer_a_question_are_in_the_model() -> None:
    chapters = [
        (Kind.CHAPTER, [(chapter, clause) for clause in range(len(section.clauses))])
        for chapter, section in enumerate(MODEL.sections, start=1)
    ]
    labels = set(number(chapters).clauses.values())
    for question in QUESTIONS:
        assert set(question.clauses) <= labels
        assert any(label.startswith(f"{question.section}.") for label in question.clauses)
    assert [len(question.clauses) for question in QUESTIONS] == [5, 1, 5, 2, 1, 6, 2, 2, 4, 3, 4, 4, 4]
