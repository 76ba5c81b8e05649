"""Authentication, parameters, errors: what every request has in common."""

import base64

import pytest
import stripe


def test_a_request_without_a_key_is_refused(target):
    """Docs: API reference, Authentication."""
    reply = target.request("/v1/customers", Authorization="")
    assert reply.status == 401
    assert '"type":"invalid_request_error"' in reply.text


def test_basic_authentication_is_taken_too(target):
    """Docs: API reference, Authentication."""
    credentials = base64.b64encode(f"{target.key}:".encode()).decode()
    assert target.request("/v1/balance", Authorization=f"Basic {credentials}").status == 200


def test_every_answer_has_its_own_request_id(client):
    """Docs: API reference, Request IDs."""
    first, second = client.customers.create(), client.customers.create()
    assert first.last_response.request_id.startswith("req_")
    assert first.last_response.request_id != second.last_response.request_id


def test_an_unknown_parameter_is_refused_by_name(client):
    """Docs: Error codes, parameter_unknown."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.customers.create({"emial": "a@example.org"})
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "emial")


def test_an_older_parameter_name_is_refused(client):
    """Docs: Changelog (allowed_payment_method_types in place of payment_method_types)."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create({"amount": 100, "currency": "eur", "payment_method_types": ["card"]})
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "payment_method_types")


def test_a_nested_unknown_parameter_is_refused_with_its_path(client):
    """Docs: Error codes, parameter_unknown."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create(
            {"amount": 100, "currency": "eur", "payment_method_options": {"card": {"x": 1}}}
        )
    assert caught.value.param == "payment_method_options[card][x]"


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"amount": "ten", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1.5", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": "", "currency": "eur"}, "parameter_invalid_empty", "amount"),
        ({"amount": 1000}, "parameter_missing", "currency"),
        ({"amount": 49, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": 1000, "currency": "xyz"}, None, "currency"),
        ({"amount": 1000, "currency": "eur", "confirm": "maybe"}, None, "confirm"),
        ({"amount": 1000, "currency": "eur", "capture_method": "later"}, None, "capture_method"),
    ],
)
def test_an_ill_typed_parameter_is_refused(client, params, code, param):
    """Docs: Error codes."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create(params)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, param)


def test_an_unknown_id_is_a_404_with_its_parameter(client):
    """Docs: Error codes, resource_missing."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.retrieve("pi_missing")
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        404,
        "resource_missing",
        "intent",
    )


def test_an_unknown_address_is_a_404(target):
    """Docs: API reference, Errors."""
    assert target.request("/v1/nonsense").status == 404


def test_metadata_merges_and_an_empty_value_unsets(client, customer):
    """Docs: API reference, Metadata."""
    client.customers.update(customer.id, {"metadata": {"a": "1", "b": "2"}})
    changed = client.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


def test_expand_replaces_ids_by_objects(client, charge):
    """Docs: API reference, Expanding responses."""
    intent = charge(expand=["latest_charge.balance_transaction", "customer"])
    assert intent.customer.email == "backer@example.org"
    assert intent.latest_charge.balance_transaction.amount == 2500


def test_expand_reaches_into_lists(client, charge, customer):
    """Docs: API reference, Expanding responses."""
    charge()
    listed = client.payment_intents.list({"customer": customer.id, "expand": ["data.latest_charge"]})
    assert listed.data[0].latest_charge.paid is True


def test_expanding_what_can_not_be_is_refused(client):
    """Docs: API reference, Expanding responses."""
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.customers.create({"expand": ["email"]})
