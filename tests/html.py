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
    """Builds the tree of a page."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        # A callback for each tag and word: the builder's own, where they do.
        self.end_element, self.characters = self.builder.end, self.builder.data  # type: ignore[method-assign,assignment]  # the same arguments

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs} if attrs else {})


class _Order(SaxHandler):
    """Notes what a browser builds: tags and words in order."""

    def __init__(self) -> None:
        self.built = list[str]()

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.built.append(f"<{tag}>")

    def end_element(self, tag: str) -> None:
        if tag not in _VOID:
            self.built.append(f"</{tag}>")

    def characters(self, data: str) -> None:
        self.built += data.split()


def is_whole(source: str) -> bool:
    """Whether a source is a page; else it is a fragment of one."""
    return source.lstrip().lower().startswith("<!doctype")


def parse(source: str) -> Element:
    """The tree of a page as a browser builds it, or the body that holds the nodes of a fragment.

    A fast parser in C, because the tests read more pages than anything else: html5lib took as long as the application
    took to answer.
    """
    tree = _Tree()
    sax_parse(_page(source), tree)
    root = tree.builder.close()
    if is_whole(source):
        return root
    body = root.find("body")
    assert body is not None
    return body


def mistakes(source: str) -> list[str]:
    """What the source of a page or fragment does wrong."""
    page, order = _page(source), _Order()
    wrong = [f"{each.code} in line {each.line}" for each in turbohtml.parse(page).errors]
    # A browser mends what it cannot take as it stands: it moves, drops and adds.
    sax_parse(page, order)
    written = _written(page)
    if written != order.built:
        stands, became = next(pair for pair in zip_longest(written, order.built) if pair[0] != pair[1])
        wrong.append(f"{stands} is written where a browser reads {became}")
    return wrong


def _page(source: str) -> str:
    return source if is_whole(source) else f"<!doctype html><html><head></head><body>{source}</body></html>"


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
