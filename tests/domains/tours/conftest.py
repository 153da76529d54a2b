"""An estate with two points, a route walked every night at ten, and guards."""

from datetime import UTC, datetime, time

import pytest

from linli.app import catalogue
from linli.contracts.cases import CaseState
from linli.contracts.scenes import scene_briefs
from linli.domains.tours import operations, signing
from linli.domains.tours.models import Point
from linli.domains.tours.operations import PointIn, RouteIn, WindowIn
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.people.models import Staff
from linli.registry.places.models import Place
from tests.domains.neighbours import neighbours

HERE = "hml"
START = datetime(2026, 6, 1, 14, tzinfo=UTC)
"""Ten in the evening in Shanghai."""
GATE = (121.4700, 31.2300)
MODELS, _ = catalogue.models()


@pytest.fixture(autouse=True)
def desk():
    """Answer the questions that are asked."""
    more = {scene_briefs: lambda community: {}, thing_models: lambda: MODELS}
    with neighbours(CaseState.REPORTED, community=HERE, more=more) as made:
        yield made


@pytest.fixture
def estate(db):
    row = Place.rows.create(
        community=HERE, path="hml", kind="estate", code="hml", name_zh="和睦里", name_en="Hemuli"
    )
    for code in ("gate", "g1"):
        Place.rows.create(
            community=HERE, path=f"hml/{code}", kind="zone", code=code, parent=row,
            name_zh=code, name_en=code,
        )  # fmt: skip
    return row


@pytest.fixture
def guard(estate):
    """Return a maker of guards on duty."""

    def make(name="li", *, duty="on", roles=("guard",), places=(), community=HERE):
        account, new = Account.objects.get_or_create(username=name, defaults={"name": name})
        if new:
            Staff.rows.create(
                community=HERE, code=name, name=name, account=account, skills=["guard"], duty=duty
            )
        return Actor(
            account=account.pk, name=name, community=community, roles=frozenset(roles),
            places=tuple(places),
        )  # fmt: skip

    return make


@pytest.fixture
def route(estate):
    """Lay out the route: the gate by position, the garage by a screen, the pump by print alone."""

    def lay(*, order="free", minutes=60, now=START):
        put = operations.put_point
        put(community=HERE, point=PointIn(
            code="gate", name=Words(zh="南门", en="gate"), place="hml/gate", proof="position",
            position=GATE,
        ))  # fmt: skip
        put(community=HERE, point=PointIn(
            code="garage", name=Words(zh="车库", en="garage"), place="hml/g1", proof="rotating",
        ))  # fmt: skip
        put(community=HERE, point=PointIn(
            code="pump", name=Words(zh="泵房", en="pump room"), place="hml/g1", tag="NFC-7",
        ))  # fmt: skip
        return operations.put_route(
            community=HERE,
            route=RouteIn(
                code="night", name=Words(zh="夜巡", en="night round"), place="hml", order=order,
                points=["gate", "garage", "pump"],
                windows=[WindowIn(days="1234567", starts=time(22), minutes=minutes)],
            ),
            now=now,
        )  # fmt: skip

    return lay


@pytest.fixture
def code():
    """Return the text that a point's code says, printed or on its screen at a time."""

    def say(point, shown_at=None):
        row = Point.rows.of(HERE).get(code=point)
        return signing.shown(row, shown_at) if shown_at else signing.printed(row)

    return say
