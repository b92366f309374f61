"""The summary of a round: its numbers agree everywhere, what people write stays, what is published is frozen."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter

import pytest
from pikepdf import Dictionary

from kumppanuus import ledger, rounds, statements, summaries
from kumppanuus.accounts import Language
from kumppanuus.agreements import rewrite
from kumppanuus.db import db, now
from kumppanuus.documents import summary, thanks
from kumppanuus.documents.summary import Form
from kumppanuus.documents.summary.wording import answer_words, place_title
from kumppanuus.errors import Empty
from kumppanuus.notifications import Letter, letters
from kumppanuus.rounds import RoundKind
from kumppanuus.statements import Channel, Disposition, Giver, Said, Statement
from kumppanuus.summaries import OBSERVATIONS, PartChanged, Publication, of_section
from kumppanuus.text.markup import Table
from tests.concepts import answers
from tests.concepts.answers import Asked, on
from tests.concepts.test_summaries import Asked as Many
from tests.concepts.test_summaries import _answer
from tests.databases import SceneOf
from tests.documents.pdf_reader import Reader


@pytest.fixture
def asked(scene_of: SceneOf[Asked]) -> Asked:
    return scene_of(answers.ask)


@pytest.mark.parametrize("kind", list(RoundKind))
def test_counts_rows_and_tables_agree(kind: RoundKind, inside_empty: None) -> None:
    many, chance = Many(kind), random.Random(20_261_126)
    for invitee in many.invitees[:7]:
        many.say(invitee, _answer(many, chance))
    many.say(many.invitees[7], _answer(many, chance), hidden_at=now(), hidden_by_id=many.by)
    loose = many.say(None, _answer(many, chance), giver_name="Salainen Nimi")
    loose.remarks[0].hidden_at = now()
    db.session.flush()
    found = summary.gather(many.round)
    counts = found.counts
    shown = [each for each in found.told if not each.is_hidden]
    rows = list(
        csv.reader(io.StringIO(summary.file_of(many.round, Form.CSV).content.decode("utf-8-sig")), delimiter=";")
    )
    said = [row for row in rows[1:] if row[3] != "Koordinaattori on piilottanut kommentin."]
    assert Counter(each.answer for each in shown) == counts.whole.answers
    assert len(found.told) - len(shown) == len(rows) - 1 - len(said) == counts.hidden
    assert Counter(row[2] for row in said) == {
        answer_words(answer) if answer else "": number for answer, number in counts.whole.answers.items()
    }
    assert Counter(row[1] for row in said) == {place_title(line.place): line.total for line in counts.lines}
    assert sum(row[4] == "Vielä vastaamatta" for row in said) == counts.unanswered
    assert [row[1:] for row in rows[1:] if row[0]] == [row[1:] for row in said], "what is hidden names nobody"
    drawn = summary.document(found)
    tables = [block for clause in drawn.sections[3].clauses for block in clause.blocks if isinstance(block, Table)]
    totals = {cells[0][0].text: int(cells[-1][0].text) for table in tables for cells in table.rows}
    assert totals == {place_title(line.place): line.total for line in counts.lines}
    assert summaries.WHOLE in [line.place for line in counts.lines], "what is said of the whole counts with the rest"
    assert sum(outcome.number for place in found.by_place.values() for outcome in summaries.outcomes(place)) == len(
        shown
    )
    assert "Salainen Nimi" not in repr(drawn), "who did not choose it is not named"
    loose.shows_name = True
    db.session.flush()
    assert "Salainen Nimi" in repr(summary.document(summary.gather(many.round)))


def test_what_a_person_writes_outlives_every_count_and_is_never_overwritten(asked: Asked) -> None:
    mikko, sections = asked.scene.mikko.user_id, [asked.clause.section_id]
    key = of_section(asked.clause.section_id)
    summaries.write(asked.round, key, "Moni toivoo lisää aikaa.", version=0, sections=sections, by=mikko)
    asked.answer()
    found = summary.gather(asked.round)
    assert "Moni toivoo lisää aikaa." in repr(summary.document(found).sections[3])
    with pytest.raises(PartChanged) as refused:
        summaries.write(asked.round, key, "Toisin.", version=0, sections=sections, by=mikko)
    assert refused.value.facts == {"field": "text", "text": "Moni toivoo lisää aikaa.", "version": 1}
    for wrong, text in (("section-x", "a"), (OBSERVATIONS, "Tunnus 131052-308T.")):
        with pytest.raises((summaries.NoSuchPart, statements.PersonalCode)):
            summaries.write(asked.round, wrong, text, version=0, sections=sections, by=mikko)
    assert summaries.texts(asked.round).keys() == {key}


def test_publishing_freezes_what_was_looked_at(asked: Asked) -> None:
    mikko = asked.scene.mikko.user_id
    statement = asked.begin()
    asked.say(statement, on(asked.clause), Said(text="Määräaika puuttuu."))
    statements.send(statement, Giver("Aino Heikkilä", "aino@koe.example"), by=asked.scene.aino.user_id)
    seen = summary.state_of(summary.gather(asked.round))
    with pytest.raises(summaries.StillOpen):
        summary.publish(asked.round, drawn_from=seen, reason="Kiire.", by=mikko)
    rounds.close(asked.round, by=mikko)
    with pytest.raises(summaries.SummaryChanged):
        summary.publish(asked.round, drawn_from=seen, reason="Kiire.", by=mikko)
    seen = summary.state_of(summary.gather(asked.round))
    with pytest.raises(summaries.Unanswered) as refused:
        summary.publish(asked.round, drawn_from=seen, reason=" ", by=mikko)
    assert refused.value.facts["left"] == 1
    assert summaries.newest(asked.round) is None
    first = summary.publish(asked.round, drawn_from=seen, reason="Kiire.", by=mikko)
    assert (first.number, first.left, first.reason) == (1, 1, "Kiire.")
    assert "Määräaika puuttuu." in first.page
    assert "Aino Heikkilä" not in first.page
    assert {each.form for each in first.files} == {form.value for form in Form}
    rewrite(asked.clause, title="", text="Sanasto", base=asked.clause.current, by=mikko)
    slug = asked.scene.agreement.slug
    shown = summaries.at(slug, asked.round.number)
    assert shown is not None
    assert "Sanasto" not in shown.page
    second = summary.publish(
        asked.round, drawn_from=summary.state_of(summary.gather(asked.round)), reason="Kiire.", by=mikko
    )
    assert second.number == 2
    assert "Sanasto" in second.page
    with pytest.raises(Empty):
        summaries.withdraw(asked.round, reason="", by=mikko)
    summaries.withdraw(asked.round, reason="Väärä taulukko.", by=mikko)
    with pytest.raises(summaries.NotPublished):
        summaries.withdraw(asked.round, reason="Taas.", by=mikko)
    gone = summaries.at(slug, asked.round.number)
    assert gone is not None
    assert (gone.number, gone.is_shown, gone.withdrawn_reason) == (2, False, "Väärä taulukko.")
    kinds = [entry.kind for entry in ledger.entries(asked.scene.agreement.id, most=4)]
    assert kinds == ["summary.withdrawn", "summary.published", "clause.rewritten", "summary.published"]
    assert ledger.verify() is None


def test_bytes_that_are_not_those_published_are_not_given_out(asked: Asked) -> None:
    published = _published(asked)
    assert summaries.content_of(published, "csv") is not None
    file = next(each for each in published.files if each.form == "csv")
    file.content = file.content + b"x"
    assert summaries.content_of(published, "csv") is None


def test_everybody_is_told_once_and_hears_of_their_own_words_only(asked: Asked) -> None:
    with pytest.raises(summaries.NotPublished):
        summaries.thank(asked.round, by=asked.scene.mikko.user_id)
    _published(asked)
    found = summaries.audience(asked.round)
    told = summaries.thank(asked.round, by=asked.scene.mikko.user_id)
    assert len(told) == found.waiting == len(found.answers) + len(found.members) > 1
    assert summaries.thank(asked.round, by=asked.scene.mikko.user_id) == []
    assert summaries.audience(asked.round).waiting == 0
    mine = next(each for each in told if each.statement_id)
    written = letters.write(Letter.OUTCOME, mine.id, lambda path: f"https://koe.example{path}")
    assert written is not None
    assert written.address == "muu@kumppanuus.example"
    for words in (written.text, written.html):
        assert "Oma huoli." in words
        assert "Ratkaisu: Otetaan osittain huomioon." in words
        assert "Perustelu: Lisäämme määräajan." in words
        assert "Toisen sanat." not in words
        assert f"/julkinen/{asked.scene.agreement.slug}/kierrokset/{asked.round.number}/yhteenveto" in words
    assert mine.statement is not None
    mine.statement.giver_language = Language.SV
    in_swedish = letters.write(Letter.OUTCOME, mine.id, lambda path: f"https://koe.example{path}")
    assert in_swedish is not None
    assert "Beslut: Beaktas delvis." in in_swedish.text
    printed = Reader(thanks.letter(mine.statement, "https://koe.example").content)
    said = [words for _kind, words in printed.lines()]
    assert "Tack för ditt svar" in said
    assert "Oma huoli." in said
    assert str(printed.pdf.Root.Lang).startswith("sv")
    forward = next(each for each in told if each.member_id)
    digest = letters.write(Letter.DIGEST_TO_FORWARD, forward.id, lambda path: f"https://koe.example{path}")
    assert digest is not None
    assert "2 kommenttia.\nHuomioon otettiin kokonaan tai osittain 1." in digest.text


def test_letters_to_print_stand_in_one_file_each_on_a_page_and_in_a_language_of_its_own(asked: Asked) -> None:
    asked.answer(asked.other)
    with pytest.raises(summaries.NobodyUnreached):
        thanks.letters(asked.round, "https://koe.example")
    for name, language in (("Öljy ry", Language.FI), ("Alku rf", Language.SV)):
        giver = Giver(named=name, language=language)
        written = statements.record(asked.round, giver, channel=Channel.PAPER, by=asked.scene.mikko.user_id)
        asked.say(written, on(asked.clause), Said(text=f"Sanoi {name}."))
        statements.send(written, giver, by=asked.scene.mikko.user_id)
    printed = Reader(thanks.letters(asked.round, "https://koe.example").content)
    assert [words for kind, words in printed.lines() if kind == "H1"] == ["Alku rf", "Öljy ry"]
    swedish, between, finnish = printed.pages
    assert between == "", "printed on both sides, each letter has a sheet of its own"
    assert "Tack för ditt svar" in swedish
    assert "Sanoi Alku rf." in swedish
    assert "Kiitos vastauksestasi" in finnish
    assert [each.splitlines()[-1] for each in printed.artifacts() if each] == ["Sida 1/1", "Sivu 1/1"]
    with printed.pdf.open_outline() as outline:
        assert [each.title for each in outline.root] == ["Alku rf", "Öljy ry"]
    assert str(printed.pdf.Root.Lang) == "fi-FI"
    tongues = {str(each.Lang) for each in printed.pdf.objects if isinstance(each, Dictionary) and "/Lang" in each}
    assert tongues == {"fi-FI", "sv-FI"}


def _published(asked: Asked) -> Publication:
    """Two answers, one of them answered, published."""
    mikko = asked.scene.mikko.user_id
    asked.answer(text="Toisen sanat.")
    other = statements.begin(asked.round, invitee=asked.other)
    asked.say(other, on(asked.clause), Said(text="Oma huoli."))
    statements.send(other, Giver("Muu Ihminen"), by=None)
    (remark,) = db.session.get_one(Statement, other.id).remarks
    remark.disposition, remark.reason = Disposition.ACCEPTED_IN_PART, "Lisäämme määräajan."
    db.session.flush()
    rounds.close(asked.round, by=mikko)
    seen = summary.state_of(summary.gather(asked.round))
    return summary.publish(asked.round, drawn_from=seen, reason="Loput pian.", by=mikko)
