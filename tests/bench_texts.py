"""What comparing and merging two texts costs, as ratios to other ways of doing it on the same texts in the same run.

The texts are the model agreement said over again, of 1, 10 and 100 KB, once with one word in 25 touched and once with
one in fifty. Each way is taken as its makers mean it. diff-match-patch searches our own word tokens and cleans up for
reading, once beside our search with the tokens made before, once from text to words. redlines splits words by itself
and writes its Markdown. difflib compares the tokens without its shortcut for common words, which would miss
them: it needs half a minute for 100 KB, so it works in a process of its own, which the system ends when it has used the
time it must lose by. The heaviest text that a field admits is laid out beside an ordinary one as long.
"""

from __future__ import annotations

import difflib
import math
import multiprocessing
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

from diff_match_patch import diff_match_patch
from merge3 import Merge3
from redlines import Redlines

from kumppanuus import starters
from kumppanuus.text.alignment import edits
from kumppanuus.text.diff import diff, grouped
from kumppanuus.text.markup import MAX_LENGTH, _html
from kumppanuus.text.merge import merge
from kumppanuus.text.tokens import Alphabet
from tests.text.examples import HEAVIEST

KB = 1000
SIZES = (1 * KB, 10 * KB, 100 * KB)
TOUCHED = (25, 50)  # one word in so many
LAID_OUT = 60  # how many times longer the heaviest text, all marks, may take to be laid out than an ordinary one
SLOWER = 20  # how many times longer difflib must take for the longest

# The worst a field admits: a thousand words that are all the same, in turn, or nearly so.
WORST = {
    "a word more often": ("sana " * 1000, "sana " * 2000),
    "between other words": (f"alku {'sana ' * 1000}loppu", f"alkoi {'sana ' * 1000}loppui"),
    "two words that change places": ("sana muu " * 500, "muu sana " * 500),
    "another word now and then": ("sana " * 1000, ("sana " * 10 + "muu ") * 90),
}


def texts(size: int, *, seed: int = 1, touched: int = TOUCHED[0]) -> tuple[str, str]:
    """A text of so many signs, and the same with one word in so many changed, left out or put in."""
    model = starters.model_agreement()
    whole = "\n\n".join(clause.text for part in (*model.sections, *model.annexes) for clause in part.clauses).split(" ")
    words: list[str] = []
    dice = random.Random(size)
    while sum(map(len, words)) + len(words) < size:
        words += [f"{word}{len(words)}" if words and dice.random() < 0.1 else word for word in whole[: size // 6]]
    old = " ".join(words)[:size].rsplit(" ", 1)[0]
    new: list[str] = []
    dice = random.Random(seed)
    for word in old.split(" "):
        match dice.randrange(4 * touched):
            case 0:
                pass
            case 1 | 2:
                new.append("uusi")
            case 3:
                new += [word, "lisätty", "sana"]
            case _:
                new.append(word)
    return old, " ".join(new)


def costs(*acts: Callable[[], object], times: int = 9) -> list[float]:
    """CPU seconds of doing each thing, the least of several; in turn, so that a machine that grows slow slows all."""
    spent: list[list[float]] = [[] for _ in acts]
    for _ in range(times):
        for act, own in zip(acts, spent, strict=True):
            start = time.process_time()
            act()
            own.append(time.process_time() - start)
    return [min(each) for each in spent]


def by_diff_match_patch(old: str, new: str) -> list[tuple[int, str]]:
    """The changes in words, by diff-match-patch on our tokens."""
    alphabet = Alphabet()
    before, after = alphabet.spelled(old), alphabet.spelled(new)
    changes = _searched(before.signs, after.signs)
    words: list[tuple[int, str]] = []
    x = y = 0
    for kind, signs in changes:
        tokens = after.tokens[y : y + len(signs)] if kind > 0 else before.tokens[x : x + len(signs)]
        words.append((kind, "".join(tokens)))
        x, y = x + (len(signs) if kind <= 0 else 0), y + (len(signs) if kind >= 0 else 0)
    return words


def _searched(before: str, after: str) -> list[tuple[int, str]]:
    engine = diff_match_patch()
    changes: list[tuple[int, str]] = engine.diff_main(before, after, False)
    engine.diff_cleanupSemantic(changes)
    return changes


def by_difflib(old: str, new: str, seconds: float) -> float | None:
    """CPU seconds that difflib needs, or None if it had not ended after so many (rounded up)."""
    answers: multiprocessing.Queue[float] = multiprocessing.Queue()
    child = multiprocessing.Process(target=_difflib, args=(old, new, math.ceil(seconds), answers))
    child.start()
    child.join()
    return answers.get() if child.exitcode == 0 else None


def _difflib(old: str, new: str, seconds: int, answers: multiprocessing.Queue[float]) -> None:
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds))
    start = time.process_time()
    alphabet = Alphabet()
    before, after = alphabet.spelled(old), alphabet.spelled(new)
    difflib.SequenceMatcher(None, before.tokens, after.tokens, autojunk=False).get_opcodes()
    answers.put(time.process_time() - start)


