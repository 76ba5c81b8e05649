"""Proposals: written together, no version lost, adopted into a project that remembers where it came from."""

from __future__ import annotations

import pytest
from django.core import mail

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from accounts.notices.services import send_due_notices
from campaigns.codesign import services
from campaigns.codesign.enums import ProposalStatus
from campaigns.codesign.models import Decision, Need, Proposal, ProposalVersion
from campaigns.codesign.selectors.chain import chain_of_project, chains_of_need
from campaigns.codesign.selectors.proposals import contributors, shown_name, versions_of
from campaigns.codesign.services.proposals import NewerVersion
from campaigns.models import Project
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.campaigns.codesign_rows import FIRST, NOW, at_once, later, need, proposal

pytestmark = pytest.mark.django_db


def write(to, text, by, based_on=1, **fields):
    return services.write_version(
        proposal=to, text=text, based_on=based_on, by=by, now=later(based_on), **fields
    )


def test_a_proposal_begins_with_published_needs_and_its_first_version():
    one, two, bruna = need(), need("Più ombra"), world.person("Bruna")
    made = proposal(one, two, by=bruna)
    assert set(made.needs.all()) == {one, two}
    version = made.versions.get()
    assert (version.number, version.author, version.text) == (1, bruna, FIRST)
    assert made.events.get().to_status == ProposalStatus.OPEN


def test_a_guest_starts_nothing():
    from django.contrib.auth.models import AnonymousUser

    asked = need()
    with pytest.raises(NotAllowed):
        services.start_proposal(
            needs=[asked],
            neighbourhood=asked.neighbourhood,
            theme="green",
            title="T",
            summary="S",
            text="X",
            by=AnonymousUser(),
            now=NOW,
        )
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"needs": []}, "no_needs"),
        ({"title": ""}, "empty"),
        ({"summary": "x" * 241}, "too_long"),
        ({"text": " "}, "empty"),
        ({"theme": "x"}, "unknown_theme"),
    ],
)
def test_a_bad_proposal_is_refused_whole(fields, code):
    with pytest.raises(Invalid) as caught:
        proposal(need(), **fields)
    assert caught.value.code == code
    assert not Proposal.objects.exists()
    assert not Notice.objects.exists()


def test_a_need_that_is_not_public_answers_nothing():
    waiting = services.report_need(
        neighbourhood=world.neighbourhood(), theme="green", title="Attesa", by=None, now=NOW
    )
    with pytest.raises(Refused):
        proposal(need(), waiting)
    assert not Proposal.objects.exists()


def test_versions_are_appended_and_contributors_named_in_order_without_addresses():
    bruna, carlo, nameless = world.person("Bruna"), world.person("Carlo"), world.person("")
    made = proposal(by=bruna)
    write(made, "Due", carlo)
    write(made, "Tre", nameless, based_on=2, what="Accorciato")
    write(made, "Quattro", bruna, based_on=3)
    versions = versions_of(made)
    assert [version.number for version in versions] == [1, 2, 3, 4]
    names = contributors(versions)
    assert names[:2] == ["Bruna", "Carlo"]
    assert len(names) == 3
    assert "@" not in shown_name(nameless)


def test_a_text_written_on_an_old_version_is_refused_with_the_newer_one():
    made, carlo = proposal(), world.person("Carlo")
    theirs = write(made, "La versione di Dora", world.person("Dora"))
    with pytest.raises(NewerVersion) as caught:
        write(made, "La versione di Carlo", carlo, based_on=1)
    assert caught.value.latest == theirs
    assert made.versions.count() == 2
    write(made, "La versione di Carlo", carlo, based_on=2)
    assert made.versions.first().text == "La versione di Carlo"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_in_the_same_moment_one_is_told():
    made = proposal()
    people = [world.person("Carlo"), world.person("Dora")]
    results = at_once(
        *[lambda by=by: write(Proposal.objects.get(), f"Testo di {by.name}", by) for by in people]
    )
    assert sorted(type(result).__name__ for result in results) == ["NewerVersion", "ProposalVersion"]
    assert ProposalVersion.objects.filter(proposal=made).count() == 2


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (FIRST, "nothing_changed"), ("x" * 20_001, "too_long")]
)
def test_a_version_that_says_nothing_is_refused(text, code):
    made = proposal()
    with pytest.raises(Invalid) as caught:
        write(made, text, world.person())
    assert caught.value.code == code
    assert made.versions.count() == 1


