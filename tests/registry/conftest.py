"""An invented estate, and people who sign in to it."""

from datetime import UTC, datetime

import pytest

from linli.contracts import places as places_contract
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.registry.places import operations as places
from linli.registry.places import queries
from linli.registry.places.logic import NewPlace

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
FEW_STATEMENTS = 300
"""What 2,300 rows may cost: some per batch, none per row."""
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[120, 30], [120, 31], [121, 31], [121, 30], [120, 30]]],
}


def square():
    return {"type": "Polygon", "coordinates": [[list(p) for p in SQUARE["coordinates"][0]]]}


def tree(community):
    """Return an estate with a garage, a cell and one building of a unit, two floors, four rooms."""
    b = f"{community}/b03"
    yield NewPlace(kind="street", code="wulin", parent="", name_zh="武林街道", name_en="Wulin")
    yield NewPlace(kind="neighbourhood", code="heping", parent="@wulin", name_zh="和平社区")
    yield NewPlace(
        kind="estate", code=community, parent="@wulin/heping", name_zh="和睦里", name_en="Hemuli"
    )
    yield NewPlace(kind="cell", code="g1", parent=community, name_zh="第一网格")
    yield NewPlace(kind="garage", code="p1", parent=community, name_zh="地下车库", name_en="Garage")
    yield NewPlace(
        kind="building", code="b03", parent=community, name_zh="3号楼", name_en="Building 3",
        geometry=square(), height_m=18.0, cell=f"{community}/g1",
    )  # fmt: skip
    yield NewPlace(kind="unit", code="u1", parent=b, name_zh="1单元", name_en="Unit 1")
    for floor in (1, 2):
        up = f"{b}/u1/f{floor:02}"
        yield NewPlace(
            kind="floor", code=f"f{floor:02}", parent=f"{b}/u1", name_zh=f"{floor}层", level=floor
        )
        for room in (1, 2):
            yield NewPlace(
                kind="room", code=f"{floor}0{room}", parent=up, name_zh=f"{floor}0{room}室"
            )


@pytest.fixture
def estate(db):
    places.add_many(community="hml", places=list(tree("hml")), now=NOW)
    return "hml"


@pytest.fixture
def other_estate(db):
    places.add_many(community="other", places=list(tree("other")), now=NOW)
    return "other"


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    monkeypatch.setattr(places_contract.estates, "_answer", queries.estates)


@pytest.fixture
def sign_in(client, db):
    """Sign somebody in to the test client with a role in a community, at a place."""

    def enter(role, community="hml", place=""):
        opened = identity.open_account(
            username=f"{role}-{community}", name="王小和", password="long enough 7"
        )
        identity.grant(account=opened.account, role=role, community=community, place=place, now=NOW)
        client.force_login(Account.objects.get(pk=opened.account))
        return opened.account

    return enter
