import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from campaigns.calls.enums import CallStatus
from campaigns.calls.formula import default_goal_cents, prospect, threshold_cents
from campaigns.calls.models import Call, MatchRule
from campaigns.calls.selectors.words import rule_in_words
from campaigns.calls.services.calls import publish_call
from campaigns.calls.services.rules import create_rule, edit_rule, new_rule_version
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from payments.matching import formula as deciding
from tests import world
from tests.campaigns import calling
from tests.world import NOW

percents = st.integers(1, 100)
costs = st.integers(1, 10**10)


@given(
    cost=costs,
    threshold=percents,
    share=percents,
    cap=st.none() | st.integers(0, 10**10),
    within=st.booleans(),
    part=st.integers(0, 100),
)
def test_what_applicants_are_told_is_what_will_be_decided(cost, threshold, share, cap, within, part):
    data = {
        "kind": "threshold_share",
        "crowd_threshold_percent": threshold,
        "match_share_percent": share,
        "match_cap_cents": cap,
        "within_cost": within,
    }
    rule = deciding.read_rule(data)
    assert threshold_cents(data, cost) == deciding.threshold_cents(cost, threshold)
    assert default_goal_cents(data, cost) == deciding.default_goal_cents(rule, cost)
    goal = cost * part // 100
    told = prospect(data, cost_cents=cost, goal_cents=goal)
    crowd = deciding.Crowd(goal)
    assert told.match_cents == deciding.match_for(rule, cost_cents=cost, crowd=crowd).cents
    assert told.uncovered_cents == deciding.uncovered_cents(rule, cost_cents=cost, goal=crowd)


@given(
    cost=costs,
    kind=st.sampled_from(["threshold_share", "per_pledge", "lump_sum", "quadratic"]),
    a=percents,
    b=percents,
    cap=st.none() | st.integers(0, 10**10),
)
def test_the_default_goal_always_covers_the_cost(cost, kind, a, b, cap):
    data = {
        "threshold_share": {"crowd_threshold_percent": a, "match_share_percent": b, "match_cap_cents": cap},
        "per_pledge": {"ratio_percent": a, "match_cap_cents": cap},
        "lump_sum": {"sum_cents": a * b, "at_amount_cents": (cap or 0) + 1},
        "quadratic": {},
    }[kind] | {"kind": kind}
    told = prospect(data, cost_cents=cost)
    assert 0 < told.goal_cents <= cost
    assert told.uncovered_cents == 0


def test_the_preview_of_the_2020_edition_to_the_cent():
    told = prospect({"kind": "threshold_share", **calling.DATA}, cost_cents=15_000_001)
    assert told.threshold_cents == 6_000_001
    assert told.match_cents == 6_000_000  # 60 % would be € 90,000: the cap holds
    assert told.goal_cents == 9_000_001
    assert told.total_cents == 15_000_001


