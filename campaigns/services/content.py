"""What a campaign says while it runs: updates, questions and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.notices.services import notify
from accounts.permissions import require
from campaigns.enums import PUBLIC_STATUSES
from campaigns.locks import lock_question
from campaigns.models import Question, Update
from campaigns.permissions import can_ask, can_edit_campaign
from campaigns.services.cleaning import clean
from campaigns.services.letters import button
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign

LONGEST_TEXT = 20_000
LONGEST_ANSWER = 2_000
OPEN_QUESTIONS = 3


def _check_length(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise Invalid(
            "text_too_long", _("The text is longer than %(most)s characters."), field=field, most=most
        )


def post_update(*, campaign: Campaign, title: str, text: str, by: User, now: dt.datetime) -> Update:
    """Publish news of a campaign that is public; backers hear of it from payments.

    Raises `NotAllowed` unless `by` is the team's owner or editor, `Invalid`, or `Refused` (`not_public`).
    """
    require(can_edit_campaign(by, campaign))
    update = Update(campaign=campaign, title=title, text=text, author=by, posted_at=now)
    clean(update, ["title", "text"])
    _check_length(update.text, LONGEST_TEXT, "text")
    if campaign.status not in PUBLIC_STATUSES:
        raise Refused("not_public", _("Updates begin once the campaign is launched."))
    update.save()
    return update


def ask_question(*, campaign: Campaign, text: str, by: User, now: dt.datetime) -> Question:
    """Ask the team of a public campaign. It shows once answered.

    Raises `NotAllowed` unless logged in, `Invalid`, or `Refused` (`too_many_questions`) with three unanswered.
    """
    require(can_ask(by, campaign))
    question = Question(campaign=campaign, text=text, asked_by=by, asked_at=now)
    clean(question, ["text"])
    if campaign.questions.filter(asked_by=by, answered_at__isnull=True).count() >= OPEN_QUESTIONS:
        raise Refused(
            "too_many_questions",
            _("You have questions here that wait for an answer: give the team some time."),
        )
    question.save()
    return question


def answer_question(*, question: Question, answer: str, by: User, now: dt.datetime) -> None:
    """Answer, or put an answer right. Who asked hears of the first answer.

    Raises `NotAllowed` unless `by` is the team's owner or editor, `Invalid` for an empty or endless answer.
    """
    require(can_edit_campaign(by, question.campaign))
    answer = answer.strip()
    if not answer:
        raise Invalid("answer_missing", _("Write the answer."), field="answer")
    _check_length(answer, LONGEST_ANSWER, "answer")
    with transaction.atomic():
        lock_question(question)
        first = question.answered_at is None
        question.answer, question.answered_at = answer, question.answered_at or now
        question.save(update_fields=["answer", "answered_at"])
        asker = question.asked_by
        if first and asker is not None and asker.is_active:
            notify(
                event="question_answered",
                email=asker.email,
                user=asker,
                language=asker.language,
                dedupe=f"question_answered:{question.pk}",
                context={
                    "title": question.campaign.project.title,
                    "question": question.text,
                    "answer": answer,
                    **button(_("See the campaign"), "campaign", question.campaign.slug, asker.language),
                },
                now=now,
            )
