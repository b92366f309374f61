"""Responses: what came of what was said in a round, and why: drafted together, then released and sealed."""

from kumppanuus.responses.board import Desk, Filter, Item, Row, Spot, State, desk, same_words
from kumppanuus.responses.events import ResponseReleased, ResponseReplaced
from kumppanuus.responses.reads import (
    Draft,
    Duty,
    Told,
    by_id,
    count_unanswered,
    drafts,
    duties,
    of_clause,
    remarks,
    remarks_of,
)
from kumppanuus.responses.refusals import (
    AnsweredMeanwhile,
    NoRemarks,
    NotAnOfficial,
    NotReady,
    NotReleased,
    ReleasedAlready,
    ResponseChanged,
    TakenMeanwhile,
)
from kumppanuus.responses.tables import Response, ResponseRemark
from kumppanuus.responses.writing import accept_wording, ask, ask_instead, change, discard, release, replace, write

__all__ = [
    "AnsweredMeanwhile",
    "Desk",
    "Draft",
    "Duty",
    "Filter",
    "Item",
    "NoRemarks",
    "NotAnOfficial",
    "NotReady",
    "NotReleased",
    "ReleasedAlready",
    "Response",
    "ResponseChanged",
    "ResponseReleased",
    "ResponseRemark",
    "ResponseReplaced",
    "Row",
    "Spot",
    "State",
    "TakenMeanwhile",
    "Told",
    "accept_wording",
    "ask",
    "ask_instead",
    "by_id",
    "change",
    "count_unanswered",
    "desk",
    "discard",
    "drafts",
    "duties",
    "of_clause",
    "release",
    "remarks",
    "remarks_of",
    "replace",
    "same_words",
    "write",
]
