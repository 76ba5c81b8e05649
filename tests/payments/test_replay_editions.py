"""The four editions on synthetic pledges: the published outcomes are met, again and again the same."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.kit.money import format_euro
from payments.matching.simulator import Progress
from payments.matching.simulator.editions import edition_named, editions, generate, replay
from payments.matching.simulator.editions.split import split_within
from payments.matching.simulator.editions.targets import Known
from tests.payments import simulator_reference

SILENT = Progress(lambda _text: None)


def run(*arguments, language="en"):
    out, err = io.StringIO(), io.StringIO()
    with translation.override(language):
        call_command("replay_editions", *arguments, stdout=out, stderr=err)
    return out.getvalue().replace("\N{NO-BREAK SPACE}", " "), err.getvalue()


@pytest.fixture(scope="module")
def reports():
    return {edition.name: replay(generate(edition, 7), SILENT) for edition in editions()}


def test_what_was_published_is_met_to_the_cent(reports):
    first, second, third, fourth = (
        {fit.figure: fit.made for fit in report.fits} for report in reports.values()
    )
    assert (first["online"], first["funded"]) == (18, 16)
    assert (first["crowd_cents"], first["match_cents"], first["backers"]) == (
        330_000_00,
        330_000_00,
        1492 + 154,
    )
    assert (second["online"], second["funded"]) == (19, 19)
    assert (second["crowd_cents"], second["match_cents"]) == (320_000_00, 380_000_00)
    assert second["gifts"] > 4000
    assert abs(second["average_cents"] - 75_00) <= 5
    assert third["online"] == 16
    assert (fourth["online"], fourth["funded"]) == (6, 6)
    assert (fourth["crowd_cents"], fourth["backers"]) == (110_000_00, 1200)


@pytest.mark.parametrize("name", [edition.name for edition in editions()])
def test_how_well_it_fits_is_told(reports, name):
    for fit in reports[name].fits:
        if fit.known is Known.AT_LEAST:
            assert fit.made >= fit.told
        else:
            assert abs(fit.deviation_percent) <= Decimal("0.05")


def test_the_pledges_keep_the_editions_rules(reports):
    for report in reports.values():
        edition, pot = report.replay.edition, report.replay.edition.rule["pot_cents"]
        assert report.answer.match_total_cents <= pot
        for place, outcome in zip(report.replay.places, report.answer.outcomes, strict=True):
            assert edition.cost_min_cents <= place.campaign.cost_cents <= edition.cost_max_cents
            assert outcome.match_cents <= edition.rule["match_cap_cents"]
        assert min(gift.cents for gift in report.replay.gifts) >= 500
        first, last = (report.replay.gifts[at].at.timestamp() for at in (0, -1))
        assert last - first < edition.days * 86_400


def test_gifts_have_a_heavy_tail(reports):
    cents = sorted(gift.cents for gift in reports["2020-2021"].replay.gifts)
    assert cents[len(cents) // 2] < 40_00, "half of the gifts are below 40 euro, the average is 75"
    assert Decimal(15) < reports["2020-2021"].top_percent < Decimal(30)


def test_a_seed_gives_the_same_pledges_another_gives_others():
    edition = edition_named("2024-2025")
    assert generate(edition, 3) == generate(edition, 3)
    assert generate(edition, 3).gifts != generate(edition, 4).gifts


def test_the_files_written_run_through_the_simulator(tmp_path):
    out, err = run("--edition", "2024-2025", "--seed", "5", "--json", "--out", str(tmp_path))
    folder = tmp_path / "2024-2025"
    assert str(folder) in err
    again = io.StringIO()
    arguments = [f"--{name}={folder / name}.csv" for name in ("campaigns", "pledges")]
    rule = folder / "RULE.json"
    call_command("simulate_match", *arguments, f"--rule={rule}", "--json", stdout=again, stderr=io.StringIO())
    [report], answer = json.loads(out), json.loads(again.getvalue())
    assert {name: report[name] for name in answer} == answer
    texts = [(folder / name).read_text("utf-8") for name in ("campaigns.csv", "pledges.csv")]
    campaigns, pledges = simulator_reference.read(*texts)
    assert simulator_reference.simulate(campaigns, pledges, json.loads(rule.read_text())) == answer


def test_the_report_a_person_reads():
    out, _ = run("--edition", "2020-2021")
    assert "Cost to the city: €380,000.00" in out
    assert "Projects funded: 19 of 19" in out
    assert "not published: assumed" in out
    assert "Share of the top 1 % of backers" in out
    italian, _ = run("--edition", "2015-2017", language="it")
    assert "Progetti finanziati: 16 su 18" in italian
    assert "non pubblicato: supposto" in italian


def test_the_printed_table_is_what_comes_out():
    printed = (Path(__file__).parents[2] / "docs/simulator.md").read_text("utf-8")
    for edition in editions():
        for fit in replay(generate(edition, 1), SILENT).fits:
            shown = format_euro(fit.made, "en") if fit.figure.endswith("_cents") else f"{fit.made:,}"
            assert f"| {shown} | {fit.deviation_percent:+} % |" in printed


@given(
    weights=st.lists(st.integers(1, 10**9), min_size=1, max_size=20),
    low=st.integers(0, 100),
    width=st.integers(0, 1000),
    part=st.integers(0, 1000),
)
def test_a_sum_shared_within_bounds_adds_up(weights, low, width, part):
    count = len(weights)
    total = count * low + count * width * part // 1000
    parts = split_within(total, weights, low, low + width)
    assert sum(parts) == total
    assert all(low <= one <= low + width for one in parts)
    with pytest.raises(ValueError, match="is not shared"):
        split_within(count * (low + width) + 1, weights, low, low + width)
