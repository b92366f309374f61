"""HTML as a browser reads it: the tree, and what is wrong with the source."""

from __future__ import annotations

from itertools import zip_longest
from xml.etree.ElementTree import Element, TreeBuilder

import turbohtml
from turbohtml import TokenType
from turbohtml.saxparse import SaxHandler, sax_parse

_START, _END, _TEXT = TokenType.START_TAG, TokenType.END_TAG, TokenType.TEXT
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Tree(SaxHandler):
    """What a browser builds: the tree, and its tags and words in order."""

    def __init__(self) -> None:
        self.builder, self.built = TreeBuilder(), list[str]()

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs} if attrs else {})
        self.built.append(f"<{tag}>")

    def end_element(self, tag: str) -> None:
        self.builder.end(tag)
        if tag not in _VOID:
            self.built.append(f"</{tag}>")

    def characters(self, data: str) -> None:
        self.builder.data(data)
        self.built += data.split()


def parse(source: str) -> tuple[Element, list[str]]:
    """The tree of a page, or the body that holds the nodes of a fragment; and what the source does wrong.

    A fast parser in C, because the tests read more pages than anything else: html5lib took as long as the application
    took to answer.
    """
    is_whole = source.lstrip().lower().startswith("<!doctype")
    page = source if is_whole else f"<!doctype html><html><head></head><body>{source}</body></html>"
    tree = _Tree()
    sax_parse(page, tree)
    root = tree.builder.close()
    wrong = [f"{each.code} in line {each.line}" for each in turbohtml.parse(page).errors]
    # A browser mends what it cannot take as it stands: it moves, drops and adds.
    written = _written(page)
    if written != tree.built:
        stands, became = next(pair for pair in zip_longest(written, tree.built) if pair[0] != pair[1])
        wrong.append(f"{stands} is written where a browser reads {became}")
    if is_whole:
        return root, wrong
    body = root.find("body")
    assert body is not None
    return body, wrong


def _written(page: str) -> list[str]:
    """Tags and words as they stand in the source."""
    found: list[str] = []
    for token in turbohtml.tokenize(page):
        kind = token.type
        if kind is _TEXT:
            found += (token.data or "").split()
        elif kind is _START:
            found.append(f"<{token.tag}>")
            if token.self_closing and token.tag not in _VOID:  # svg
                found.append(f"</{token.tag}>")
        elif kind is _END:
            found.append(f"</{token.tag}>")
    return found
