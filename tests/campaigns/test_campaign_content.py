"""Budgets, rewards, updates, questions and pictures: what is wrong is said, and changes nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image

from accounts.notices.models import Notice
from campaigns.enums import CampaignStatus
from campaigns.models import BudgetLine, Campaign, Project, Reward
from campaigns.selectors.readiness import fees_estimate_cents
from campaigns.services.budget import Line, set_budget
from campaigns.services.content import answer_question, ask_question, post_update
from campaigns.services.projects import set_picture
from campaigns.services.rewards import add_reward, edit_reward, remove_reward
from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests.campaigns.team import cast, picture, snapshot
from tests.world import NOW

pytestmark = pytest.mark.django_db
FEES = Line("fees", "Commissioni", 10_000)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ([], "budget_empty", "the budget is empty"),
        ([Line("goods", "Terra", 989_999), FEES], "budget_does_not_sum", "€0.01 too little"),
        ([Line("goods", "Terra", 990_001), FEES], "budget_does_not_sum", "€0.01 too much"),
        ([Line("goods", "Terra", 1_000_000)], "budget_lacks_fees", "about €74.00"),
        ([Line("goods", "Terra", -1), FEES], "amount_not_positive", "more than zero"),
        ([Line("goods", "Terra", 0), FEES], "amount_not_positive", "more than zero"),
        ([Line("bribes", "Terra", 990_000), FEES], "invalid_choice", "bribes"),
        ([Line("goods", "  ", 990_000), FEES], "blank", "blank"),
        ([Line("goods", "Vite", 1)] * 41, "budget_too_long", "at most 40"),
    ],
)
def test_a_wrong_budget_is_refused_as_a_whole(lines: list[Line], code: str, words: str) -> None:
    it = cast()
    before = snapshot()
    with override("en"), pytest.raises(Invalid) as refused:
        set_budget(campaign=it.campaign, lines=lines, by=it.owner, now=NOW)
    assert refused.value.code == code
    with override("en"):
        assert words in str(refused.value)
    assert snapshot() == before


def test_a_budget_replaces_the_one_before_in_its_order() -> None:
    it = cast()
    lines = [FEES, Line("staff", "Ortolano", 400_000), Line("goods", " Terra ", 590_000)]
    set_budget(campaign=it.campaign, lines=lines, by=it.owner, now=NOW)
    assert list(it.campaign.budget_lines.values_list("label", "amount_cents")) == [
        ("Commissioni", 10_000),
        ("Ortolano", 400_000),
        ("Terra", 590_000),
    ]


def test_without_fees_to_bear_no_fee_line_is_asked_for() -> None:
    it = cast(fees_borne_by_campaign=False)
    set_budget(campaign=it.campaign, lines=[Line("goods", "Terra", 1_000_000)], by=it.owner, now=NOW)
    assert BudgetLine.objects.count() == 1


@pytest.mark.parametrize("status", [CampaignStatus.REVIEW, CampaignStatus.APPROVED, CampaignStatus.LIVE])
def test_the_budget_an_officer_reads_stays_as_it_is(status: str) -> None:
    it = cast(status)
    before = snapshot()
    with pytest.raises(Refused, check=lambda error: error.code == "not_a_draft"):
        set_budget(campaign=it.campaign, lines=[Line("goods", "T", 990_000), FEES], by=it.owner, now=NOW)
    assert snapshot() == before


def test_the_estimate_of_fees_by_hand() -> None:
    # € 4,000 in 54 gifts of about € 75: 60 € (1.5 %) and 54 × 25 c = 13.50 €; 73.50 rounded up
    assert fees_estimate_cents(400_000) == 7_400


REWARD = {"title": "Pomodori", "text": "", "min_cents": 2_000, "declared_value_cents": 500, "stock": 10}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"min_cents": 0}, "min_cents"),
        ({"declared_value_cents": -1}, "declared_value_cents"),
        ({"declared_value_cents": 2_001}, "declared_value_cents"),
        ({"stock": 0}, "stock"),
        ({"stock": 10**9}, "stock"),
    ],
)
def test_a_wrong_reward_is_refused(fields: dict[str, Any], field: str) -> None:
    it = cast()
    before = snapshot()
    with pytest.raises(Invalid) as refused:
        add_reward(campaign=it.campaign, **{**REWARD, **fields}, by=it.owner, now=NOW)
    assert refused.value.field == field
    assert snapshot() == before


@pytest.mark.parametrize("status", [CampaignStatus.REVIEW, CampaignStatus.COLLECTING])
def test_rewards_rest_in_review_and_after_the_deadline(status: str) -> None:
    it = cast(status)
    reward = Reward.objects.create(campaign=it.campaign, **REWARD)
    before = snapshot()
    with pytest.raises(Refused):
        add_reward(campaign=it.campaign, **REWARD, by=it.owner, now=NOW)
    with pytest.raises(Refused):
        edit_reward(reward=reward, **{**REWARD, "stock": 11}, by=it.owner, now=NOW)
    with pytest.raises(Refused):
        remove_reward(reward=reward, by=it.owner, now=NOW)
    assert snapshot() == before


def test_a_chosen_reward_changes_only_its_number_and_never_below_the_chosen() -> None:
    it = cast(CampaignStatus.LIVE)
    reward = Reward.objects.create(campaign=it.campaign, claimed=4, **REWARD)
    before = snapshot()
    with pytest.raises(Refused, check=lambda error: error.code == "reward_claimed"):
        edit_reward(reward=reward, **{**REWARD, "min_cents": 2_500}, by=it.owner, now=NOW)
    with pytest.raises(Refused, check=lambda error: error.code == "reward_claimed"):
        remove_reward(reward=reward, by=it.owner, now=NOW)
    with pytest.raises(Refused) as refused:
        edit_reward(reward=reward, **{**REWARD, "stock": 3}, by=it.owner, now=NOW)
    assert (refused.value.code, refused.value.field) == ("stock_below_claimed", "stock")
    assert snapshot() == before
    edit_reward(reward=reward, **{**REWARD, "stock": 4}, by=it.owner, now=NOW)
    assert Reward.objects.get().stock == 4
    edit_reward(reward=reward, **{**REWARD, "stock": None}, by=it.owner, now=NOW)
    assert Reward.objects.get().stock is None


def test_a_stale_reward_is_read_anew_before_it_is_changed() -> None:
    it = cast(CampaignStatus.LIVE)
    stale = Reward.objects.create(campaign=it.campaign, **REWARD)
    Reward.objects.update(claimed=1)
    with pytest.raises(Refused, check=lambda error: error.code == "reward_claimed"):
        edit_reward(reward=stale, **{**REWARD, "title": "Zucchine"}, by=it.owner, now=NOW)
    assert Reward.objects.get().title == "Pomodori"


def test_updates_wait_for_the_launch() -> None:
    it = cast(CampaignStatus.APPROVED)
    with pytest.raises(Refused, check=lambda error: error.code == "not_public"):
        post_update(campaign=it.campaign, title="Via", text="Si parte.", by=it.owner, now=NOW)
    Campaign.objects.update(status=CampaignStatus.LIVE, opens_at=NOW, deadline=NOW.replace(year=2027))
    it.campaign.refresh_from_db()
    with pytest.raises(Invalid):
        post_update(campaign=it.campaign, title="Via", text="x" * 20_001, by=it.owner, now=NOW)
    assert not it.campaign.updates.exists()
    update = post_update(campaign=it.campaign, title="Via", text="Si parte.", by=it.owner, now=NOW)
    assert (update.author, update.posted_at) == (it.owner, NOW)


def test_nobody_asks_about_what_is_not_public() -> None:
    it = cast(CampaignStatus.REVIEW)
    with pytest.raises(NotAllowed):
        ask_question(campaign=it.campaign, text="Quando?", by=it.stranger, now=NOW)
    assert not it.campaign.questions.exists()


def test_questions_are_rationed_and_answers_told_once() -> None:
    it = cast(CampaignStatus.LIVE)
    asked = [ask_question(campaign=it.campaign, text=f"{n}?", by=it.stranger, now=NOW) for n in range(3)]
    with pytest.raises(Refused, check=lambda error: error.code == "too_many_questions"):
        ask_question(campaign=it.campaign, text="4?", by=it.stranger, now=NOW)
    for answer in (" ", "x" * 2_001):
        with pytest.raises(Invalid):
            answer_question(question=asked[0], answer=answer, by=it.editor, now=NOW)
    answer_question(question=asked[0], answer="A marzo.", by=it.editor, now=NOW)
    answer_question(question=asked[0], answer="Ad aprile.", by=it.editor, now=NOW)
    notice = Notice.objects.get(event="question_answered")
    assert (notice.email, notice.context["answer"]) == (it.stranger.email, "A marzo.")
    assert it.campaign.questions.get(pk=asked[0].pk).answer == "Ad aprile."
    ask_question(campaign=it.campaign, text="4?", by=it.stranger, now=NOW)
    assert it.campaign.questions.count() == 4


def test_a_picture_is_drawn_anew_without_what_the_phone_wrote_into_it(media: Path) -> None:
    it = cast()
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "segreto", 6  # a description, and "turn me right"
    set_picture(
        project=it.project, file=picture((2400, 1200), exif=exif), alt=" Un prato ", by=it.owner, now=NOW
    )
    row = Project.objects.get()
    assert row.picture_alt == "Un prato"
    with default_storage.open(row.picture) as file:
        stored = file.read()
    with Image.open(io.BytesIO(stored)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("WEBP", (900, 1800), {})
    assert b"segreto" not in stored
    assert row.picture_url == f"/media/{row.picture}"


@pytest.mark.django_db(transaction=True)
def test_the_picture_before_is_deleted_and_a_drawing_of_ours_is_not(media: Path) -> None:
    it = cast()
    for _ in range(2):
        set_picture(project=it.project, file=picture(), alt="Un prato", by=it.owner, now=NOW)
    assert [file.name for file in (media / "projects").iterdir()] == [
        Path(Project.objects.get().picture).name
    ]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (lambda: SimpleUploadedFile("foto.jpg", b"<?php echo 1;"), "not_a_picture"),
        (lambda: SimpleUploadedFile("foto.jpg", b""), "not_a_picture"),
        (lambda: SimpleUploadedFile("foto.png", SVG), "not_a_picture"),
        (lambda: SimpleUploadedFile("foto.jpg", picture().read()[:900]), "not_a_picture"),
        (lambda: picture(kind="GIF"), "not_a_picture"),
        (lambda: picture((200, 640)), "picture_too_small"),
        (lambda: picture((6_001, 4_000), "PNG"), "picture_too_large"),
        (lambda: picture((10_000, 9_000), "PNG"), "picture_too_large"),
        (lambda: SimpleUploadedFile("foto.jpg", b"x" * (pictures.MAX_BYTES + 1)), "picture_too_heavy"),
    ],
)
def test_what_is_no_picture_is_refused(file: Any, code: str, media: Path) -> None:
    it = cast()
    before = snapshot()
    with pytest.raises(Invalid) as refused:
        set_picture(project=it.project, file=file(), alt="Un prato", by=it.owner, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, "picture")
    assert snapshot() == before
    assert not list(media.iterdir())


def test_a_picture_without_words_is_refused(media: Path) -> None:
    it = cast()
    with pytest.raises(Invalid, check=lambda error: error.field == "picture_alt"):
        set_picture(project=it.project, file=picture(), alt="  ", by=it.owner, now=NOW)
    assert Project.objects.get().picture == "pictures/orto.svg"
    assert not list(media.iterdir())
