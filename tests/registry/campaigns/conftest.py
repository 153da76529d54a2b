import pytest

from linli.foundation.identity import operations as identity
from tests.registry.campaigns.kit import barriers, release
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = [
    "account",
    "answers",
    "barriers",
    "devices",
    "known_models",
    "known_scenes",
    "release",
]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def account(db):
    opened = identity.open_account(username="campaigner", name="王小和", password="long enough 7")
    return opened.account
