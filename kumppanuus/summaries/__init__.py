"""What a round brought: who answered and who was not heard, what was said, and what came of it; told inside, and
published."""

from kumppanuus.summaries.counting import (
    ANSWERS,
    NOBODY,
    NOWHERE,
    Answer,
    Heard,
    Kind,
    Line,
    Place,
    Silent,
    Summary,
    Voice,
    kept,
    of,
    silent,
    state,
    to_remind,
    voice,
)

__all__ = [
    "ANSWERS",
    "NOBODY",
    "NOWHERE",
    "Answer",
    "Heard",
    "Kind",
    "Line",
    "Place",
    "Silent",
    "Summary",
    "Voice",
    "kept",
    "of",
    "silent",
    "state",
    "to_remind",
    "voice",
]
