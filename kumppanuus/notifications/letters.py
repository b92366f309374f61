"""What stands in each letter, and to whom it goes. Links are made here, when a letter leaves: only it holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import current_app, render_template
from flask_babel import force_locale, gettext

from kumppanuus import accounts, feedback, members, organisations, rounds, statements, summaries
from kumppanuus.accounts import AddressChange, SignIn, User
from kumppanuus.config import Settings
from kumppanuus.db import db, helsinki_day
from kumppanuus.jobs import Job, State
from kumppanuus.rounds import Round

AddressOf = Callable[[str], str]  # makes a whole address of a path


class Letter(StrEnum):
    """Kinds of letters, each about one row."""

    SIGN_IN = "sign_in"
    MEMBERSHIP = "membership"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_CHANGED = "address_changed"
    JOB_ENDED = "job_ended"
    FEEDBACK = "feedback"
    FEEDBACK_ANSWER = "feedback_answer"
    INVITATION = "invitation"
    REMINDER = "reminder"
    ANSWER_THANKS = "answer_thanks"
    ANSWER_CONFIRM = "answer_confirm"
    DIGEST = "digest"
    OUTCOME = "outcome"
    DIGEST_TO_FORWARD = "digest_to_forward"


@dataclass(frozen=True)
class Written:
    """A letter ready to be sent."""

    address: str
    name: str
    subject: str
    text: str
    html: str
    thread: str = ""  # letters with the same one belong together in a mail program
    stop_link: str = ""  # where the person stops letters of this kind, by one press and without signing in


Writer = Callable[[UUID, AddressOf], Written | None]


def writer(letter: Letter) -> Callable[[Writer], Writer]:
    """Name the writer of a letter whose words are those of pages: these stand above this module."""

    def register(write_it: Writer) -> Writer:
        _WRITERS[letter] = write_it
        return write_it

    return register


def write(letter: Letter, subject_id: UUID, address_of: AddressOf, user_id: UUID | None = None) -> Written | None:
    """The words of a letter about one row, to one of several people if a user is named; None if nobody is to get it."""
    if letter in _TO_INVITEES:
        return _to_invitee(letter, subject_id, address_of, user_id)
    return _WRITERS[letter](subject_id, address_of)


def _sign_in(asking_id: UUID, address_of: AddressOf) -> Written | None:
    settings: Settings = current_app.extensions["settings"]
    asking = db.session.get(SignIn, asking_id)
    made = accounts.make_letter(asking, lives=timedelta(minutes=settings.link_minutes)) if asking else None
    if asking is None or made is None:
        return None
    user, token, code = made
    values = {
        "code": code,
        "link": address_of(f"/kirjautuminen/{token}"),
        "minutes": settings.link_minutes,
        "asked_at": asking.asked_at,
        "browser": asking.browser_words,
    }
    return _to_user(Letter.SIGN_IN, user, str(asking.language.value), values)


def _membership(invitation_id: UUID, address_of: AddressOf) -> Written | None:
    """To somebody who was invited into an agreement: what it is, by whom, and the link to join by."""
    invitation = members.invitation_by_id(invitation_id)
    secret = members.make_invitation_link(invitation) if invitation else None
    if invitation is None or secret is None:
        return None
    user = accounts.find(invitation.address)
    name = user.name if user else invitation.name
    values = {
        "name": name,
        "inviter": invitation.invited_by.name,
        "agreement": invitation.agreement,
        "message": invitation.message,
        "until": helsinki_day(invitation.expires_at),
        "link": address_of(f"/kutsut/{secret}"),
    }
    language = str(user.language.value if user else invitation.agreement.language.value)
    return set_words(Letter.MEMBERSHIP, invitation.address, name, language, values)


def _address_confirm(change_id: UUID, address_of: AddressOf) -> Written | None:
    """To the address a person wishes for: a link that makes it the person's."""
    change = db.session.get(AddressChange, change_id)
    secret = accounts.make_confirmation(change) if change else None
    if change is None or secret is None:
        return None
    user = change.user
    values = {"name": user.first_name, "old": change.old_address, "link": address_of(f"/osoitteet/{secret}")}
    return set_words(Letter.ADDRESS_CONFIRM, change.new_address, user.name, str(user.language.value), values)


