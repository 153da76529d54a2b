"""What lies sealed by the installation's own secret is sealed again when it is turned over."""

import ast

import pytest

from linli.app import resealing
from linli.contracts.directory import LINK_KEY_USE, DeviceEntry
from linli.domains.doors.models import SigningKey
from linli.domains.exchange.models import Department
from linli.domains.openapi.models import Subscription
from linli.foundation import sealing
from linli.foundation.identity.models import Session, Totp
from linli.foundation.money.models import Provider
from linli.foundation.vault.models import KeptKey
from linli.live.links import Links
from linli.registry.devices.models import Device
from tests.app.turning import KEY, home
from tests.laws.source import PACKAGE, modules

__all__ = ["home"]
pytestmark = pytest.mark.django_db(databases=["default", "apart"])
SEALS = {
    "domains/openapi/operations/subscribing.py": Subscription,
    "domains/doors/operations/signing.py": SigningKey,
    "domains/exchange/operations/setting.py": Department,
    "foundation/identity/sessions.py": Session,
    "foundation/identity/operations/factors.py": Totp,
    "foundation/money/operations/providing.py": Provider,
    "foundation/vault/kept.py": KeptKey,
    "registry/devices/operations/registering.py": Device,
    "foundation/replies/operations.py": "kept for a day, and waited for",
    "foundation/approvals/lines.py": "waits for hours; asked anew where the secret is another",
    "live/pictures.py": "on its way, for minutes",
    "app/resealing.py": "seals again what others sealed",
}
"""Who seals by the secret, and into which table it goes, or why it is not sealed again."""


class TestSealedDevice:
    def entry(self, sealed):
        return DeviceEntry(code="d1", place="hml", model="m", link_key=sealed)

    def test_its_line_goes_on_where_it_was_when_its_key_is_sealed_again(self):
        use = LINK_KEY_USE.format("hml", "d1")
        links = Links(community="hml")
        links.learn([self.entry(sealing.seal(KEY, use=use).hex())])
        links.get("d1").begin((7, 3))
        before = links.windows()

        links.learn([self.entry(sealing.seal(KEY, use=use).hex())])
        same = links.windows()
        links.learn([self.entry(sealing.seal(KEY[::-1], use=use).hex())])

        assert same == before
        assert links.windows() == {}


@pytest.mark.once
def test_whoever_seals_by_the_secret_is_sealed_again_or_says_why_not():
    found = set()
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "seal" and (
                getattr(node.value, "id", "") == "sealing"
            ):  # fmt: skip
                found.add(str(path.relative_to(PACKAGE)))
    vaults = {one for one in found if "vault import sealed as sealing" in
              (PACKAGE / one).read_text("utf-8")}  # fmt: skip

    assert found - vaults == set(SEALS)
    assert {one for one in SEALS.values() if not isinstance(one, str)} == {
        place.model for place in resealing.PLACES
    }
