"""Needs: reported by anybody, read before they are public, shared once by each."""

from __future__ import annotations

import uuid

import pytest

from accounts.enums import ConsentKind, Role
from accounts.models import Consent
from campaigns.codesign import services
from campaigns.codesign.enums import NeedStatus
from campaigns.codesign.models import Need, NeedSupport
from campaigns.codesign.selectors.needs import public_needs, support_by, waiting_in_short
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from crowdfund.kit.states import IllegalTransition
from tests import world
from tests.campaigns.codesign_rows import NOW, at_once, need

pytestmark = pytest.mark.django_db


def report(**fields):
    return services.report_need(
        **{
            "neighbourhood": world.neighbourhood(),
            "theme": "green",
            "title": "Una fontanella",
            "by": None,
            "now": NOW,
        }
        | fields
    )


def test_a_guests_need_waits_and_keeps_nothing_of_the_guest():
    made = report(text="Riga\r\nriga ")
    assert (made.status, made.reported_by, made.text) == (NeedStatus.WAITING, None, "Riga\nriga")
    assert not public_needs().exists()
    event = made.events.get()
    assert (event.from_status, event.to_status, event.by) == ("", "waiting", None)
    assert waiting_in_short() == (1, NOW)


def test_a_persons_need_waits_too():
    person = world.person()
    made = report(by=person)
    assert (made.status, made.reported_by) == (NeedStatus.WAITING, person)


