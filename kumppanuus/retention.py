"""Retention: what has run out is deleted, each kind after the days the installation has set for it."""

from __future__ import annotations

from datetime import timedelta

from kumppanuus import accounts, drafts, feedback, jobs, limits, members, notifications
from kumppanuus.config import Settings
from kumppanuus.documents import archive, intake, takeback


def tidy(settings: Settings) -> dict[str, int]:
    """Delete what has run out; gives how many rows of each kind, in English, as the command tells it.

    Nothing has to run for anything to be safe: what has run out is refused when it is used. The caller commits.
    """
    unsent = timedelta(days=settings.keep_drafts_days)
    files = min(unsent, intake.LIVES)
    letters = timedelta(days=settings.keep_letters_days)
    return {
        "sessions, sign-in links and changes of address": accounts.forget_old(timedelta(days=settings.keep_links_days)),
        "invitations": members.forget_old(timedelta(days=settings.keep_invitations_days)),
        "unsent texts and keys of forms": drafts.forget_old(unsent),
        "files nobody came back to": intake.forget_old(files) + takeback.forget_old(files) + archive.forget_old(),
        "notices, reminders and digests": notifications.forget_old_notices(letters),
        "letters that left or were given up": notifications.forget_old_letters(letters),
        "long tasks": jobs.forget_old(),
        "uses that were counted": limits.forget_old(),
        "addresses of answered feedback": feedback.forget_old(timedelta(days=settings.keep_feedback_days)),
    }
