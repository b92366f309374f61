"""A linter for letters: what a mail program, a screen reader and a narrow screen can make of one."""

from __future__ import annotations

import re
from email.message import EmailMessage
from itertools import pairwise

from tests.html import mistakes, parse

HEADERS = ("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted")
TAGS = {
    *("html", "head", "meta", "title", "body", "h1", "h2", "h3", "p", "a", "ul", "ol", "li", "blockquote", "br", "hr"),
    *("ins", "del", "strong", "em", "span", "bdi"),
}
NOT_NEEDED = {"style", "width", "class", "id"}
LONGEST_LINE = 76  # signs; an address may be longer


def faults(message: EmailMessage) -> list[str]:
    """What is wrong with a letter, in sentences; nothing if all is well."""
    found = [f"no header {name}" for name in HEADERS if not message[name]]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    if plain is None or html is None:
        return [*found, "it is not both plain text and HTML"]
    return found + _faults_of_text(str(plain.get_content())) + _faults_of_html(str(html.get_content()))


def _faults_of_text(text: str) -> list[str]:
    long = [line for line in text.splitlines() if len(line) > LONGEST_LINE and " " in line.strip()]
    found = [f"a line of {len(line)} signs: {line}" for line in long if "://" not in line]
    return found + (["three empty lines in a row"] if re.search(r"\n\s*\n\s*\n\s*\n", text) else [])


def _faults_of_html(html: str) -> list[str]:
    root, found = parse(html), mistakes(html)
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    found += [] if root.get("lang") else ["the language is not told"]
    found += [f"a tag that is not needed: {each.tag}" for each in elements if each.tag not in TAGS]
    for each in elements:
        found += [f"{each.tag} has {name}" for name in each.attrib if name in NOT_NEEDED or name.startswith("on")]
    levels = [int(each.tag[1]) for each in elements if re.fullmatch("h[1-6]", each.tag)]
    if levels.count(1) != 1 or levels[:1] != [1]:
        found.append(f"headings begin with one h1: {levels}")
    found += [f"h{after} after h{before}" for before, after in pairwise(levels) if after > before + 1]
    for link in root.iter("a"):
        if not str(link.get("href", "")).startswith(("http://", "https://")):
            found.append(f"a link that leads nowhere from a letter: {link.get('href')}")
        if not "".join(link.itertext()).strip():
            found.append(f"a link without words: {link.get('href')}")
    return found + [f"no alternative text: {each.get('src')}" for each in root.iter("img") if not each.get("alt")]