def _address_changed(change_id: UUID, _address_of: AddressOf) -> Written | None:
    """To the address a person had before: that it is another one now."""
    settings: Settings = current_app.extensions["settings"]
    change = db.session.get(AddressChange, change_id)
    if change is None or change.used_at is None:
        return None
    user = change.user
    values = {
        "name": user.first_name,
        "changed_at": change.used_at,
        "help_name": settings.help_name,
        "help_phone": settings.help_phone,
    }
    return set_words(Letter.ADDRESS_CHANGED, change.old_address, user.name, str(user.language.value), values)


def _job_ended(job_id: UUID, address_of: AddressOf) -> Written | None:
    job = db.session.get(Job, job_id)
    user = db.session.get(User, job.user_id) if job else None
    if job is None or user is None or user.disabled_at is not None:
        return None
    values = {"kind": job.kind, "is_done": job.state is State.DONE, "link": address_of(f"/tyot/{job.id}")}
    return _to_user(Letter.JOB_ENDED, user, str(user.language.value), values)


def _feedback(feedback_id: UUID, address_of: AddressOf) -> Written | None:
    """To those who keep the service: what somebody found hard to use."""
    settings: Settings = current_app.extensions["settings"]
    given = feedback.by_id(feedback_id)
    if given is None or not settings.controller_address:
        return None
    values = {"text": given.text, "due_on": given.due_on, "link": address_of(f"/palautteet/{given.id}")}
    return set_words(Letter.FEEDBACK, settings.controller_address, settings.controller, settings.language, values)


def _feedback_answer(feedback_id: UUID, address_of: AddressOf) -> Written | None:
    """To the giver of feedback: what was answered."""
    given = feedback.by_id(feedback_id)
    if given is None or not given.reply_address:
        return None
    values = {"text": given.text, "answer": given.answer, "link": address_of("/saavutettavuus")}
    return set_words(Letter.FEEDBACK_ANSWER, given.reply_address, "", str(given.language.value), values)


_TO_INVITEES = (Letter.INVITATION, Letter.REMINDER)


def _to_invitee(letter: Letter, invitee_id: UUID, address_of: AddressOf, user_id: UUID | None) -> Written | None:
    """What is asked and until when. To the contact of an organisation with a link of its own; to whoever leads a body
    with the address where they answer for it, signed in. None goes to who has answered or declined."""
    invitee = rounds.invitee_by_id(invitee_id)
    if invitee is None or not invitee.round.takes_answers or invitee.declined_at is not None:
        return None
    found = statements.of_invitee(invitee)
    if found is not None and found.is_sent:
        return None
    values, contact = _about(invitee.round), invitee.organisation
    if contact is not None and contact.contact_address:
        values["link"] = address_of(f"/vastaukset/{rounds.personal_secret(invitee)}")
        values["name"] = contact.contact_name or contact.name
        return set_words(
            letter, contact.contact_address, values["name"], str(values["agreement"].language.value), values
        )
    user = db.session.get(User, user_id) if user_id else None
    if user is None or user.disabled_at is not None or invitee.body_id not in organisations.led_by(user.id):
        return None
    values["link"] = address_of(f"/sopimukset/{values['agreement'].slug}/kierrokset/{invitee.round.number}/vastaa")
    return _to_user(letter, user, str(user.language.value), {**values, "name": user.name, "body": invitee.name})


def preview(about: Round, name: str) -> Written:
    """A reminder as it will be written, with words in the place of the link that each gets."""
    language = str(about.agreement.language.value)
    with force_locale(language):
        link = gettext("(jokaisella oma linkki)")
    return set_words(Letter.REMINDER, "", name, language, {**_about(about), "name": name, "link": link})


def _thanks(statement_id: UUID, address_of: AddressOf) -> Written | None:
    """To the giver of an answer, with a link to correct it."""
    return _to_giver(Letter.ANSWER_THANKS, statement_id, address_of)


def _confirm(statement_id: UUID, address_of: AddressOf) -> Written | None:
    """To the giver of an answer that somebody wrote down, with a link to confirm or correct it."""
    return _to_giver(Letter.ANSWER_CONFIRM, statement_id, address_of)


