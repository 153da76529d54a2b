"""One installation for the tests that only speak to it."""

import pytest

from tests.e2e.installation import Installation


@pytest.fixture(scope="package")
def linli(tmp_path_factory):
    """Start it where nothing is there at all; webhooks reach this machine."""
    inside = {"LINLI_WEBHOOKS_INSIDE": "1"}
    home = tmp_path_factory.mktemp("linli")
    installation = Installation(home, empty=True, environment=inside)
    yield installation.start()
    installation.stop()
