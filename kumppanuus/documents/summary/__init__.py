"""The summary of a round as a document: put together from the record, with what a person wrote in its place."""

from kumppanuus.documents.summary.gathering import Gathered, gather
from kumppanuus.documents.summary.making import (
    FORMS,
    MAKE,
    PUBLISH,
    Form,
    file_of,
    is_large,
    order,
    order_publication,
    publish,
    state_of,
)
from kumppanuus.documents.summary.tree import document, table

__all__ = [
    "FORMS",
    "MAKE",
    "PUBLISH",
    "Form",
    "Gathered",
    "document",
    "file_of",
    "gather",
    "is_large",
    "order",
    "order_publication",
    "publish",
    "state_of",
    "table",
]
