"""Responses: what came of what was said in a round, and why: drafted together, then released and sealed."""

from kumppanuus.responses.events import ResponseReleased, ResponseReplaced
from kumppanuus.responses.reads import Draft, Duty, Told, by_id, drafts, duties, of_clause, remarks_of
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
from kumppanuus.responses.writing import accept_wording, ask, change, discard, release, replace, write

__all__ = [
    "AnsweredMeanwhile",
    "Draft",
    "Duty",
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
    "TakenMeanwhile",
    "Told",
    "accept_wording",
    "ask",
    "by_id",
    "change",
    "discard",
    "drafts",
    "duties",
    "of_clause",
    "release",
    "remarks_of",
    "replace",
    "write",
]
