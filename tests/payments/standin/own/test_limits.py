"""What the stand-in refuses by rules of its own."""

import pytest
import stripe

from tests.payments.standin.conftest import sdk


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "pk_test_abc", "nonsense"])
def test_only_test_keys_are_taken(standin, key):
    """Docs: API keys, Sandbox and live mode."""
    with pytest.raises(stripe.AuthenticationError) as caught:
        sdk(standin.url, key=key).v1.customers.create()
    assert caught.value.http_status == 401
    assert "abc" not in str(caught.value)


def test_the_pinned_version_is_spoken_and_no_other(target):
    """Docs: API reference, Versioning."""
    assert target.request("/v1/balance").headers["Stripe-Version"] == "2026-10-28.endive"
    assert target.request("/v1/balance", Stripe_Version="2020-08-27").status == 400


def test_what_is_not_modelled_is_refused_aloud(client):
    """The stand-in's own rule: no parameter is silently without effect."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create(
            {"amount": 100, "currency": "eur", "transfer_data": {"destination": "acct_1"}}
        )
    assert caught.value.code == "standin_not_modelled"


def test_something_due_that_breaks_stands_in_nobodys_way(standin, client, capfd):
    """The stand-in's own rule."""
    with standin.desk.store.transaction():
        standin.desk.call().later(0, "nonsense", "x")
    assert client.customers.create().id
    assert "KeyError: 'nonsense'" in capfd.readouterr().err
