import pytest

from linli.foundation.identity import operations as identity
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["account", "answers", "devices", "known_models", "known_scenes"]


@pytest.fixture
def account(db):
    opened = identity.open_account(
        username="manager-of-devices", name="王小和", password="long enough 7"
    )
    return opened.account
