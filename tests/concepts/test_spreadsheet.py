"""Tables of organisations: good rows in, bad rows listed, twice makes no doubles, and no cell out begins a formula."""

from __future__ import annotations

from typing import Any

import pytest

from kumppanuus import ledger, organisations
from kumppanuus.errors import TooLong
from kumppanuus.organisations import Details, OrganisationKind, Search, spreadsheet
from kumppanuus.organisations.spreadsheet import Fault, NotATable, Plan, TooManyRows
from tests.concepts.test_organisations import Scene, start
from tests.databases import SceneOf

HEAD = "nimi;laji;kunta;y-tunnus;toimiala;muut toimialat;työnantaja;sähköposti"


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(start)


def store(scene: Scene, text: str) -> Plan:
    return spreadsheet.store(
        scene.agreement, spreadsheet.read(text, organisations.sectors_of(scene.agreement)), by=scene.by
    )


def bad(plan: Plan) -> list[tuple[int, Fault, str]]:
    return [(each.line, each.fault, each.cell) for each in plan.bad]


def test_good_rows_go_in_and_bad_rows_are_listed_by_line_with_a_reason(scene: Scene) -> None:
    done = store(
        scene,
        f"""{HEAD}
Kuulo ry;yhdistys;Selkäjärvi;1234567-1;Vammaisuus;Ikääntyneet | Mielenterveys;x;kuulo@example.fi

"Usealla
rivillä ry";;;;;;;
;säätiö;;;;;;
Outo ry;puolue;;;;;;
Toimi ry;;;;Kalastus;;;
Tunnus ry;;;1234567-2;;;;
Posti ry;;;;;;;ei osoite
Ehkä ry;;;;;;ehkä;
kuulo RY;;selkäjärvi;;;;;
Toinen ry;;;12345671;;;;
{"x" * 301};;;;;;;
Pitkä ry;;;;;;;;ylimääräinen
Nolla\x00 ry;;;;;;;
""",
    )
    assert scene.names() == ["Kuulo ry", "Usealla rivillä ry"]
    sectors = scene.sectors
    assert organisations.details_of(organisations.search(scene.agreement, Search("kuulo")).rows[0]) == Details(
        "Kuulo ry", OrganisationKind.ASSOCIATION, "Selkäjärvi", "1234567-1", sectors["Vammaisuus"].id,
        (sectors["Ikääntyneet"].id, sectors["Mielenterveys"].id), is_employer=True, contact_address="kuulo@example.fi",
    )  # fmt: skip
    assert bad(done) == [
        (6, Fault.NO_NAME, ""),
        (7, Fault.UNKNOWN_KIND, "puolue"),
        (8, Fault.UNKNOWN_SECTOR, "Kalastus"),
        (9, Fault.BAD_BUSINESS_ID, "1234567-2"),
        (10, Fault.BAD_ADDRESS, "ei osoite"),
        (11, Fault.NEITHER_YES_NOR_NO, "ehkä"),
        (12, Fault.TWICE, "kuulo RY"),
        (13, Fault.TWICE, "Toinen ry"),
        (14, Fault.TOO_LONG, "x" * 80),
        (15, Fault.TOO_MANY_CELLS, "ylimääräinen"),
        (16, Fault.UNWRITABLE, "Nolla\x00 ry"),
    ]
    assert scene.kinds()[0] == "organisation.imported"
    assert ledger.verify() is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "nimi;kunta\r\nÄänekosken Öljyt ry;Hämeenlinna\r\n",
        "NAMN,Hemort\nÄänekosken Öljyt ry,Hämeenlinna\n",
        "Name\tMunicipality\rÄänekosken Öljyt ry\tHämeenlinna",
    ],
)
def test_a_table_is_read_in_every_shape_spreadsheets_save(text: str, encoding: str) -> None:
    table = spreadsheet.read(spreadsheet.decode(text.encode(encoding)), [])
    read = [(row.details.name, row.details.municipality) for row in table.good]
    assert (read, table.bad, table.ignored) == ([("Äänekosken Öljyt ry", "Hämeenlinna")], [], [])