@pytest.mark.django_db
def test_an_officer_creates_a_rule_and_versions_of_it():
    officer = calling.officer()
    first = calling.rule(officer, name="Milano 2026")
    data = calling.DATA | {"match_share_percent": 50}
    second = new_rule_version(
        rule=first, data=data, shortfall="refund", recovery_days=10, by=officer, now=NOW
    )
    assert (second.name, second.version, second.kind) == ("Milano 2026", 2, "threshold_share")
    assert first.version == 1
    assert first.data["match_share_percent"] == 60


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["stranger", "owner", "approver", "nobody"])
def test_only_an_officer_writes_rules(who):
    from django.contrib.auth.models import AnonymousUser

    person = {
        "stranger": world.person,
        "owner": world.person,
        "approver": lambda: world.staff(Role.APPROVER, Role.AUDITOR),
        "nobody": AnonymousUser,
    }[who]()
    if who == "owner":
        world.organisation(person)
    rule = calling.rule()
    before = list(MatchRule.objects.values())
    given = {"data": calling.DATA, "shortfall": "proceed", "recovery_days": 9, "by": person, "now": NOW}
    with pytest.raises(NotAllowed):
        create_rule(name="Mia", kind="threshold_share", **given)
    with pytest.raises(NotAllowed):
        edit_rule(rule=rule, **given)
    with pytest.raises(NotAllowed):
        new_rule_version(rule=rule, **given)
    assert list(MatchRule.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"match_share_percent": 0}, [("out_of_range", "match_share_percent")]),
        ({"match_share_percent": 101}, [("out_of_range", "match_share_percent")]),
        ({"crowd_threshold_percent": 0}, [("out_of_range", "crowd_threshold_percent")]),
        ({"crowd_threshold_percent": 101}, [("out_of_range", "crowd_threshold_percent")]),
        ({"crowd_threshold_percent": 40.5}, [("not_whole", "crowd_threshold_percent")]),
        (
            {"match_cap_cents": 1_000_000, "cost_min_cents": 2_000_000},
            [("cap_below_minimum", "match_cap_cents")],
        ),
        ({"cost_min_cents": 5, "cost_max_cents": 4}, [("range_reversed", "cost_max_cents")]),
        ({"pot_cents": 100}, [("held_elsewhere", "pot_cents")]),
        ({"match_kap_cents": 100}, [("unknown_field", "match_kap_cents")]),
        (
            {"match_share_percent": 0, "crowd_threshold_percent": 300},
            [("out_of_range", "crowd_threshold_percent"), ("out_of_range", "match_share_percent")],
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_every_problem_at_its_field(changes, found):
    officer = calling.officer()
    with pytest.raises(Invalid) as caught:
        calling.rule(officer, data=calling.DATA | changes)
    problems = caught.value.problems if isinstance(caught.value, Several) else [caught.value]
    assert [(problem.code, problem.field) for problem in problems] == found
    assert "%" not in str(caught.value)  # the numbers are filled in
    assert not MatchRule.objects.exists()


@pytest.mark.django_db
def test_what_stands_beside_the_data_is_checked_too():
    officer = calling.officer()
    with pytest.raises(Several) as caught:
        calling.rule(officer, name="", shortfall="ruin", recovery_days=31)
    assert {problem.field for problem in caught.value.problems} == {"name", "shortfall", "recovery_days"}
    with pytest.raises(Invalid) as other:
        calling.rule(officer, kind="lottery")
    assert (other.value.code, other.value.field) == ("unknown_kind", "kind")
    calling.rule(officer, name="Una")
    with pytest.raises(Invalid) as twice:
        calling.rule(officer, name="Una")
    assert twice.value.code == "name_taken"


@pytest.mark.django_db
def test_a_rule_is_edited_while_only_drafts_use_it_and_never_after():
    officer = calling.officer()
    rule = calling.rule(officer)
    call = calling.call(published=False, rule=rule)
    edit_rule(rule=rule, data=calling.DATA, shortfall="refund", recovery_days=8, by=officer, now=NOW)
    assert rule.recovery_days == 8
    publish_call(call=call, by=officer, now=NOW)
    with pytest.raises(Refused) as caught:
        edit_rule(rule=rule, data={}, shortfall="refund", recovery_days=9, by=officer, now=NOW)
    assert caught.value.code == "rule_in_use"
    assert MatchRule.objects.get().recovery_days == 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE calls_matchrule SET data = '{}' WHERE id = %s",
        "UPDATE calls_matchrule SET kind = 'lump_sum' WHERE id = %s",
        "UPDATE calls_matchrule SET shortfall = 'refund' WHERE id = %s",
        "UPDATE calls_matchrule SET recovery_days = 8 WHERE id = %s",
        "UPDATE calls_matchrule SET version = 8 WHERE id = %s",
        "DELETE FROM calls_matchrule WHERE id = %s",
        "UPDATE calls_call SET rule_id = rule_id + 1 WHERE rule_id = %s",
        "UPDATE calls_call SET cost_max_cents = 5 WHERE rule_id = %s",
        "UPDATE calls_call SET status = 'draft' WHERE rule_id = %s",
    ],
)
@pytest.mark.parametrize("status", [CallStatus.PUBLISHED, CallStatus.CLOSED])
def test_the_database_refuses_to_change_a_rule_in_use(sql, status):
    call = calling.call()
    Call.objects.filter(pk=call.pk).update(status=status)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, [call.rule_id])
    assert MatchRule.objects.get(pk=call.rule_id).recovery_days == 7


@pytest.mark.django_db
def test_the_database_lets_an_unused_rule_change_and_go():
    rule = calling.rule()
    MatchRule.objects.filter(pk=rule.pk).update(recovery_days=9)
    MatchRule.objects.filter(pk=rule.pk).delete()
    assert not MatchRule.objects.exists()


@pytest.mark.django_db
def test_a_rule_is_told_in_the_readers_language():
    from django.utils.translation import override

    rule = calling.rule(data=calling.DATA | {"within_cost": True, "fee_bearer": "campaign"})
    with override("en"):
        words = rule_in_words(rule)
    assert words == [
        "Residents give at least 40% of the project's cost.",
        "Then the city adds 60% of the cost, up to €60,000.",
        "The city never adds more than what is still missing to the cost.",
        "If some pledges can't be collected, the campaign goes on and the city's part shrinks with them.",
        "A backer whose card is refused has 7 days to put it right.",
        "Payment fees are paid from the campaign's money.",
        "Money given by direct debit is paid out after 8 weeks, when no bank can give it back unasked.",
    ]
    rule.data |= {"hold_back_percent": 10, "hold_back_days": 30, "accepts_debit_risk": True}
    with override("en"):
        assert rule_in_words(rule)[-2:] == [
            "10% of the residents' money is held back for 30 days.",
            "Direct debits are paid out without waiting: if a bank gives one back, the city bears the loss.",
        ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "data", "first"),
    [
        (
            "per_pledge",
            {"ratio_percent": 150, "match_cap_cents": 100_050},
            ["For each euro pledged the city adds €1.50.", "At most €1,000.50 for one campaign."],
        ),
        (
            "lump_sum",
            {"at_backers": 50, "sum_cents": 500_000},
            ["At least 50 people pledge.", "Then the city adds €5,000."],
        ),
        ("quadratic", {"match_cap_cents": 5_000_000}, None),
    ],
)
def test_the_other_kinds_are_told_too(kind, data, first):
    from django.utils.translation import override

    rule = calling.rule(kind=kind, data=data)
    with override("en"):
        words = rule_in_words(rule)
    assert words[:2] == (
        first
        or [
            "The city shares out the pot at the close of the call: many small gifts count more than a few large ones.",
            "At most €50,000 for one campaign.",
        ]
    )
