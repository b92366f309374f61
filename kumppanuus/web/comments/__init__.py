"""Screen: what is said about a clause, a question or a suggestion: the talk on its page, and the deeds on a comment."""

from __future__ import annotations

from kumppanuus.web.comments import adding, under
from kumppanuus.web.comments.form import CommentForm, NewView
from kumppanuus.web.comments.frame import ask_voice, screen, voice_chosen
from kumppanuus.web.comments.looks import Act, AnswerView, SaidView, SupportView, views
from kumppanuus.web.comments.talking import TalkView, talk
from kumppanuus.web.comments.under import ReplyForm, UnderView

__all__ = [
    "Act",
    "AnswerView",
    "CommentForm",
    "NewView",
    "ReplyForm",
    "SaidView",
    "SupportView",
    "TalkView",
    "UnderView",
    "adding",
    "ask_voice",
    "screen",
    "talk",
    "under",
    "views",
    "voice_chosen",
]
