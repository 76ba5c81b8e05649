"""The stand-in with its clock and switches, for tests that need them."""

from collections.abc import Iterator

import pytest
import stripe

from payments.standin.service import Service
from tests.payments.standin.conftest import Control, a_standin, funded
from tests.payments.standin.target import Target


@pytest.fixture(scope="session")
def _own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Target]]:
    with a_standin(tmp_path_factory.mktemp("standin")) as running:
        yield running


@pytest.fixture(scope="session")
def standin(_own: tuple[Service, Target]) -> Service:
    return _own[0]


@pytest.fixture(scope="session")
def target(_own: tuple[Service, Target]) -> Target:
    return _own[1]


@pytest.fixture(scope="session")
def client(target: Target) -> stripe.V1Services:
    return funded(target)


@pytest.fixture
def control(standin: Service) -> Iterator[Control]:
    switches = Control(standin.url)
    yield switches
    switches("faults")
    switches("clock", offset=0)
