"""Taking a document back: what people wrote into an export, or into a file of their own, becomes suggestions and
comments."""

from __future__ import annotations

from kumppanuus.documents.takeback.filing import MOST_QUOTED, Filed, Known, file, key_of, name_of, usual_kind
from kumppanuus.documents.takeback.finding import (
    Found,
    IsComparison,
    Left,
    NoClauses,
    OtherAgreement,
    Proposed,
    Remark,
    Returned,
    Sureness,
    Why,
    find,
)
from kumppanuus.documents.takeback.tables import (
    READ,
    IsFiled,
    NothingChosen,
    NotRead,
    Takeback,
    by_id,
    confirm,
    forget_old,
    found_in,
    receive,
)

__all__ = [
    "MOST_QUOTED",
    "READ",
    "Filed",
    "Found",
    "IsComparison",
    "IsFiled",
    "Known",
    "Left",
    "NoClauses",
    "NotRead",
    "NothingChosen",
    "OtherAgreement",
    "Proposed",
    "Remark",
    "Returned",
    "Sureness",
    "Takeback",
    "Why",
    "by_id",
    "confirm",
    "file",
    "find",
    "forget_old",
    "found_in",
    "key_of",
    "name_of",
    "receive",
    "usual_kind",
]
