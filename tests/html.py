"""HTML as a browser reads it: the tree, and what is wrong with the source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from xml.etree.ElementTree import Element, TreeBuilder

import turbohtml
from turbohtml import TokenType
from turbohtml.saxparse import Characters, EndElement, StartElement, iter_events

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def parse(source: str) -> tuple[Element, list[str]]:
    """The tree of a page, or the body that holds the nodes of a fragment; and what the source does wrong.

    A fast parser in C, because the tests read more pages than anything else: html5lib took as long as the application
    took to answer.
    """
    is_whole = source.lstrip().lower().startswith("<!doctype")
    page = source if is_whole else f"<!doctype html><html><head></head><body>{source}</body></html>"
    builder, built = TreeBuilder(), []
    for each in iter_events(page):
        if isinstance(each, StartElement):
            builder.start(each.tag, {name: value or "" for name, value in each.attrs})
            built.append(f"<{each.tag}>")
        elif isinstance(each, EndElement):
            builder.end(each.tag)
            built += [f"</{each.tag}>"] * (each.tag not in _VOID)
        elif isinstance(each, Characters):
            builder.data(each.data)
            built += each.data.split()
    root = builder.close()
    wrong = [f"{each.code} in line {each.line}" for each in turbohtml.parse(page).errors]
    # A browser mends what it cannot take as it stands: it moves, drops and adds.
    for stands, became in zip_longest(_written(page), built):
        if stands != became:
            wrong.append(f"{stands} is written where a browser reads {became}")
            break
    if is_whole:
        return root, wrong
    body = root.find("body")
    assert body is not None
    return body, wrong


def _written(page: str) -> Iterator[str]:
    """Tags and words as they stand in the source."""
    for token in turbohtml.tokenize(page):
        if token.type is TokenType.START_TAG:
            yield f"<{token.tag}>"
            if token.self_closing and token.tag not in _VOID:  # svg
                yield f"</{token.tag}>"
        elif token.type is TokenType.END_TAG:
            yield f"</{token.tag}>"
        elif token.type is TokenType.TEXT:
            yield from (token.data or "").split()
