"""What a new agreement can start from, shipped as data: the model agreement, the thirteen questions, the sectors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelClause:
    """A clause of the model: those of annexes have no title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelSection:
    """A chapter or an annex of the model, without its number."""

    title: str
    clauses: tuple[ModelClause, ...]


@dataclass(frozen=True, slots=True)
class ModelAgreement:
    """The model agreement in Finnish, its placeholders in square brackets.

    `preface` are the paragraphs of the title page, `signatures` those of the signature block.
    """

    title: str
    preface: tuple[str, ...]
    sections: tuple[ModelSection, ...]
    signatures: tuple[str, ...]
    annexes: tuple[ModelSection, ...]


@dataclass(frozen=True, slots=True)
class StarterQuestion:
    """One of the thirteen questions.

    `slug` never changes. `section` is the number of the model's chapter that would settle the question, `clauses` are
    the labels of the clauses of the model that answer it, in any chapter.
    """

    slug: str
    order: int
    titles: dict[str, str]
    questions: dict[str, str]
    section: int
    clauses: tuple[str, ...]

    def title(self, language: str) -> str:
        """Its title in `fi`, `sv` or `en`."""
        return self.titles[language]

    def question(self, language: str) -> str:
        """The question itself in `fi`, `sv` or `en`."""
        return self.questions[language]


@cache
def model_agreement() -> ModelAgreement:
    """The model agreement: twelve chapters with sixty clauses, four annexes."""
    data = _data("model_agreement.json")
    return ModelAgreement(
        title=data["title"],
        preface=tuple(data["preface"]),
        sections=_sections(data["sections"]),
        signatures=tuple(data["signatures"]),
        annexes=_sections(data["annexes"]),
    )


@cache
def questions() -> tuple[StarterQuestion, ...]:
    """The thirteen questions, in their order."""
    return tuple(
        StarterQuestion(
            slug=entry["slug"],
            order=entry["order"],
            titles=entry["title"],
            questions=entry["question"],
            section=entry["section"],
            clauses=tuple(entry["clauses"]),
        )
        for entry in _data("questions.json")
    )


@cache
def sectors() -> tuple[dict[str, str], ...]:
    """The names of twenty sectors in `fi`, `sv` and `en`, in their order."""
    return tuple(_data("sectors.json"))


def _sections(entries: list[dict[str, Any]]) -> tuple[ModelSection, ...]:
    return tuple(
        ModelSection(entry["title"], tuple(ModelClause(**clause) for clause in entry["clauses"])) for entry in entries
    )


def _data(name: str) -> Any:  # JSON: the callers above say what it holds
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
