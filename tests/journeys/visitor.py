"""A person at a browser, and what the pages they see are held to."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response, WebError, expect

from tests.databases import Databases
from tests.server import cookie_of

PATIENCE = 15_000  # milliseconds until something must have happened; the machine of the tests may be busy
STEPS = 150  # presses of Tab that lead past everything on a page

# What a browser says of every answer of 400 and above; our refusals are such answers.
_REFUSED = "Failed to load resource"

_AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
    "preload": False,
    "selectors": False,  # a tenth of its time; the element itself is told
}
COLOURS = ("color-contrast", "link-in-text-block")  # the rules whose answer depends on the colour scheme
LAYOUT = (*COLOURS, "target-size", "scrollable-region-focusable")  # and those that depend on the width, too
# What the rules above are asked of. Of the texts of a page one of each look: its own and that of what it stands in, as
# far as anything is drawn there; for a link this is also what tells it from the words of its block. Of what can be
# pressed all that is small or touches another, by its size and by what lies round it: the rest is large enough by
# itself. And what scrolls.
_LOOKS = r"""() => {
    const looks = new Map(), around = new Map(), blocks = new Map();
    const see = (kind, element, look) => {
        const key = [kind, ...look].join();
        if (!looks.has(key)) looks.set(key, [kind, element]);
    };
    const name = element => [element.localName, element.getAttribute('class')];
    const plain = 'false,false,static,1,rgba(0, 0, 0, 0),none';
    const ground = element => {
        if (!element) return '';
        if (!around.has(element)) {
            const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(element);
            const off = Boolean(element.matches(':disabled, [aria-disabled=true]') || element.control?.disabled);
            const adds = ['::before', '::after'].some(each => getComputedStyle(element, each).content !== 'none');
            const here = [off, adds, position, opacity, backgroundColor, backgroundImage].join();
            const beyond = ground(element.parentElement);
            around.set(element, here === plain ? beyond : `${beyond}<${name(element)},${here}>`);
        }
        return around.get(element);
    };
    const type = element => {
        const { color, fontFamily, fontSize, fontWeight, textDecorationLine, borderBottom } = getComputedStyle(element);
        return [color, fontFamily, fontSize, fontWeight, textDecorationLine, borderBottom];
    };
    const block = element => getComputedStyle(element).display === 'inline' ? block(element.parentElement) : element;
    const told = link => {
        const whole = block(link.parentElement);
        if (!blocks.has(whole)) {
            const links = [...whole.querySelectorAll('a[href], [role=link]')];
            const length = links.reduce((sum, each) => sum + each.textContent.trim().length, 0);
            blocks.set(whole, [...type(whole), whole.textContent.trim().length > length]);
        }
        return [...type(link), ...blocks.get(whole)];
    };
    const widgets = 'a[href], area[href], button, input, select, textarea, summary, [tabindex="0"]';
    const pressed = [];
    for (const element of document.body.querySelectorAll('*')) {
        if (!element.checkVisibility()) continue;
        const words = [...element.childNodes].map(each => each.nodeType === Node.TEXT_NODE ? each.data : '').join('');
        const is_link = element.matches('a[href], [role=link]');
        if (words.trim() || is_link || element.matches('input, select, textarea')) {
            const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
            const is_read = /[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(words);  // of a single sign axe says nothing certain
            const look = [ground(element), element.type, color, fontSize, fontWeight, textShadow, is_read];
            see('text', element, [...look, ...is_link ? told(element) : []]);
        }
        if (element.matches(widgets)) pressed.push([element, element.getBoundingClientRect()]);
        if (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight) {
            const { overflowX, overflowY } = getComputedStyle(element);
            const stops = element.tabIndex >= 0 || Boolean(element.querySelector(widgets));
            if (/auto|scroll/.test(overflowX + overflowY)) see('scrolls', element, [...name(element), stops]);
        }
    }
    const meet = (one, other, reach) => one.left < other.right + reach && other.left < one.right + reach
        && one.top < other.bottom + reach && other.top < one.bottom + reach;
    const boxes = pressed.filter(([, box]) => box.width && box.height);
    for (const [element, box] of boxes) {
        const near = boxes.filter(([other, its]) => other !== element && meet(box, its, 24));
        const is_large = box.width >= 24 && box.height >= 24;
        if (is_large && !near.some(([, its]) => meet(box, its, 0))) continue;
        const place = ([other, its]) => [other.localName, ...[its.left - box.left, its.top - box.top,
            its.width, its.height].map(Math.round)].join();
        const own = [getComputedStyle(element).display, Math.floor(box.width), Math.floor(box.height)];
        see('pressed', element, [...name(element), ...own, ...near.map(place).sort()]);
    }
    window.looks = [...looks.values()];
    return [...looks.keys()];
}"""
# Most of what axe-core does is to measure what was measured before: it is given the looks that are fresh.
_VIOLATIONS = """([options, fresh]) => {
    document.querySelectorAll('[data-look]').forEach(each => each.removeAttribute('data-look'));
    for (const [kind, element] of fresh.map(number => window.looks[number]))
        element.dataset.look = `${element.dataset.look || ''} ${kind}`;
    axe.configure({ rules: [
        { id: 'color-contrast', selector: '[data-look~=text]' },
        { id: 'link-in-text-block', selector: 'a[href][data-look~=text], [role=link][data-look~=text]' },
        { id: 'target-size', selector: '[data-look~=pressed]' },
        { id: 'scrollable-region-focusable', selector: '[data-look~=scrolls]' },
    ] });
    window.shown = new Set([...document.body.querySelectorAll('*')].filter(each => each.checkVisibility()));
    return axe.run(options).then(found => found.violations.flatMap(
        rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)));
}"""
# What has come and gone since axe-core was last asked, such as the small menu of narrow windows: how each is built.
_CHANGED = """() => {
    const has_moved = each => window.shown.has(each) !== each.checkVisibility();
    const all = [...document.body.querySelectorAll('*')].filter(has_moved);
    const names = /^(id|href|for|name|value|action|datetime|hx-.*|.*by|data-(look|part))$/;
    const built = each => [each.localName, !each.textContent.trim(), ...[...each.attributes]
        .filter(one => !names.test(one.name)).map(one => `${one.name}=${one.value}`).sort()].join();
    return [...new Set(all.map(built))];
}"""

expect.set_options(timeout=PATIENCE)


class Visitor:
    """One browser of its own: cookies, page and everything it complained of."""

    # The looks that are right. Measuring them is most of what axe-core does, and all pages look like few; each look is
    # measured where it is met first, whoever meets it.
    right: set[str] = set()
    # How elements are built that come or go with the width of the window, and were looked at in both.
    changed: set[str] = set()

    def __init__(
        self, browser: Browser, url: str, *, java_script: bool = True, width: int = 1280, also: str | None = None
    ) -> None:
        # `also`: another host the person may be led to.
        self.url, self.java_script, self.also = url, java_script, also
        self.complaints: list[str] = []
        self.context = browser.new_context(
            base_url=url,
            java_script_enabled=java_script,
            locale="fi-FI",
            timezone_id="Europe/Helsinki",
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._heard)
        self.context.on("weberror", self._failed)
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.page = self.context.new_page()

    # ------------------------------------------------------------ what pages are held to

    def _heard(self, message: ConsoleMessage) -> None:
        """Errors of scripts, and every report about the content security policy."""
        if message.type in ("error", "warning") and not message.text.startswith(_REFUSED):
            self.complaints.append(f"{self._where()}: {message.text}")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"{self._where()}: {error.error}")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.netloc != urlsplit(self.url).netloc and asked.hostname != self.also:
            self.complaints.append(f"{self._where()}: a request to {request.url}")

    def _answered(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 500 or (response.status >= 400 and path.startswith("/static/")):
            self.complaints.append(f"{self._where()}: {response.status} for {path}")

    def _where(self) -> str:
        return urlsplit(self.page.url).path

    def hold(self) -> None:
        """Hold the page as it stands, after whatever was done on it, to what axe-core asks; nothing without JavaScript,
        by which it asks."""
        found = self.violations() if self.java_script else []
        assert not found, "\n".join(found)

    def show(self, path: str, source: str) -> None:
        """Load a page into the document that is open. What that one was answered with stays, such as the content
        security policy; and axe-core, whose source takes longer to read than ten pages do."""
        self.page.evaluate("path => history.replaceState(null, '', path)", path)
        self.page.set_content(source)

    def violations(self, *, rules: tuple[str, ...] = ()) -> list[str]:
        """What axe-core finds wrong with the page as it stands, by all its rules or by some of `LAYOUT`."""
        looks = self.page.evaluate(_LOOKS)
        fresh = [number for number, look in enumerate(looks) if look not in self.right]
        if rules and not fresh:
            return []
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
        found = self.page.evaluate(_VIOLATIONS, [{**_AXE, **only}, fresh])
        if not found:
            self.right.update(looks)
        return [f"{self._where()} {self.page.viewport_size}: {each}" for each in found]

    def violations_if_resized(self) -> list[str]:
        """What axe-core finds wrong with a page that it has looked at in another width and, maybe, in other colours: by
        all its rules if what comes or goes with the width is new, else by those whose answer depends on the two."""
        changed = set(self.page.evaluate(_CHANGED))
        found = self.violations(rules=LAYOUT if changed <= self.changed else ())
        if not found:
            self.changed.update(changed)
        return found

    # ------------------------------------------------------------ coming and going

    def become(self, databases: Databases, person: UUID) -> None:
        """Be signed in, by a cookie made behind the scenes."""
        name, _, value = cookie_of(databases, person).partition("=")
        self.context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def sign_in(self, name: str) -> None:
        """Come in as one of the demo people, by one press."""
        self.page.goto("/kirjautuminen")
        self.press(name)
        expect(self.page.locator("header .who")).to_contain_text(name)

    def sign_out(self) -> None:
        """Sign out at the foot of one's own page."""
        self.page.goto("/oma-sivu")
        self.page.get_by_role("main").get_by_role("button", name="Kirjaudu ulos", exact=True).click()
        expect(self.page.get_by_text("Olet kirjautunut ulos")).to_be_visible()

    # ------------------------------------------------------------ reading and pressing

    def heading(self) -> Locator:
        """The one h1."""
        return self.page.locator("h1")

    def press(self, words: Any, *, within: Locator | None = None) -> None:
        """Press the button whose name begins so; the hidden words that complete it may follow."""
        self.button(words, within=within).click()

    def button(self, words: Any, *, within: Locator | None = None) -> Locator:
        """The first button whose name begins so."""
        name = re.compile(f"^{re.escape(words)}") if isinstance(words, str) else words
        return (within or self.page).get_by_role("button", name=name).first

    def follow(self, words: Any, *, within: Locator | None = None) -> None:
        """Follow the link whose name begins so."""
        name = re.compile(f"^{re.escape(words)}") if isinstance(words, str) else words
        (within or self.page).get_by_role("link", name=name).first.click()

    def unfold(self, words: str) -> Locator:
        """Open what is folded behind these words, and give it."""
        folded = self.page.locator("details", has=self.page.locator("summary", has_text=words)).first
        folded.locator("summary").click()
        return folded

    def see(self, *all_words: str) -> None:
        """The words can be read on the page."""
        for words in all_words:
            expect(self.page.get_by_role("main").get_by_text(words).first).to_be_visible()

    # ------------------------------------------------------------ by keyboard

    def tab_to(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the element is reached. Every stop on the way is seen, uncovered and shows its ring."""
        expect(target).to_be_visible()
        for _ in range(STEPS):
            self.page.keyboard.press(key)
            lost, is_there = target.evaluate(_STOP)
            assert not lost, f"{self._where()}: {lost}"
            if is_there:
                return
        raise AssertionError(f"{self._where()}: {STEPS} presses of {key} do not reach {target}")


# Why the element with focus is no good place to be ("" if it is one), and whether it is the one that is looked for.
_STOP = """target => {
    const now = document.activeElement, words = now.outerHTML.slice(0, 120);
    const box = [...now.getClientRects()].find(each => each.width && each.height);
    const lost = () => {
        if (now === document.body) return 'the focus is on nothing';
        if (!box) return `the focus is on something unseen: ${words}`;
        if (box.bottom <= 0 || box.top >= innerHeight) return `the focus is outside the window: ${words}`;
        const middle = Math.max(0, Math.min((box.top + box.bottom) / 2, innerHeight - 1));
        const at = document.elementFromPoint((box.left + box.right) / 2, middle);
        if (at && !now.contains(at) && !at.contains(now)) return `the focus is under something else: ${words}`;
        const { outlineStyle, boxShadow } = getComputedStyle(now);
        return outlineStyle === 'none' && boxShadow === 'none' ? `no ring around the focus: ${words}` : '';
    };
    return [lost(), now === target];
}"""
