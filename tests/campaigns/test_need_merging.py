"""Two needs that say the same become one: nobody who shares either is lost or counted twice."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from campaigns.codesign import services
from campaigns.codesign.models import Need, NeedSupport
from campaigns.codesign.selectors.needs import public_needs, similar_needs
from campaigns.codesign.services import support
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.campaigns.codesign_rows import NOW, at_once, need, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def animator():
    return world.staff(Role.ANIMATOR, name="Anita")


def merge(gone, kept, by):
    services.merge_needs(need=gone, into=kept, why="La stessa panchina", by=by, now=NOW)


def sharing(of):
    return {(one.user_id or one.visitor): one for one in of.supports.all()}


def test_every_supporter_of_both_is_there_once_with_their_consent(animator):
    gone, kept = need("Panchine rotte"), need("Una panchina all'ombra")
    both, left, guest = world.person("Bea"), world.person("Lea"), uuid.uuid4()
    before = NOW - dt.timedelta(days=2)
    services.share_need(need=gone, by=both, visitor=None, wants_news=True, now=before)
    services.share_need(need=gone, by=left, visitor=None, wants_news=True, now=NOW)
    services.share_need(need=gone, by=None, visitor=guest, now=NOW)
    services.share_need(need=kept, by=both, visitor=None, now=NOW)
    services.share_need(need=kept, by=None, visitor=guest, now=NOW)
    merge(gone, kept, animator)
    there = sharing(kept)
    assert set(there) == {both.pk, left.pk, guest}
    assert (there[both.pk].since, there[both.pk].wants_news) == (before, True)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.supporters, gone.supporters, gone.status, gone.merged_into) == (3, 0, "merged", kept)
    assert not gone.supports.exists()
    event = gone.events.last()
    assert (event.from_status, event.to_status, event.why, event.by) == (
        "published",
        "merged",
        "La stessa panchina",
        animator,
    )
    assert kept.events.last().why == f"+ {gone.slug}"
    assert list(public_needs()) == [kept]


def test_proposals_and_news_go_on(animator):
    gone, kept, follower = need("Panchine rotte"), need(), world.person("Lea")
    services.share_need(need=gone, by=follower, visitor=None, wants_news=True, now=NOW)
    answered = proposal(gone)
    merge(gone, kept, animator)
    assert list(answered.needs.all()) == [kept]
    with pytest.raises(Refused):
        proposal(gone)
    proposal(kept)
    from accounts.notices.models import Notice

    assert Notice.objects.filter(event="need_followed", user=follower).count() == 2


def test_a_chain_of_merges_leads_to_its_end(client, animator):
    first, second, third = need("Uno"), need("Due"), need("Tre")
    services.share_need(need=first, by=animator, visitor=None, now=NOW)
    merge(first, second, animator)
    merge(second, third, animator)
    answer = client.get(first.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (301, third.get_absolute_url())
    answer = client.get(reverse("api_need", args=[first.slug]))
    assert (answer.status_code, answer["Location"]) == (301, reverse("api_need", args=[third.slug]))
    assert services.share_need(need=first, by=world.person(), visitor=None, now=NOW)  # an old page still open
    assert services.unshare_need(need=first, by=animator, visitor=None)
    third.refresh_from_db()
    assert third.supporters == third.supports.count() == 1


@pytest.mark.parametrize("who", ["itself", "hidden", "waiting", "merged", "stranger"])
def test_what_cannot_be_merged_changes_nothing(who, animator):
    gone, kept = need("Panchine rotte"), need()
    services.share_need(need=gone, by=animator, visitor=None, now=NOW)
    by = world.person() if who == "stranger" else animator
    if who in {"hidden", "waiting"}:
        Need.objects.filter(pk=kept.pk).update(status=who)
    if who == "merged":
        merge(kept, need("Terza"), animator)
    if who == "itself":
        kept = gone
    before = world.rows("codesign_need", "codesign_needsupport", "codesign_needevent")
    expected = {"itself": Invalid, "stranger": NotAllowed}.get(who, Refused)
    with pytest.raises(expected):
        merge(gone, kept, by)
    assert world.rows("codesign_need", "codesign_needsupport", "codesign_needevent") == before


WHO = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=WHO)
def test_supporters_afterwards_are_the_union(shares, crowd):
    """`shares`: who (0 to 2 persons, 3 to 5 browsers), which need, wants news."""
    with transaction.atomic():
        gone, kept = need("Panchine rotte", by=crowd.animator), need(by=crowd.animator)
        wishes: dict[tuple[int, bool], bool] = {}
        for who, first, news in shares:
            user = crowd.people[who] if who < 3 else None
            visitor = None if user else crowd.browsers[who - 3]
            wants = news and user is not None
            target = gone if first else kept
            services.share_need(need=target, by=user, visitor=visitor, wants_news=wants, now=NOW)
            wishes[who, first] = wants
        merge(gone, kept, crowd.animator)
        names = [person.pk for person in crowd.people] + crowd.browsers
        union = {names[who] for who, _first in wishes}
        there = sharing(kept)
        assert set(there) == union
        assert kept.supporters == kept.supports.count() == len(union)
        for who, name in enumerate(names):
            if name in union:
                wanted = wishes.get((who, True), False) or wishes.get((who, False), False)
                assert there[name].wants_news == wanted
        transaction.set_rollback(True)


@pytest.fixture
def crowd(animator):
    return SimpleNamespace(
        animator=animator,
        people=[world.person(name) for name in ("Ada", "Bea", "Lea")],
        browsers=[uuid.uuid4() for _ in range(3)],
    )


# --- in the same moment


def arrive_while_merging(monkeypatch, animator, *, lock):
    """Merge, with three who share the need that goes at the moment its supports have been moved."""
    gone, kept = need("Panchine rotte", by=animator), need(by=animator)
    from campaigns.codesign.services import merging

    moving = threading.Event()
    real = merging._move_proposals

    def slowly(*needs):
        real(*needs)
        moving.set()
        if not lock:
            came.wait(5)

    came = threading.Event()
    monkeypatch.setattr(merging, "_move_proposals", slowly)
    if not lock:
        plain = lambda needs: Need.objects.in_bulk([one.pk for one in needs])  # noqa: E731
        monkeypatch.setattr(support, "lock_needs", plain)
        monkeypatch.setattr(merging, "lock_needs", plain)
        monkeypatch.setattr(support, "_count", lambda *_: None)  # its update would wait for the merge as well

    def share():
        moving.wait(5)
        try:
            return services.share_need(need=gone, by=None, visitor=uuid.uuid4(), now=NOW)
        finally:
            came.set()

    results = at_once(lambda: merge(Need.objects.get(pk=gone.pk), kept, animator), share)
    assert results == [None, True]
    gone.refresh_from_db()
    kept.refresh_from_db()
    return gone, kept


@pytest.mark.django_db(transaction=True)
def test_who_shares_during_a_merge_is_counted_where_the_need_went(monkeypatch, animator):
    gone, kept = arrive_while_merging(monkeypatch, animator, lock=True)
    assert not gone.supports.exists()
    assert kept.supporters == kept.supports.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_stay_behind(monkeypatch, animator):
    gone, kept = arrive_while_merging(monkeypatch, animator, lock=False)
    assert gone.supports.count() == 1
    assert kept.supports.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_merges_across_each_other_end_with_one_need(animator):
    one, two = need("Uno", by=animator), need("Due", by=animator)
    person = world.person()
    services.share_need(need=one, by=person, visitor=None, now=NOW)
    services.share_need(need=two, by=person, visitor=None, now=NOW)

    def merged(gone, kept):
        merge(Need.objects.get(pk=gone.pk), Need.objects.get(pk=kept.pk), animator)

    results = at_once(lambda: merged(one, two), lambda: merged(two, one))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert public_needs().get().supporters == NeedSupport.objects.count() == 1


# --- similar ones


def test_similar_needs_share_stems_and_those_nearby_come_first():
    far = need("Panchine rotte", neighbourhood=world.neighbourhood("Corvetto"))
    near = need("Più verde", text="Mancano le panchine vicino alla fermata.")
    need("Un campo da basket", text="", place="")
    assert similar_needs("Una panchina nuova", neighbourhood="barona") == [near, far]
    assert similar_needs("panchina", besides=far) == [near]
    for nothing in ("", "a 12", "il la per", "piscina", "' | & \" or -"):
        assert similar_needs(nothing) == []


def test_the_page_asks_once_whether_it_was_said_already(client):
    need("Panchine rotte")
    written = {"title": "Una panchina", "neighbourhood": "barona", "theme": "green", "place": "", "text": ""}
    text = client.post(reverse("need_report"), written).content.decode()
    assert "Panchine rotte" in text
    assert 'name="seen"' in text
    assert Need.objects.count() == 1
    client.post(reverse("need_report"), written | {"seen": "1"})
    assert Need.objects.count() == 2


def test_similar_needs_as_a_piece_of_page_and_over_the_api(client, django_assert_max_num_queries):
    shown = need("<b>Panchine</b> rotte")
    with django_assert_max_num_queries(1):
        text = client.get(reverse("need_similar"), {"title": "panchina\0"}).content.decode()
    assert "&lt;b&gt;Panchine" in text
    assert client.get(reverse("need_similar"), {"title": "piscina"}).content.strip() == b""
    (found,) = client.get(reverse("api_needs_similar"), {"title": "panchina"}).json()
    assert found["slug"] == shown.slug


def test_an_animator_merges_on_the_page_and_over_the_api(client, animator):
    gone, kept, other = need("Panchine rotte"), need(), need("Un campo da basket", text="", place="")
    client.force_login(animator)
    text = client.get(reverse("need_merge", args=[gone.slug])).content.decode()
    assert kept.title.replace("'", "&#x27;") in text
    assert other.title not in text
    answer = client.post(reverse("need_merge", args=[gone.slug]), {"why": ""})
    assert "error-summary" in answer.content.decode()
    answer = client.post(reverse("need_merge", args=[gone.slug]), {"into": kept.slug, "why": ""})
    assert answer["Location"] == kept.get_absolute_url()
    answer = client.post(
        reverse("api_need_merge", args=[other.slug]), {"into": kept.slug}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["slug"]) == (200, kept.slug)
    assert public_needs().get() == kept
    client.force_login(world.person())
    assert client.get(reverse("need_merge", args=[kept.slug])).status_code == 403
