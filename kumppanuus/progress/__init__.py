"""Where each clause stands, what an agreement still misses, and what waits for a person. All of it derived, none
stored."""

from kumppanuus.progress.readiness import Readiness, readiness
from kumppanuus.progress.standing import (
    ClauseStanding,
    Progress,
    Standing,
    Tally,
    clause_standing,
    kept,
    progress,
    standing_of,
    tallies,
)
from kumppanuus.progress.tasks import (
    ORDER,
    Task,
    TaskKind,
    changed_for,
    question_task,
    tasks,
    to_answer,
    waits_in,
)

__all__ = [
    "ORDER",
    "ClauseStanding",
    "Progress",
    "Readiness",
    "Standing",
    "Tally",
    "Task",
    "TaskKind",
    "changed_for",
    "clause_standing",
    "kept",
    "progress",
    "question_task",
    "readiness",
    "standing_of",
    "tallies",
    "tasks",
    "to_answer",
    "waits_in",
]