def test_twice_the_same_makes_no_doubles_and_leaves_no_entry(scene: Scene) -> None:
    text = f"{HEAD}\nKuulo ry;;Selkäjärvi;1234567-1;;;;\nNäkö ry;;;;;;;\n"
    first = store(scene, text)
    entries = scene.kinds()
    again = store(scene, text)
    assert [(len(each.new), len(each.changes), each.same) for each in (first, again)] == [(2, 0, 0), (0, 0, 2)]
    assert scene.names() == ["Kuulo ry", "Näkö ry"]
    assert scene.kinds() == entries


def test_a_row_changes_what_it_tells_and_leaves_the_rest_alone(scene: Scene) -> None:
    scene.add("Kuulo ry", business_id="1234567-1", contact_name="Helvi", is_employer=True)
    scene.add("Näkö ry", contact_phone="1")
    scene.add("Tuki ry", municipality="Kuusiniemi")
    done = store(
        scene,
        "nimi;kunta;y-tunnus;työnantaja\nKuuloyhdistys ry;;1234567-1;ei\nNäkö ry;Selkäjärvi;;\nTuki ry;Honkavesi;;\n",
    )
    assert (len(done.new), len(done.changes), done.bad) == (1, 2, [])
    found = {each.name + each.municipality: each for each in organisations.search(scene.agreement, Search()).rows}
    assert found.keys() == {"Kuuloyhdistys ry", "Näkö rySelkäjärvi", "Tuki ryHonkavesi", "Tuki ryKuusiniemi"}
    kept = found["Kuuloyhdistys ry"]
    assert (kept.contact_name, kept.is_employer, found["Näkö rySelkäjärvi"].contact_phone) == ("Helvi", False, "1")


def test_a_row_that_would_make_two_into_one_is_a_fault(scene: Scene) -> None:
    scene.add("Kuulo ry", municipality="Selkäjärvi", business_id="1234567-1")
    scene.add("Näkö ry", municipality="Selkäjärvi")
    before = scene.names()
    done = store(scene, "nimi;kunta;y-tunnus\nNäkö ry;Selkäjärvi;1234567-1\nNäkö ry;;1234567-1\n")
    assert bad(done) == [(2, Fault.TWO_IN_REGISTER, "Näkö ry"), (3, Fault.TWO_IN_REGISTER, "Näkö ry")]
    assert scene.names() == before


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", NotATable),
        ("nimi;kunta\n", NotATable),
        ("Kuulo ry;Selkäjärvi\nNäkö ry;Selkäjärvi\n", NotATable),
        ("nimi\n" + "a\n" * (spreadsheet.MOST_ROWS + 1), TooManyRows),
        ("nimi\n" + "a" * spreadsheet.MOST_CHARACTERS, TooLong),
    ],
)
def test_what_is_no_table_is_refused(text: str, refusal: Any) -> None:
    with pytest.raises(refusal):
        spreadsheet.read(text, [])


def test_columns_nobody_knows_are_named_and_not_read() -> None:
    table = spreadsheet.read("nimi;jäsenmäärä;;kunta\nKuulo ry;12;;Selkäjärvi\n", [])
    assert (table.ignored, table.good[0].details.municipality) == (["jäsenmäärä"], "Selkäjärvi")


def test_what_goes_out_begins_no_formula_and_comes_back_the_same(scene: Scene) -> None:
    hostile = ["\uff1d1", '=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "'=1", "'lainaus", 'a;b,"c"']
    for number, name in enumerate(hostile):
        scene.add(name, contact_name=hostile[-number], sector_ids=(scene.sectors["Vammaisuus"].id,))
    text = spreadsheet.as_csv(scene.agreement)
    cells = [cell.lstrip('"') for line in text.splitlines() for cell in line.split(";")]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    again = store(scene, text)
    assert (len(again.new), again.changes, again.bad, again.same) == (0, [], [], len(hostile))


def test_five_thousand_rows_cost_a_handful_of_statements(scene: Scene, queries: Any) -> None:
    rows = "\n".join(f"Yhdistys {number} ry;Selkäjärvi" for number in range(spreadsheet.MOST_ROWS))
    with queries() as spent:
        done = store(scene, f"nimi;kunta\n{rows}\n")
    assert (len(done.new), done.bad) == (5_000, [])
    assert organisations.search(scene.agreement, Search(), most=1).total == 5_000
    assert len(spent) < 20
