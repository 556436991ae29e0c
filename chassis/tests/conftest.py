import pytest
from chassis.service import Service
from chassis.testing.sample.service import SAMPLE


@pytest.fixture(scope="session")
def service() -> Service:
    return SAMPLE