def by_merge3(base: str, mine: str, theirs: str) -> list[object]:
    """The merge of our tokens by merge3."""
    return list(Merge3(*(Alphabet().spelled(each).tokens for each in (base, mine, theirs))).merge_groups())


@dataclass
class Row:
    """One comparison: what is done, our CPU seconds, the other's, and the ratio in words with its limit."""

    name: str
    own: float
    other: float | None
    told: str
    is_within: bool = True

    def __str__(self) -> str:
        other = f"{self.other * 1e3:>10.2f}" if self.other is not None else f"{'–':>10}"
        return f"{self.name:<62}{self.own * 1e3:>9.2f}{other}  {self.told}{'' if self.is_within else '  over'}"


def measure() -> bool:
    """Measure and print the table. Returns whether every figure is within its limit."""
    rows = [row for touched in TOUCHED for size in SIZES for row in compared(size, touched)]
    rows.append(beside_difflib(SIZES[-1]))
    rows += [beside_ordinary(name, *pair) for name, pair in WORST.items()]
    rows += [beside_merge3(size) for size in SIZES]
    rows.append(heaviest_laid_out())
    print("\nTwo texts, and one laid out\n" + f"{'':<62}{'CPU ms':>9}{'other':>10}  ratio")
    print(*rows, sep="\n")
    return all(row.is_within for row in rows)


def compared(size: int, touched: int) -> list[Row]:
    """A comparison beside diff-match-patch and redlines."""
    old, new = texts(size, touched=touched)
    alphabet = Alphabet()
    before, after = alphabet.spelled(old).signs, alphabet.spelled(new).signs
    own, search, patched, searched, red = costs(
        lambda: diff(old, new),
        lambda: grouped(edits(before, after, alphabet), alphabet),
        lambda: by_diff_match_patch(old, new),
        lambda: _searched(before, after),
        lambda: Redlines(old, new).output_markdown,
        times=max(9, 40 * KB // size),
    )
    name = f"{size // KB} KB, one word in {touched}, beside"
    told, told_search = (f"{mine / other:.2f} of it (limit 2)" for mine, other in ((own, patched), (search, searched)))
    return [
        Row(f"{name} diff-match-patch, tokens given", search, searched, told_search, search <= 2 * searched),
        Row(f"{name} diff-match-patch, text to words", own, patched, told, own <= 2 * patched),
        Row(f"{name} redlines", own, red, f"{red / own:.1f} times faster (limit 1)", own < red),
    ]


def beside_difflib(size: int) -> Row:
    """A comparison beside difflib, which is stopped when it has lost."""
    old, new = texts(size)
    own = costs(lambda: diff(old, new))[0]
    other = by_difflib(old, new, SLOWER * own)
    told = f"more than {SLOWER} times faster" if other is None else f"{other / own:.0f} times faster"
    return Row(
        f"{size // KB} KB beside difflib",
        own,
        other,
        f"{told} (limit {SLOWER})",
        other is None or other >= SLOWER * own,
    )


def beside_ordinary(name: str, old: str, new: str) -> Row:
    """A comparison of the worst texts beside one of ordinary texts as long."""
    usual_old, usual_new = texts(max(len(old), len(new)))
    own, usual = costs(lambda: diff(old, new), lambda: diff(usual_old, usual_new))
    return Row(f"{name}, beside ordinary text", own, usual, f"{own / usual:.2f} of it (limit 2)", own <= 2 * usual)


def heaviest_laid_out() -> Row:
    """Laying out the text of a field that takes longest, beside an ordinary text as long."""
    usual = texts(MAX_LENGTH)[0]
    each = {name: costs(lambda text=text: _html(text), times=1)[0] for name, text in HEAVIEST.items()}
    name = max(each, key=lambda one: each[one])
    own, other = costs(lambda: _html(HEAVIEST[name]), lambda: _html(usual), times=5)
    told = f"{own / other:.1f} times as long (limit {LAID_OUT})"
    return Row(f"{name!r} laid out, beside ordinary text", own, other, told, own <= LAID_OUT * other)


def beside_merge3(size: int) -> Row:
    """A merge of three texts beside one by merge3."""
    (base, mine), (_same, theirs) = texts(size), texts(size, seed=2)
    own, other = costs(lambda: merge(base, mine, theirs), lambda: by_merge3(base, mine, theirs), times=3)
    return Row(
        f"{size // KB} KB merged, beside merge3", own, other, f"{other / own:.1f} times faster (limit 1)", own < other
    )
