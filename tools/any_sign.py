# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools>=4.61"]
# ///
"""Makes kumppanuus/documents/typst/any-sign.ttf, a font in which every sign there is looks like an empty box.

Typst sets a sign in this font that none of its own can draw (an emoji, a Chinese character). The eye sees that there is
one, and the file still holds which: whoever copies the words, searches them or hears them read gets them whole. Run it
with `uv run tools/any_sign.py`; nothing else needs fontTools, so it is not among the packages of the development.
"""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-not-found]  # this script has an environment of its own
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-not-found]  # as above
from fontTools.ttLib import newTable  # type: ignore[import-not-found]  # as above
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable  # type: ignore[import-not-found]  # as above

TARGET = Path(__file__).resolve().parent.parent / "kumppanuus" / "documents" / "typst" / "any-sign.ttf"
UNITS, WIDTH, LINE = 1000, 700, 40
SURROGATES = range(0xD800, 0xE000)


def frame(pen: TTGlyphPen, inset: int) -> None:
    low, high, left, right = -100 + inset, 700 - inset, 60 + inset, WIDTH - 60 - inset
    corners = [(left, low), (left, high), (right, high), (right, low)]
    # The inner frame runs the other way round, so that it is a hole.
    first, *others = corners if inset == 0 else corners[::-1]
    pen.moveTo(first)
    for corner in others:
        pen.lineTo(corner)
    pen.closePath()


def main() -> None:
    pen = TTGlyphPen(None)
    frame(pen, 0)
    frame(pen, LINE)
    box = pen.glyph()
    font = FontBuilder(UNITS, isTTF=True)
    font.setupGlyphOrder([".notdef", "sign"])
    font.setupCharacterMap({})
    font.setupGlyf({".notdef": box, "sign": box})
    font.setupHorizontalMetrics({".notdef": (WIDTH, 60), "sign": (WIDTH, 60)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    names = {"familyName": "Any Sign", "styleName": "Regular", "fullName": "Any Sign", "psName": "AnySign-Regular"}
    font.setupNameTable({**names, "uniqueFontIdentifier": "AnySign-1", "version": "Version 1.0"})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.font["head"].created = font.font["head"].modified = 0  # the same bytes each time
    font.font.recalcTimestamp = False
    # Form 13 gives one glyph to a whole range: the font is smaller than this script.
    every = CmapSubtable.newSubtable(13)
    every.platformID, every.platEncID, every.format, every.reserved, every.length, every.language = 3, 10, 13, 0, 0, 0
    every.nGroups = 1
    every.cmap = {sign: "sign" for sign in range(0x20, 0x110000) if sign not in SURROGATES}
    table = newTable("cmap")
    table.tableVersion, table.tables = 0, [every]
    font.font["cmap"] = table
    font.save(TARGET)


if __name__ == "__main__":
    main()
