"""Refusals and failures in the reader's words: a sentence for each refusal, and the pages that show them."""

from kumppanuus.web.errors.pages import drawn_digest, init_app, not_allowed, not_found, page, refused, typed
from kumppanuus.web.errors.sentences import SENTENCES, sentence, sentence_named

__all__ = [
    "SENTENCES",
    "drawn_digest",
    "init_app",
    "not_allowed",
    "not_found",
    "page",
    "refused",
    "sentence",
    "sentence_named",
    "typed",
]
