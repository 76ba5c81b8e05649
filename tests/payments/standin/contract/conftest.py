"""What the contract is held against: a stand-in, or Stripe's test mode."""

from collections.abc import Iterator

import pytest
import stripe

from tests.payments.standin.conftest import a_standin, funded
from tests.payments.standin.target import STANDIN, STRIPE, TEST_MODE, Target, stripe_key


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    if request.config.getoption("--stripe-target", STANDIN) == TEST_MODE:
        yield Target(STRIPE, stripe_key())
        return
    with a_standin(tmp_path_factory.mktemp("contract")) as (_, there):
        yield there


@pytest.fixture(scope="session")
def client(target: Target) -> stripe.V1Services:
    return funded(target)
