"""Taking a document back: what people wrote into an export, or into a file of their own, becomes suggestions and
comments."""

from __future__ import annotations

from kumppanuus.documents.takeback.filing import Filed, Known, file, key_of
from kumppanuus.documents.takeback.finding import find
from kumppanuus.documents.takeback.found import (
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
    "receive",
]
