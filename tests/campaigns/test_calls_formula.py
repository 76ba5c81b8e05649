import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.calls.formula import KINDS, Problem, check_rule

SOUND = {
    "threshold_share": {"kind": "threshold_share", "crowd_threshold_percent": 40, "match_share_percent": 60},
    "per_pledge": {"kind": "per_pledge", "ratio_percent": 100},
    "lump_sum": {"kind": "lump_sum", "at_backers": 50, "sum_cents": 500000},
    "quadratic": {"kind": "quadratic", "pot_cents": 55000000},
}
EDITION_2022 = SOUND["threshold_share"] | {
    "match_cap_cents": 4800000,
    "within_cost": False,
    "cost_min_cents": 2000000,
    "cost_max_cents": 8000000,
    "campaign_days": 45,
    "project_months_max": 6,
    "excluded_zones": ["Municipio 1"],
    "pot_cents": 50000000,
    "on_shortfall": "proceed",
    "fee_bearer": "campaign",
}


def found(data):
    return [(problem.code, problem.field) for problem in check_rule(data)]


@pytest.mark.parametrize("rule", [*SOUND.values(), EDITION_2022])
def test_sound_rules(rule):
    assert check_rule(rule) == []
    assert check_rule(json.loads(json.dumps(rule))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_any_cap_may_be_null_or_left_out(kind):
    caps = {
        "threshold_share": ["match_cap_cents", "pot_cents"],
        "per_pledge": ["cap_per_pledge_cents", "cap_per_backer_cents", "match_cap_cents", "pot_cents"],
        "lump_sum": ["at_amount_cents", "pot_cents"],
        "quadratic": ["match_cap_cents", "pairwise_bound_cents", "pot_cents"],
    }
    assert check_rule(SOUND[kind] | dict.fromkeys(caps[kind])) == []


@pytest.mark.parametrize("percent", [-1, 0, 101, 10**30])
@pytest.mark.parametrize("field", ["crowd_threshold_percent", "match_share_percent"])
def test_a_percent_outside_1_to_100(field, percent):
    assert check_rule(SOUND["threshold_share"] | {field: percent}) == [
        Problem("out_of_range", field, {"minimum": 1, "maximum": 100})
    ]


@pytest.mark.parametrize("percent", [1, 100])
def test_1_and_100_percent_are_inside(percent):
    rule = SOUND["threshold_share"] | {"crowd_threshold_percent": percent, "match_share_percent": percent}
    assert check_rule(rule) == []


@pytest.mark.parametrize(
    ("rule", "problems"),
    [
        (None, [("not_an_object", "")]),
        ([], [("not_an_object", "")]),
        ({}, [("unknown_kind", "kind")]),
        ({"kind": "lottery"}, [("unknown_kind", "kind")]),
        ({"kind": ["quadratic"]}, [("unknown_kind", "kind")]),
        (
            {"kind": "threshold_share"},
            [("missing", "crowd_threshold_percent"), ("missing", "match_share_percent")],
        ),
        (SOUND["threshold_share"] | {"match_cap_cents": -1}, [("negative", "match_cap_cents")]),
        (SOUND["threshold_share"] | {"pot_cents": -1}, [("negative", "pot_cents")]),
        (SOUND["threshold_share"] | {"match_share_percent": 60.0}, [("not_whole", "match_share_percent")]),
        (SOUND["threshold_share"] | {"match_share_percent": True}, [("not_whole", "match_share_percent")]),
        (SOUND["threshold_share"] | {"match_cap_cents": "100"}, [("not_whole", "match_cap_cents")]),
        (SOUND["threshold_share"] | {"match_cap": 100}, [("unknown_field", "match_cap")]),
        (SOUND["threshold_share"] | {"within_cost": 1}, [("not_a_flag", "within_cost")]),
        (SOUND["threshold_share"] | {"on_shortfall": "keep"}, [("unknown_choice", "on_shortfall")]),
        (SOUND["threshold_share"] | {"fee_bearer": []}, [("unknown_choice", "fee_bearer")]),
        (SOUND["threshold_share"] | {"hold_back_days": 61}, [("out_of_range", "hold_back_days")]),
        (SOUND["per_pledge"] | {"hold_back_percent": 101}, [("out_of_range", "hold_back_percent")]),
        (SOUND["per_pledge"] | {"hold_back_days": 30}, [("missing", "hold_back_percent")]),
        (SOUND["quadratic"] | {"accepts_debit_risk": "yes"}, [("not_a_flag", "accepts_debit_risk")]),
        (SOUND["quadratic"] | {"accepts_debit_risk": True}, []),
        (EDITION_2022 | {"cost_max_cents": 1999999}, [("range_reversed", "cost_max_cents")]),
        (EDITION_2022 | {"match_cap_cents": 1199999}, [("cap_below_minimum", "match_cap_cents")]),
        (EDITION_2022 | {"match_cap_cents": 1200000}, []),
        (SOUND["per_pledge"] | {"ratio_percent": 0}, [("out_of_range", "ratio_percent")]),
        (SOUND["per_pledge"] | {"within_cost": False}, [("unknown_field", "within_cost")]),
        ({"kind": "lump_sum", "sum_cents": 1}, [("no_condition", "at_backers")]),
        (
            {"kind": "lump_sum", "sum_cents": 0, "at_backers": 0},
            [("out_of_range", "at_backers"), ("out_of_range", "sum_cents")],
        ),
        (SOUND["quadratic"] | {"pairwise_bound_cents": 0}, [("out_of_range", "pairwise_bound_cents")]),
    ],
)
def test_all_that_is_wrong_is_named(rule, problems):
    assert found(rule) == problems


def test_the_cap_is_compared_with_the_share_of_the_smallest_cost():
    (problem,) = check_rule(EDITION_2022 | {"match_cap_cents": 1})
    assert problem.params == {"minimum_cents": 1200000}  # 60 % of 20,000 euro


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    sorted({name for rule in [*SOUND.values(), EDITION_2022] for name in rule} | {"cap_per_pledge_cents"})
)


@given(
    JSON
    | st.builds(
        lambda rule, more: {**rule, **more},
        st.sampled_from(list(SOUND.values())),
        st.dictionaries(NAMES, JSON, max_size=4),
    )
)
def test_any_data_is_judged_without_an_error(data):
    for problem in check_rule(data):
        assert problem.code