def test_a_guest_does_not_write():
    made = proposal()
    with pytest.raises(NotAllowed):
        write(made, "Anonimo", None)
    assert made.versions.count() == 1


@pytest.mark.parametrize("role", [Role.ANIMATOR, Role.OFFICER])
def test_moderators_decide_and_drop(role):
    made, by = proposal(), world.staff(role)
    decision = services.decide(
        proposal=made, text="Due giorni, non tre", reason="Mancano i volontari", by=by, now=NOW
    )
    assert (decision.by, decision.reason) == (by, "Mancano i volontari")
    services.drop_proposal(proposal=made, why="Doppione", by=by, now=NOW)
    assert Proposal.objects.get().status == ProposalStatus.DROPPED
    for deed in (
        lambda: services.decide(proposal=made, text="x", reason="y", by=by, now=NOW),
        lambda: write(made, "Ancora", by),
        lambda: services.adopt_proposal(proposal=made, organisation=world.organisation(), by=by, now=NOW),
    ):
        with pytest.raises(Refused):
            deed()
    assert Decision.objects.count() == made.versions.count() == 1
    assert not Project.objects.exists()


@pytest.mark.parametrize("who", ["guest", "author", "stranger", "auditor"])
def test_others_neither_decide_nor_drop(who):
    author = world.person("Bruna")
    made = proposal(by=author)
    by = {
        "guest": None,
        "author": author,
        "stranger": world.person(),
        "auditor": world.staff(Role.AUDITOR),
    }[who]
    for deed in (
        lambda: services.decide(proposal=made, text="x", reason="y", by=by, now=NOW),
        lambda: services.drop_proposal(proposal=made, why="x", by=by, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert not Decision.objects.exists()
    assert Proposal.objects.get().status == ProposalStatus.OPEN


@pytest.mark.parametrize(("text", "reason"), [("", "x"), ("x", " "), ("x" * 201, "x")])
def test_a_decision_has_a_reason(text, reason):
    made = proposal()
    with pytest.raises(Invalid):
        services.decide(proposal=made, text=text, reason=reason, by=world.staff(Role.ANIMATOR), now=NOW)
    assert not Decision.objects.exists()


# --- adoption and the chain


def member(organisation, role):
    person = world.person(role)
    Membership.objects.create(user=person, organisation=organisation, role=role, since=NOW)
    return person


@pytest.mark.parametrize("who", ["animator", "officer", "owner_who_wrote"])
def test_who_may_makes_the_project_without_retyping(who):
    owner = world.person("Olmo")
    organisation = world.organisation(owner)
    made = proposal()
    write(made, "Il testo finale", owner)
    by = {
        "animator": world.staff(Role.ANIMATOR),
        "officer": world.staff(Role.OFFICER),
        "owner_who_wrote": owner,
    }[who]
    project = services.adopt_proposal(proposal=made, organisation=organisation, by=by, now=later(5))
    assert (project.title, project.summary, project.story) == (made.title, made.summary, "Il testo finale")
    assert (project.organisation, project.neighbourhood) == (organisation, made.neighbourhood)
    assert (made.status, made.project, made.organisation) == (ProposalStatus.ADOPTED, project, organisation)
    assert made.events.last().by == by


@pytest.mark.parametrize(
    "who", ["guest", "stranger", "author", "editor_who_wrote", "owner_who_did_not_write", "owner_elsewhere"]
)
def test_others_carry_no_proposal_away(who):
    organisation, author = world.organisation(), world.person("Bruna")
    editor, elsewhere = member(organisation, TeamRole.EDITOR), world.person("Elio")
    world.organisation(elsewhere)
    made = proposal(by=author)
    write(made, "Due", editor)
    write(made, "Tre", elsewhere, based_on=2)
    by = {
        "guest": None,
        "stranger": world.person(),
        "author": author,
        "editor_who_wrote": editor,
        "owner_who_did_not_write": member(organisation, TeamRole.OWNER),
        "owner_elsewhere": elsewhere,
    }[who]
    with pytest.raises(NotAllowed):
        services.adopt_proposal(proposal=made, organisation=organisation, by=by, now=NOW)
    assert not Project.objects.exists()
    assert Proposal.objects.get().status == ProposalStatus.OPEN


@pytest.mark.django_db(transaction=True)
def test_two_adoptions_in_the_same_moment_make_one_project():
    by = world.staff(Role.OFFICER)
    organisations = [world.organisation(), world.organisation()]
    proposal()
    results = at_once(
        *[
            lambda o=o: services.adopt_proposal(
                proposal=Proposal.objects.get(), organisation=o, by=by, now=NOW
            )
            for o in organisations
        ]
    )
    assert sum(isinstance(result, Project) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Project.objects.count() == 1


def test_the_chain_is_the_same_from_both_ends():
    one, two = need(), need("Più ombra")
    made = proposal(one, two, by=world.person("Bruna"))
    write(made, "Due", world.person("Carlo"))
    write(made, "Tre", world.person("Dora"), based_on=2)
    project = services.adopt_proposal(
        proposal=made, organisation=world.organisation(), by=world.staff(Role.ANIMATOR), now=NOW
    )
    live = world.campaign(project=project)
    chain = chain_of_project(project)
    assert set(chain.needs) == {one, two}
    assert (chain.proposal, chain.contributors, chain.versions) == (made, ["Bruna", "Carlo", "Dora"], 3)
    assert (chain.project, chain.campaigns) == (project, [live])
    for end in (one, two):
        (same,) = chains_of_need(end)
        assert (same.proposal, same.project, same.campaigns) == (made, project, [live])
        assert same.contributors == chain.contributors


def test_the_chain_shows_nothing_that_is_not_public():
    hidden, shown = need("Nascosto"), need()
    made = proposal(hidden, shown)
    project = services.adopt_proposal(
        proposal=made, organisation=world.organisation(), by=world.staff(Role.ANIMATOR), now=NOW
    )
    world.campaign(project=project, status="draft")
    services.hide_need(need=hidden, why="x", by=world.staff(Role.ANIMATOR), now=NOW)
    chain = chain_of_project(project)
    assert chain.needs == [shown]
    assert chain.campaigns == []


def test_a_project_of_no_proposal_has_only_its_end():
    live = world.campaign()
    chain = chain_of_project(live.project)
    assert (chain.needs, chain.proposal, chain.campaigns) == ([], None, [live])


# --- news


def follow(of: Need, *people):
    for person in people:
        services.share_need(need=of, by=person, visitor=None, wants_news=True, now=NOW)


def test_followers_are_told_of_the_proposal_and_of_the_project_once_each():
    one, two = need(), need("Più ombra")
    both, english, silent, writer = (world.person(name) for name in ("Bea", "Eve", "Sam", "Wanda"))
    english.language = "en"
    english.save(update_fields=["language"])
    follow(one, both, english, writer)
    follow(two, both)
    services.share_need(need=one, by=silent, visitor=None, now=NOW)
    made = proposal(one, two, by=writer)
    assert sorted(Notice.objects.values_list("email", flat=True)) == sorted([both.email, english.email])
    services.share_need(need=one, by=english, visitor=None, wants_news=False, now=NOW)
    services.adopt_proposal(
        proposal=made, organisation=world.organisation(), by=world.staff(Role.ANIMATOR), now=NOW
    )
    told = Notice.objects.filter(context__kind="project").values_list("email", flat=True)
    assert sorted(told) == sorted([both.email, writer.email])


def test_the_email_says_what_happened_in_the_readers_language():
    one, english = need(), world.person("Eve", language="en")
    follow(one, english)
    made = proposal(one)
    send_due_notices()
    (message,) = mail.outbox
    assert message.subject == "Somebody proposes an answer: Il cortile aperto"
    assert message.body.startswith(
        "Somebody proposes an answer to the need you share, “Una panchina all'ombra”: Il cortile aperto."
    )
    assert f"/en/proposals/{made.slug}/" in message.body
    assert one.slug in message.body  # where to stop
    html, kind = vars(message)["alternatives"][0]
    assert kind == "text/html"
    assert "Una panchina all&#x27;ombra" in html


def test_a_refused_deed_tells_nobody():
    one = need()
    follow(one, world.person())
    with pytest.raises(Invalid):
        proposal(one, text="")
    assert not Notice.objects.exists()