@pytest.mark.parametrize("role", [Role.ANIMATOR, Role.OFFICER])
def test_what_an_animator_or_officer_reports_is_public_at_once(role):
    made = report(by=world.staff(role), source="meeting")
    assert made.status == NeedStatus.PUBLISHED
    assert list(public_needs()) == [made]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"title": "  "}, "empty", "title"),
        ({"title": "x" * 121}, "too_long", "title"),
        ({"text": "x" * 4001}, "too_long", "text"),
        ({"place": "a\0b"}, "not_text", "place"),
        ({"theme": "space"}, "unknown_theme", "theme"),
        ({"source": "rumour"}, "unknown_source", "source"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(fields, code, field):
    with pytest.raises(Invalid) as caught:
        report(**fields)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not Need.objects.exists()


@pytest.mark.parametrize("who", ["guest", "person", "tutor"])
def test_only_moderators_collect_at_a_meeting(who):
    by = {"guest": None, "person": world.person(), "tutor": world.staff(Role.TUTOR)}[who]
    with pytest.raises(NotAllowed):
        report(source="meeting", by=by)
    assert not Need.objects.exists()


def test_the_same_title_twice_gets_two_addresses_and_a_reserved_word_none():
    slugs = [report(title=title).slug for title in ("Un orto", "Un orto", "Segnala", "???")]
    assert slugs[0] == "un-orto"
    assert slugs[1].startswith("un-orto-")
    assert slugs[2].startswith("segnala-")
    assert slugs[3] == "need"


@pytest.mark.parametrize("who", ["guest", "person", "owner", "tutor", "approver"])
def test_only_moderators_publish_and_hide(who):
    reporter = world.person("Rita")
    made = report(by=reporter)
    by = {
        "guest": None,
        "person": world.person(),
        "owner": reporter,
        "tutor": world.staff(Role.TUTOR),
        "approver": world.staff(Role.APPROVER),
    }[who]
    for deed in (
        lambda: services.publish_need(need=made, by=by, now=NOW),
        lambda: services.hide_need(need=made, why="Spam", by=by, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            deed()
    made.refresh_from_db()
    assert made.status == NeedStatus.WAITING
    assert made.events.count() == 1


@pytest.mark.parametrize("role", [Role.ANIMATOR, Role.OFFICER])
def test_a_moderator_publishes_hides_with_a_reason_and_brings_back(role):
    by = world.staff(role)
    made = report()
    services.publish_need(need=made, by=by, now=NOW)
    assert public_needs().get() == made
    with pytest.raises(Invalid):
        services.hide_need(need=made, why=" ", by=by, now=NOW)
    services.hide_need(need=made, why="Nomina una persona", by=by, now=NOW)
    assert not public_needs().exists()
    assert made.events.last().why == "Nomina una persona"
    services.publish_need(need=made, by=by, now=NOW)
    with pytest.raises(IllegalTransition):
        services.publish_need(need=made, by=by, now=NOW)


def test_the_search_reads_italian_and_ranks_the_title_first():
    other = need("Più verde", text="Mancano le panchine vicino alla fermata.")
    title = need("Panchine rotte", theme="together")
    need("Un campo da basket", theme="sport", text="", place="Via Ovada")
    assert list(public_needs(query="panchina")) == [title, other]
    assert list(public_needs(query="panchina", theme="green")) == [other]
    assert not public_needs(query="piscina").exists()
    assert not public_needs(neighbourhood="corvetto").exists()
    assert not public_needs(query="a\0' | & \"").exists()


# --- sharing


def test_each_person_and_each_browser_shares_once():
    shared, person, visitor = need(), world.person(), uuid.uuid4()
    assert services.share_need(need=shared, by=person, visitor=None, now=NOW)
    assert not services.share_need(need=shared, by=person, visitor=None, now=NOW)
    assert services.share_need(need=shared, by=None, visitor=visitor, now=NOW)
    assert not services.share_need(need=shared, by=None, visitor=visitor, now=NOW)
    assert shared.supporters == NeedSupport.objects.count() == 2


def test_a_guest_who_logs_in_is_not_counted_twice():
    shared, person, visitor = need(), world.person(), uuid.uuid4()
    services.share_need(need=shared, by=None, visitor=visitor, now=NOW)
    assert not services.share_need(need=shared, by=person, visitor=visitor, wants_news=True, now=NOW)
    support = NeedSupport.objects.get()
    assert (support.user, support.visitor, support.wants_news) == (person, None, True)
    assert shared.supporters == 1
    assert support_by(shared, person, None) == support
    assert support_by(shared, None, visitor) is None


def test_sharing_can_be_taken_back_once():
    shared, person, other = need(), world.person(), uuid.uuid4()
    services.share_need(need=shared, by=person, visitor=None, now=NOW)
    services.share_need(need=shared, by=None, visitor=other, now=NOW)
    assert services.unshare_need(need=shared, by=person, visitor=other)
    assert not services.unshare_need(need=shared, by=person, visitor=None)
    assert not services.unshare_need(need=shared, by=None, visitor=None)
    assert shared.supporters == 1
    assert NeedSupport.objects.get().visitor == other


@pytest.mark.parametrize("status", [NeedStatus.WAITING, NeedStatus.HIDDEN])
def test_a_need_that_is_not_public_is_not_shared(status):
    shared = need()
    Need.objects.update(status=status)
    with pytest.raises(Refused):
        services.share_need(need=shared, by=world.person(), visitor=None, wants_news=True, now=NOW)
    assert not NeedSupport.objects.exists()
    assert not Consent.objects.exists()
    assert Need.objects.get().supporters == 0


def test_news_asks_a_person_and_keeps_the_words_of_the_consent():
    shared, person = need(), world.person()
    with pytest.raises(Invalid):
        services.share_need(need=shared, by=None, visitor=uuid.uuid4(), wants_news=True, now=NOW)
    with pytest.raises(Invalid):
        services.share_need(need=shared, by=None, visitor=None, now=NOW)
    assert not NeedSupport.objects.exists()
    for wants_news in (True, True, False, True):
        services.share_need(need=shared, by=person, visitor=None, wants_news=wants_news, now=NOW)
    assert shared.supporters == 1
    consents = Consent.objects.filter(user=person, kind=ConsentKind.TOLD_OF_NEED)
    assert consents.count() == 2  # each time it was turned on
    assert consents[0].text
    assert consents[0].email == person.email


@pytest.mark.django_db(transaction=True)
def test_the_same_person_twice_in_the_same_moment_counts_once():
    shared, person = need(), world.person()
    results = at_once(
        *[lambda: services.share_need(need=Need.objects.get(), by=person, visitor=None, now=NOW)] * 2
    )
    assert sorted(map(str, results)) == ["False", "True"]
    shared.refresh_from_db()
    assert shared.supporters == NeedSupport.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_in_the_same_moment_are_all_counted():
    shared = need()
    at_once(
        *[
            lambda: services.share_need(need=Need.objects.get(), by=None, visitor=uuid.uuid4(), now=NOW)
            for _ in range(6)
        ]
    )
    shared.refresh_from_db()
    assert shared.supporters == NeedSupport.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_control_counting_in_python_would_lose_some():
    """What the F() expression protects from: read, add one, write."""
    shared = need()
    import threading

    both_read = threading.Barrier(2)

    def naive():
        mine = Need.objects.get()
        both_read.wait()
        mine.supporters += 1
        mine.save(update_fields=["supporters"])

    at_once(naive, naive)
    shared.refresh_from_db()
    assert shared.supporters == 1
