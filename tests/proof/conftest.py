"""Both communities and everybody in them, for as long as a file is tried."""

import pytest
from django.test import Client

from tests.proof import world
from tests.proof.calling import Caller, undone
from tests.proof.world import HERE


@pytest.fixture(scope="module")
def calling():
    return Caller()


@pytest.fixture(scope="module")
def sown(django_db_setup, django_db_blocker):
    """Both communities, wired as the web process is."""
    with django_db_blocker.unblock(), world.wired(), undone():
        world.sow()
        yield


@pytest.fixture
def entering(sown):
    def enter(role, community=HERE, place=""):
        client = Client(raise_request_exception=False)
        return world.enter(client, role=role, community=community, place=place)

    with undone():
        yield enter
