"""The door of images: only what is offered, only to whom it is offered, whole or in ranges."""

import base64

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from linli.contracts import wires
from linli.contracts.outbox import wake
from linli.devices import credential
from linli.registry.campaigns import operations
from linli.registry.campaigns.models import Target
from linli.registry.campaigns.operations import tickets
from linli.registry.devices.models import Device
from linli.web.firmware import firmware
from tests.registry.campaigns.conftest import account, own_files
from tests.registry.campaigns.kit import (
    IMAGE,
    add,
    advance,
    answer_all,
    barriers,
    enter,
    release,
    started,
    states,
)
from tests.registry.conftest import NOW

__all__ = ["account", "barriers", "own_files", "release"]

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "made-by-us-of-24-octets"


@pytest.fixture(autouse=True)
def nobody_to_wake(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)


@pytest.fixture
def door():
    app = Starlette(routes=[Route("/firmware/v1/{community}/{release:int}", firmware)])
    return TestClient(app)


@pytest.fixture
def offered(release, account):
    """A campaign that offers the release to one barrier, which has a secret."""
    Device.rows.of("hml").filter(code__in=["bar-00", "bar-01"]).update(
        secret_hash=credential.make(SECRET, "salt")
    )
    row = started(account, release, codes=["bar-00"], devices=1)
    advance()
    return row


def basic(name, secret=SECRET):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def at(release, community="hml"):
    return f"/firmware/v1/{community}/{release.pk}"


class TestFetch:
    def test_sends_the_image_that_was_signed(self, door, offered, release):
        said = door.get(at(release), headers=basic("bar-00"))

        assert (said.status_code, said.content) == (200, IMAGE)
        assert said.headers["x-linli-sha256"] == release.sha256
        assert said.headers["accept-ranges"] == "bytes"
        assert states(offered) == {"downloading": 1}

    @pytest.mark.parametrize("name", ["bar-00", "hml/bar-00"])
    def test_by_either_name_and_by_bearer(self, door, offered, release, name):
        bearer = {"Authorization": f"Bearer {SECRET}"}

        assert door.get(at(release), headers=basic(name)).status_code == 200
        assert door.get(f"{at(release)}?device={name}", headers=bearer).status_code == 200

    def test_goes_on_where_it_was_cut_off(self, door, offered, release):
        first = door.get(at(release), headers=basic("bar-00") | {"Range": "bytes=0-999"})
        rest = door.get(
            at(release),
            headers=basic("bar-00") | {"Range": "bytes=1000-", "If-Range": first.headers["etag"]},
        )

        assert (first.status_code, rest.status_code) == (206, 206)
        assert first.content + rest.content == IMAGE
        assert rest.headers["content-range"] == f"bytes 1000-{len(IMAGE) - 1}/{len(IMAGE)}"

    @pytest.mark.parametrize(
        ("range_", "status"), [("bytes=999999-", 416), ("bytes=5-1", 400), ("lines=1-2", 400)]
    )
    def test_refuses_a_range_that_is_none(self, door, offered, release, range_, status):
        said = door.get(at(release), headers=basic("bar-00") | {"Range": range_})

        assert said.status_code == status

    @pytest.mark.parametrize(
        "headers",
        [{}, basic("bar-00", "wrong"), basic("bar-99"), basic("bar-02"), basic("bar-00", ""),
         {"Authorization": "Basic nonsense"}, {"Authorization": "Bearer"},
         {"Authorization": "Bearer " + SECRET}],
    )  # fmt: skip
    def test_refuses_who_is_not_believed(self, door, offered, release, headers):
        said = door.get(at(release), headers=headers)

        assert (said.status_code, said.json()["key"]) == (401, "campaigns.not_believed")
        assert "basic" in said.headers["www-authenticate"].lower()
        assert states(offered) == {"told": 1}

    def test_refuses_a_device_that_was_not_offered_it(self, door, offered, release, account):
        other = add(account, "9.0", image=b"other")

        neighbour = door.get(at(release), headers=basic("bar-01"))
        another = door.get(at(other), headers=basic("bar-00"))
        nothing = door.get("/firmware/v1/hml/99999999999999999999999", headers=basic("bar-00"))

        assert [one.status_code for one in (neighbour, another, nothing)] == [404, 404, 404]

    def test_refuses_when_it_is_done(self, door, offered, release):
        answer_all(offered)
        advance(2.0)

        assert door.get(at(release), headers=basic("bar-00")).status_code == 404

    def test_refuses_another_communitys_door(self, door, offered, release):
        assert door.get(at(release, "other"), headers=basic("bar-00")).status_code == 401
        assert door.get(at(release, "*"), headers=basic("bar-00")).status_code in (401, 404)

    def test_refuses_a_device_out_of_use(self, door, offered, release):
        Device.rows.of("hml").filter(code="bar-00").update(enabled=False)

        assert door.get(at(release), headers=basic("bar-00")).status_code == 401

    def test_a_gateway_fetches_for_who_is_behind_it(self, door, barriers, account, monkeypatch):
        monkeypatch.setattr(wires.check, "_answer", lambda wire: None)
        enter(["gw-1"], model="gateway", secret_hash=credential.make(SECRET, "salt"))
        enter(["bar-x"], gateway="gw-1")
        image = add(account, "3.0")
        started(account, image, codes=["bar-x"], devices=1)
        advance()

        assert door.get(at(image), headers=basic("gw-1")).content == IMAGE

    def test_the_ticket_in_its_address_is_enough_for_this_image_alone(
        self, door, offered, release, account
    ):
        other = add(account, "9.0", image=b"other")
        ticket = tickets.write(community="hml", device="bar-00", release=release.pk)

        assert door.get(f"{at(release)}?ticket={ticket}").content == IMAGE
        assert door.get(f"{at(other)}?ticket={ticket}").status_code == 401
        assert door.get(f"{at(release)}?ticket={ticket}x").status_code == 401

    def test_on_the_way_back_the_image_before_is_offered(
        self, door, offered, release, account, barriers
    ):
        before = add(account, "1.0", image=b"before")
        answer_all(offered)
        advance(2.0)
        Target.rows.of("hml").filter(campaign=offered).update(
            before_version="1.0", before_release=before
        )
        operations.roll_back(community="hml", id=offered.pk, by=account, now=NOW)
        advance(3.0)

        assert door.get(at(before), headers=basic("bar-00")).content == b"before"
        assert door.get(at(release), headers=basic("bar-00")).status_code == 404
