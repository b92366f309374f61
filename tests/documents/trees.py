"""Documents to write: one with a piece of everything, the whole model agreement, and one holding given texts."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kumppanuus.db import HELSINKI
from kumppanuus.documents import pdf, redline
from kumppanuus.documents.lines import Kind, Line, Mark, lines_of
from kumppanuus.documents.model import (
    Clause,
    Comment,
    Document,
    Fact,
    Language,
    Note,
    Section,
    Signatures,
    Signer,
    SignLine,
    Source,
    Status,
    line,
)
from kumppanuus.starters import ModelSection, model_agreement
from kumppanuus.text import markup
from tests.payloads import INERT, NAUGHTY, XSS

WITH_EVERYTHING = """Järjestöt valitsevat [lukumäärä] edustajaa **avoimella haulla**:
- yhdistyksistä
- säätiöistä
  1. yleishyödyllisistä
  2. *muista*

Haku etenee näin.

1. Haku avataan.
2. Haku päättyy.
4. Valinta julkaistaan.

Ks. [hakuohje](https://example.org/ohje) ja https://example.org/tulokset.

Edustaja
: Toimialan järjestöjen valitsema henkilö.

| Taho | Tehtävä |
|---|---|
| Hyvinvointialue | Kutsuu koolle \\| kirjaa |
| Järjestöt | Valitsevat [nimet] |

Ensimmäinen rivi
toinen rivi"""

SIGNED = (
    SignLine("Hyvinvointialue", "Riikka Lehto", "Hyväksynyt 20.2.2026"),
    SignLine("Järjestöt", "Tuula Rantanen", "Hyväksyneet 20.2.2026"),
)
HALF_SIGNED = (SIGNED[0], SignLine("Järjestöt", None, "Ei vielä hyväksytty"))

EVERYTHING = Document(
    language=Language.FI,
    title="Järjestöyhteistyön kumppanuussopimus",
    subtitle="[hyvinvointialue] ja alueen järjestöt",
    status="Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi.",
    header="Järjestöyhteistyön kumppanuussopimus, luonnos 0.8",
    footer="Tiiviste 9f3a 61c0 77de",
    page_words="Sivu {page}/{pages}",
    author="Järvi-Suomen hyvinvointialue",
    made_at=datetime(2026, 3, 12, 12, 2, tzinfo=UTC),
    mark="LUONNOS",
    keywords=("kumppanuussopimus", "luonnos"),
    contents_title="Sisällys",
    facts=(Fact("Asianumero", "[asianumero]"), Fact("Päiväys", "to 12.3.2026 klo 14.02")),
    sections=(
        Section(
            "s1",
            "luku-1",
            "1",
            "Osapuolet",
            (
                Clause("c11", "kohta-1-1", "1.1", "Tarkoitus", markup.blocks("Sovitaan yhteistyöstä."), None, ()),
                Clause(
                    "c12",
                    "kohta-1-2",
                    "1.2",
                    "Järjestöjen edustajat",
                    markup.blocks(WITH_EVERYTHING),
                    Status("half_authority", "Hyvinvointialue hyväksynyt"),
                    HALF_SIGNED,
                    (Note("Huoli · Kaarina Nieminen · ke 11.3.2026", "Liian epätarkka.\n\nPaljonko?"),),
                ),
            ),
        ),
        Section(
            "s2",
            "luku-2",
            "2",
            "Voimassaolo",
            (
                Clause(
                    "c21",
                    "kohta-2-1",
                    "2.1",
                    "",
                    markup.blocks("Sopimus on voimassa [pp.kk.vvvv] saakka."),
                    Status("agreed", "Sovittu"),
                    SIGNED,
                ),
            ),
        ),
    ),
    signatures=Signatures(
        "Allekirjoitukset",
        signers=(Signer("[hyvinvointialue]", ("[nimi]", "Hallintojohtaja")), Signer("Järjestöt", ("Tuula Rantanen",))),
        above=("Paikka ja aika: [paikka]",),
        below=("Järjestöt allekirjoittavat liittymisilmoituksen.",),
    ),
    annexes=(
        Section(
            "a1",
            "liite-1",
            "Liite 1",
            "Liittyminen",
            (Clause("ca11", "kohta-l1-1", "L1.1", "", markup.blocks("Ilmoitus annetaan koordinaattorille.")),),
        ),
        Section(
            "a2",
            "liite-2",
            "Liite 2",
            "Tilat",
            (Clause("ca21", "kohta-l2-1", "L2.1", "Kokoustilat", markup.blocks("[luettelo]")),),
        ),
    ),
)

# Nothing but the text of an agreement that is ready to be signed.
FINAL = replace(
    EVERYTHING,
    language=Language.SV,
    mark=None,
    contents_title=None,
    keywords=(),
    facts=(),
    signatures=None,
    annexes=(),
    sections=(
        Section("s1", "luku-1", "1", "Parter", (Clause("c11", "k-1-1", "1.1", "Syfte", markup.blocks("Vi avtalar.")),)),
    ),
)


def model_document(times: int = 1) -> Document:
    """The model agreement, every clause with a status and two lines, its chapters as many times over as asked for."""
    model = model_agreement()
    chapters = [_section(str(n), f"{n}", chapter) for n, chapter in enumerate(model.sections * times, start=1)]
    annexes = [_section(f"Liite {n}", f"L{n}", annex) for n, annex in enumerate(model.annexes, start=1)]
    return replace(EVERYTHING, title=model.title, sections=tuple(chapters), annexes=tuple(annexes))


def _section(number: str, label: str, model: ModelSection) -> Section:
    clauses = (
        Clause(
            f"{label}c{n}",
            f"kohta-{label.lower()}-{n}",
            f"{label}.{n}",
            clause.title,
            markup.blocks(clause.text),
            Status("half_authority", "Hyvinvointialue hyväksynyt"),
            HALF_SIGNED,
        )
        for n, clause in enumerate(model.clauses, start=1)
    )
    return Section(f"s{label}", f"luku-{label.lower()}", number, model.title, tuple(clauses))


def holding(texts: Iterable[str]) -> Document:
    """A document with each text in every place that shows what people typed."""
    clauses = []
    for n, text in enumerate(texts, start=1):
        title = " ".join(text.split())
        plain = (
            markup.Paragraph((markup.Run(text),)),
            markup.Table(((markup.Run(title),),), (((markup.Run(title),),),)),
        )
        clauses.append(
            Clause(
                f"c{n}",
                f"kohta-1-{n}",
                f"1.{n}",
                title,
                (*plain, *markup.blocks(text)),
                Status(title, title),
                (SignLine(title, title, title),),
                (Note(title, text),),
            )
        )
    return replace(FINAL, mark="LUONNOS", sections=(Section("s1", "luku-1", "1", "Tekstit", tuple(clauses)),))


AINO = Mark("Aino Heikkilä", datetime(2026, 3, 10, 9, 30, tzinfo=HELSINKI))
KAARINA = Mark("Kaarina Nieminen", datetime(2026, 3, 11, 16, 5, tzinfo=HELSINKI))
MIKKO = Mark("Mikko Saarela", None)


def lines(title: str, text: str) -> tuple[Line, ...]:
    """A wording as lines."""
    heading = [Line(Kind.HEADING, (line(title),))] if title else []
    return (*heading, *lines_of(markup.blocks(text)))


def _redline() -> Document:
    """What the redline of an agreement holds: two people's changes in one clause, an addition, a removal, comments."""
    base, first, annex = lines("Edustajat", WITH_EVERYTHING), EVERYTHING.sections[0], EVERYTHING.annexes[0]
    hers = WITH_EVERYTHING.replace("**avoimella haulla**", "*avoimella haulla*").replace(
        "toinen rivi", "toinen rivi tässä"
    )
    his = WITH_EVERYTHING.replace("- säätiöistä\n", "- säätiöistä\n- seurakunnista\n")
    his = his.replace("2. Haku päättyy.\n", "").replace("| Järjestöt | Valitsevat [nimet] |\n", "")
    his = f"{his.replace('toimialan', 'alan')}\n\n| Yksi | Kaksi |\n|---|---|\n| 1 | 2 |"
    changes = [
        (redline.edits(base, lines("Järjestöjen edustajat", hers)), AINO),
        (redline.edits(base, lines("Edustajat", his)), KAARINA),
    ]
    said = Comment(
        "Tuula Rantanen",
        datetime(2026, 3, 12, 8, 0, tzinfo=HELSINKI),
        "Huoli: Liian epätarkka.\nPaljonko?",
        (Comment("Mikko Saarela", None, "Luku tulee liitteeseen 2."),),
        is_done=True,
    )
    whole = replace(
        first.clauses[1],
        title="Edustajat",
        blocks=markup.blocks(WITH_EVERYTHING),
        status=None,
        sign_lines=(),
        notes=(),
        version="v12",
        redline=redline.marked(base, changes),
        comments=(said, Comment("Pekka Virtanen", None, "Kysymys: Kuka kutsuu koolle?")),
    )
    gone = lines("Tarkoitus", "Sovitaan yhteistyöstä.\n- yksi\n- kaksi")
    removal = replace(first.clauses[0], version="v11", redline=tuple(redline.removed(gone, AINO)))
    come = lines("Viestintä", "Viestitään näin:\n1. heti\n2. selkeästi")
    addition = Clause("x1", "uusi-1", "", "", (), redline=tuple(redline.added(come, KAARINA)))
    untitled = redline.edits(lines("", "Ilmoitus annetaan koordinaattorille."), lines("", "Ilmoitus annetaan heti."))
    changed = redline.marked(lines("", "Ilmoitus annetaan koordinaattorille."), [(untitled, MIKKO)])
    return replace(
        EVERYTHING,
        sections=(replace(first, clauses=(removal, addition, whole)), *EVERYTHING.sections[1:]),
        annexes=(
            replace(annex, clauses=(replace(annex.clauses[0], version="va1", redline=changed, comments=(said,)),)),
        ),
        source=Source("5f0e", "sopimus:17:ab12", "redline"),
    )


REDLINE = _redline()


def main() -> None:
    """Write some of them as PDF files into a folder, for `dev.py pdf`."""
    hostile = holding([*XSS, *INERT, *NAUGHTY])
    for name, document in (("all", EVERYTHING), ("final", FINAL), ("model", model_document()), ("hostile", hostile)):
        (Path(sys.argv[1]) / f"{name}.pdf").write_bytes(pdf.write(document))


if __name__ == "__main__":
    main()
