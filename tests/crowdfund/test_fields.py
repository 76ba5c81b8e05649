"""What people type as an amount, in both languages; CUP and CIG."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from crowdfund.kit.fields import EuroField, cig_validator, cup_validator

BOTH = pytest.mark.parametrize("language", ["it", "en"])


class Form(forms.Form):
    amount = EuroField(label="Importo", min_cents=200, max_cents=1_000_000)
    maybe = EuroField(required=False)


def cleaned(text: str, language: str = "it") -> tuple[object, list[str]]:
    with translation.override(language):
        form = Form({"amount": text})
        form.is_valid()
        return form.cleaned_data.get("amount"), list(form.errors.get("amount", []))


@BOTH
@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        (" 12 ", 1200),
        ("12,50", 1250),
        ("12.50", 1250),
        ("12,5", 1250),
        ("1.250", 125_000),  # never 1 euro 25
        ("1,250", 125_000),
        ("1.250,00", 125_000),
        ("1,250.00", 125_000),
        ("€ 25", 2500),
        ("25 €", 2500),
        ("25 euro", 2500),
        ("2", 200),
        ("10.000", 1_000_000),
    ],
)
def test_amounts_are_read_alike_in_both_languages(text, cents, language):
    assert cleaned(text, language) == (cents, [])


@pytest.mark.parametrize(
    "text", ["1.250,5,0", "1.250.00", "12,", ",50", "dieci", "1e3", "-5", "12.5000", "0x10", "٣"]
)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("it", "Scrivi l’importo così: 25 oppure 25,50."), ("en", "Write the amount like 25 or 25,50.")],
)
def test_mixtures_are_refused_in_the_readers_language(text, language, sentence):
    assert cleaned(text, language) == (None, [sentence])


@pytest.mark.parametrize(
    ("text", "language", "sentence"),
    [
        ("1,99", "it", "L’importo minimo è 2,00 €."),
        ("1,99", "en", "The smallest amount is €2.00."),
        ("0", "en", "The smallest amount is €2.00."),
        ("10.000,01", "it", "L’importo massimo è 10.000,00 €."),
        ("10,000.01", "en", "The largest amount is €10,000.00."),
        ("9" * 400, "en", "The largest amount is €10,000.00."),
    ],
)
def test_the_limits_are_told_in_the_readers_language(text, language, sentence):
    amount, errors = cleaned(text, language)
    assert amount is None
    assert [error.replace("\N{NO-BREAK SPACE}", " ") for error in errors] == [sentence]


@BOTH
def test_empty_is_none_or_required(language):
    with translation.override(language):
        form = Form({"amount": "  ", "maybe": ""})
        assert not form.is_valid()
        assert form.errors["amount"].as_data()[0].code == "required"
        assert form.cleaned_data["maybe"] is None


class TestOnThePage:
    def test_phones_show_digits_and_browsers_do_not_guess(self):
        html = str(Form()["amount"])
        assert 'type="text"' in html  # never type=number: it drops what it cannot read
        assert 'inputmode="decimal"' in html
        assert 'autocomplete="off"' in html
        assert "data-euro" in html
        assert "required" in html

    def test_two_fields_do_not_share_attributes(self):
        first, second = EuroField(), EuroField()
        first.widget.attrs["id"] = "x"
        assert "id" not in second.widget.attrs

    @pytest.mark.parametrize(
        ("cents", "shown"),
        [(1200, "12"), (1250, "12,50"), (125_005, "1250,05"), (5, "0,05"), (0, "0"), (-150, "-1,50")],
    )
    def test_stored_cents_are_shown_as_typed(self, cents, shown):
        assert f'value="{shown}"' in str(Form(initial={"amount": cents})["amount"])

    @pytest.mark.parametrize("cents", [200, 1250, 125_000, 125_005, 1_000_000])
    def test_what_is_shown_is_read_back_to_the_cent(self, cents):
        shown = EuroField().prepare_value(cents)
        assert cleaned(shown) == (cents, [])

    def test_what_was_typed_is_given_back_as_it_was(self):
        form = Form({"amount": "1.250,5,0"})
        assert not form.is_valid()
        assert 'value="1.250,5,0"' in str(form["amount"])

    def test_a_disabled_field_keeps_its_cents(self):
        form = Form({"amount": "99"}, initial={"amount": 1250})
        form.fields["amount"].disabled = True
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == 1250

    @pytest.mark.parametrize(
        ("typed", "changed"), [("12,50", False), ("12.5", False), ("13", True), ("", True)]
    )
    def test_the_same_amount_is_no_change(self, typed, changed):
        assert EuroField().has_changed(1250, typed) is changed


@pytest.mark.parametrize("number", ["B41B21000120001", "J12C21000120001"])
def test_a_right_cup_passes(number):
    cup_validator(number)


@pytest.mark.parametrize("number", ["", "B41B2100012000", "b41b21000120001", "B41B210001200011"])
def test_a_wrong_cup_is_refused(number):
    with pytest.raises(ValidationError):
        cup_validator(number)


@pytest.mark.parametrize(
    ("number", "right"), [("Z3F2D1A0B9", True), ("8912345678", True), ("z3f2d1a0b9", False), ("123", False)]
)
def test_a_cig_is_ten_letters_or_digits(number, right):
    if right:
        cig_validator(number)
    else:
        with pytest.raises(ValidationError):
            cig_validator(number)
