"""Open questions: the register of what is not agreed yet, each with an owner, a due date and in the end an outcome."""

from __future__ import annotations

from kumppanuus.questions.asking import admit, ask, decline, open_register
from kumppanuus.questions.editing import assign, count_owned, edit, give_all, link, update
from kumppanuus.questions.moving import MOVES, move, needs, undo, undoable
from kumppanuus.questions.reads import (
    Listed,
    by_id,
    by_thread,
    labels,
    linked,
    listed,
    numbered,
    of_clause,
    register,
    updates,
    waiting_room,
)
from kumppanuus.questions.refusals import (
    AlreadyDecided,
    MovedMeanwhile,
    Needs,
    NotAdmitted,
    NotAllowedMove,
    NotHere,
    PastDay,
    TooLateToUndo,
)
from kumppanuus.questions.tables import GROUPS, Move, Question, Status, Step, Update

__all__ = [
    "GROUPS",
    "MOVES",
    "AlreadyDecided",
    "Listed",
    "Move",
    "MovedMeanwhile",
    "Needs",
    "NotAdmitted",
    "NotAllowedMove",
    "NotHere",
    "PastDay",
    "Question",
    "Status",
    "Step",
    "TooLateToUndo",
    "Update",
    "admit",
    "ask",
    "assign",
    "by_id",
    "by_thread",
    "count_owned",
    "decline",
    "edit",
    "give_all",
    "labels",
    "link",
    "linked",
    "listed",
    "move",
    "needs",
    "numbered",
    "of_clause",
    "open_register",
    "register",
    "undo",
    "undoable",
    "update",
    "updates",
    "waiting_room",
]
