"""What the service says of itself: feedback on accessibility and its answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kumppanuus.accounts import Language
from kumppanuus.feedback import Feedback
from kumppanuus.web.accessibility import AnswerForm, FeedbackForm
from kumppanuus.web.gallery.shelf import AT, Section, Shown, specimen

parts = Shown("accessibility/parts.html")

TEXT = "Ruudunlukija ei kerro, että kohta on sovittu."


def sections() -> list[Section]:
    """Giving feedback, and answering it."""
    refused = FeedbackForm(formdata=None)
    refused.validate()
    rows = [
        Feedback(id=UUID(int=1), text=TEXT, language=Language.FI, made_at=AT - timedelta(days=2)),
        Feedback(id=UUID(int=2), text=TEXT, language=Language.FI, made_at=AT - timedelta(days=17)),
        Feedback(id=UUID(int=3), text=TEXT, language=Language.FI, made_at=AT - timedelta(days=30), answered_at=AT),
    ]
    return [
        Section(
            "Palaute saavutettavuudesta",
            [
                specimen("Palautteen antaminen", parts.give(FeedbackForm(formdata=None))),
                specimen("Palaute, jota ei lähetetty", parts.give(refused)),
                specimen("Palautteet", *[parts.row(each) for each in rows], inside="ul.rows"),
                specimen("Vastaaminen", parts.answer(AnswerForm(formdata=None), "#")),
            ],
        )
    ]