def _to_giver(letter: Letter, statement_id: UUID, address_of: AddressOf) -> Written | None:
    statement = statements.by_id(statement_id)
    if statement is None or not statement.is_sent or not statement.round.takes_answers:
        return None
    address = statements.letter_address(statement)
    if not address:
        return None
    name = statement.giver_name or statements.name_of(statement)
    values = {
        **_about(statement.round),
        "name": name,
        "recorder": statement.recorded_by.name if statement.recorded_by else "",
        "is_late": statement.is_late,
        "link": address_of(f"/vastaukset/{statements.make_link(statement)}"),
    }
    return set_words(letter, address, name, str(statement.giver_language.value), values)


def _outcome(thanks_id: UUID, address_of: AddressOf) -> Written | None:
    """To the giver of an answer: what came of each thing it says, and where the summary is."""
    thanks = summaries.thanks_by_id(thanks_id)
    statement = thanks.statement if thanks else None
    if thanks is None or statement is None or statement.hidden_at is not None:
        return None
    address = statements.letter_address(statement)
    if not address:
        return None
    name = statement.giver_name or statements.name_of(statement)
    told = summaries.told(thanks.round, statement_id=statement.id)
    values = {
        **_about(thanks.round),
        "name": name,
        "told": [each for each in told if not each.is_hidden],
        "link": address_of(_summary(thanks.round)),
    }
    return set_words(Letter.OUTCOME, address, name, str(statement.giver_language.value), values)


def _digest_to_forward(thanks_id: UUID, address_of: AddressOf) -> Written | None:
    """To a representative: what was published, in a few plain lines for each section, to be forwarded to a network."""
    thanks = summaries.thanks_by_id(thanks_id)
    member = thanks.member if thanks else None
    if thanks is None or member is None or member.ended_at is not None or member.user.disabled_at is not None:
        return None
    published = summaries.newest(thanks.round)
    kept = summaries.content_of(published, "txt") if published and published.is_shown else None
    if published is None or kept is None:
        return None
    values = {
        **_about(thanks.round),
        "title": published.title,
        "digest": kept.content.decode(),
        "link": address_of(_summary(thanks.round)),
    }
    return _to_user(Letter.DIGEST_TO_FORWARD, member.user, str(member.user.language.value), values)


def _summary(round_: Round) -> str:
    return f"/julkinen/{round_.agreement.slug}/kierrokset/{round_.number}/yhteenveto"


def _about(round_: Round) -> dict[str, Any]:
    return {"round": round_, "agreement": round_.agreement, "last_day": round_.last_day, "body": ""}


_WRITERS: dict[Letter, Writer] = {
    Letter.SIGN_IN: _sign_in,
    Letter.MEMBERSHIP: _membership,
    Letter.ADDRESS_CONFIRM: _address_confirm,
    Letter.ADDRESS_CHANGED: _address_changed,
    Letter.JOB_ENDED: _job_ended,
    Letter.FEEDBACK: _feedback,
    Letter.FEEDBACK_ANSWER: _feedback_answer,
    Letter.ANSWER_THANKS: _thanks,
    Letter.ANSWER_CONFIRM: _confirm,
    Letter.OUTCOME: _outcome,
    Letter.DIGEST_TO_FORWARD: _digest_to_forward,
}


def _to_user(letter: Letter, user: User, language: str, values: Mapping[str, Any]) -> Written:
    return set_words(letter, user.address, user.name, language, {"user": user, **values})


def set_words(letter: Letter, address: str, name: str, language: str, values: Mapping[str, Any]) -> Written:
    """A letter in the words of its templates. Its bodies know the subject."""
    folder = f"mail/{letter.value}"
    with force_locale(language):
        subject = " ".join(render_template(f"{folder}/subject.txt", **values).split())
        values = {**values, "subject": subject}
        return Written(
            address=address,
            name=name,
            subject=subject,
            # A line of plain text breaks anywhere: blanks that hold words together would only hinder a search.
            text=render_template(f"{folder}/body.txt", **values).replace("\u00a0", " "),
            html=render_template(f"{folder}/body.html", language=language, **values),
        )
