"""Makes `libreoffice.docx`: a file with a piece of everything, opened and saved again by LibreOffice.

Run it where LibreOffice is installed: `python -m tests.documents.libreoffice`. The tests read the saved file, so that
they need no LibreOffice.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.documents.word import NAMES, changed, comments, docx, gone, ins, p, r, said_about, table

SAVED = Path(__file__).parent / "libreoffice.docx"

_MARK = '<w:{} w:id="1" w:author="{}" w:date="2026-03-12T10:00:00Z"/>'
BODY = "".join(
    [
        p(r("Yhteistyön sopimus"), style="Otsikko1"),
        p(r("Osapuolet"), style="Luku"),
        p(
            r("Osapuolet ovat "),
            gone("[alue]", by="Eero Salmi"),
            ins("Järvi-Suomi"),
            r(" ja järjestöt."),
            style="Kohta",
        ),
        p(r("Kokous pidetään "), said_about("1", r("neljä kertaa")), r(" vuodessa."), style="Kohta"),
        p(ins("Kokouksesta kerrotaan ajoissa."), style="Kohta", end=_MARK.format("ins", "Aino Mäkelä")),
        p(r("Jäseniä ovat:"), style="Kohta"),
        p(r("yhdistykset"), numbered=(2, 0)),
        p(r("säätiöt "), r("ja seurakunnat", "<w:b/>"), numbered=(2, 0)),
        p(r("Tilat"), style="Luku"),
        p(r("Tilat annetaan käyttöön"), '<w:r><w:footnoteReference w:id="2"/></w:r>', r("."), style="Kohta"),
        p(changed("moveFrom", r("Siirtyvä kohta."), by="Eero Salmi"), end=_MARK.format("moveFrom", "Eero Salmi")),
        table(("Tila", "Paikkoja"), ("Sali", p(gone("40"), ins("60")))),
        p(r("Viimeinen kappale."), style="Kohta"),
        p(changed("moveTo", r("Siirtyvä kohta."), by="Eero Salmi"), end=_MARK.format("moveTo", "Eero Salmi")),
        p(r("Loppu.")),
    ]
)
PARTS = {
    "word/comments.xml": comments(("1", "Aino Mäkelä", "Riittääkö neljä?"), ("2", "Eero Salmi", "Riittää.")),
    "word/commentsExtended.xml": (
        f'<w15:commentsEx {NAMES}><w15:commentEx w15:paraId="00000001" w15:done="1"/>'
        '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="1"/></w15:commentsEx>'
    ),
    "word/footnotes.xml": (
        f'<w:footnotes {NAMES}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>", r("Ks. liite 4."))}</w:footnote></w:footnotes>'
    ),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "in" / SAVED.name
        made.parent.mkdir()
        made.write_bytes(docx(BODY, PARTS))
        command = ["soffice", "--headless", "--convert-to", "docx", "--outdir", folder, str(made)]
        subprocess.run(command, check=True, capture_output=True)
        SAVED.write_bytes((Path(folder) / SAVED.name).read_bytes())


if __name__ == "__main__":
    main()
