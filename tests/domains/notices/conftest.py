"""A place with loudspeakers, and somebody who writes down what they are told to say."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from linli.domains.notices import handlers, ports
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.registry.places.models import Place

HERE = "hml"
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def spoken():
    """Return what loudspeakers were told, in order."""
    return []


@pytest.fixture(autouse=True)
def wiring(spoken):
    """Answer the questions that notices ask; take the answers away again afterwards."""
    there = {"hml/g1": ["sp-01", "sp-02"], "hml": ["sp-00", "sp-01", "sp-02"]}

    def say(saying):
        spoken.append(saying)
        return f"cmd-{saying.device}"

    answers = {
        ports.speakers: lambda community, place: list(there.get(place, [])),
        ports.say: say,
        outbox.wake: lambda: None,
    }
    before = {port: port._answer for port in answers}
    for port, answer in answers.items():
        port.answer_with(answer)
    yield
    for port, answer in before.items():
        port._answer = answer


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let handlers see noon on their clock; return a function that sets it."""

    def set_(now):
        monkeypatch.setattr(handlers.timezone, "now", lambda: now)

    monkeypatch.setattr(handlers, "timezone", SimpleNamespace(now=lambda: NOON))
    return set_


@pytest.fixture
def places(db):
    estate = Place.rows.create(
        community=HERE, path="hml", kind="estate", code="hml", name_zh="和睦里", name_en="Hemuli"
    )
    for code, name in (("g1", "地下车库"), ("b01", "1 幢"), ("b02", "2 幢")):
        Place.rows.create(
            community=HERE, path=f"hml/{code}", kind="building", code=code, parent=estate,
            name_zh=name, name_en=code,
        )  # fmt: skip


@pytest.fixture
def actor(places):
    """Return a maker of actors: name, roles, places."""

    def make(name, *roles, places=(), community=HERE):
        account, _ = Account.objects.get_or_create(username=name, defaults={"name": name})
        return Actor(
            account=account.pk,
            name=name,
            community=community,
            roles=frozenset(roles),
            places=tuple(places),
        )

    return make
