"""Several people at the same moment, in transactions of their own."""

import pytest

from linli.foundation.outbox import operations as outbox
from linli.registry.devices import operations as devices
from linli.registry.places import operations as places
from linli.registry.scenes import operations, queries
from linli.registry.scenes.models import LimitOverride, SceneChange, SceneVersion
from tests.registry.conftest import NOW, tree
from tests.registry.devices.kit import CO_SCENE, new, topics
from tests.registry.people.test_at_once import TIMES, at_once
from tests.registry.scenes.kit import ALL, OWN, OWN_TOML, asked, people, put, write
from tests.registry.scenes.test_limits import decide, limit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(answers, monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    places.add_many(community="hml", places=list(tree("hml")), now=NOW)
    devices.register_many(community="hml", devices=[new("co-1")], now=NOW)
    return people(TIMES + 1)


def test_a_change_is_let_pass_once(many):
    change = asked(many[-1])

    said = at_once(
        lambda n: (
            operations.approve(
                community="hml", change=change.pk, reason="", by=many[n], now=NOW
            ).state
        )
    )

    assert sorted(said) == ["done"] + ["scenes.already_decided"] * (TIMES - 1)
    assert topics().count("SceneChanged") == 1
    assert queries.texts(community="hml", scene=CO_SCENE, wanted=ALL).version == 1


def test_letting_pass_and_withdrawing_do_not_cross(many):
    change = asked(many[-1])

    def act(n):
        said = {"community": "hml", "change": change.pk, "reason": "x", "now": NOW}
        if n % 2:
            return operations.withdraw(by=many[-1], **said).state
        return operations.approve(by=many[n], **said).state

    said = at_once(act)

    state = SceneChange.rows.of("hml").get().state
    assert said.count(state) == 1
    assert queries.texts(community="hml", scene=CO_SCENE, wanted=ALL).version == (state == "done")


def test_one_of_many_wishes_waits(many):
    write(many[-1], OWN_TOML.replace(OWN, CO_SCENE))

    said = at_once(lambda n: put(many[n], scene=CO_SCENE).state)

    assert sorted(said) == ["scenes.change_waits"] * (TIMES - 1) + ["waiting"]
    assert SceneChange.rows.of("hml").count() == 1


def test_texts_written_at_once_have_numbers_of_their_own(many):
    said = at_once(
        lambda n: write(many[n], OWN_TOML.replace("above = 10", f"above = {10.5 + n / 10}")).number
    )

    assert sorted(said) == list(range(1, TIMES + 1))
    assert SceneVersion.rows.of("hml").count() == TIMES


def test_the_same_text_written_at_once_is_one(many):
    said = at_once(lambda n: write(many[n]).number)

    assert set(said) == {1}


def test_switched_at_once_it_is_changed_once(many):
    write(many[-1])

    said = at_once(lambda n: put(many[n]).pk)

    assert len(set(said)) == SceneChange.rows.of("hml").count() == 1


def test_one_of_many_wishes_for_a_limit_waits(many):
    said = at_once(lambda n: limit(many[n], value=20.0 + n).state)

    assert sorted(said) == ["scenes.change_waits"] * (TIMES - 1) + ["waiting"]
    assert SceneChange.rows.of("hml").count() == 1


def test_a_limit_is_let_pass_once(many):
    row = limit(many[-1])

    said = at_once(lambda n: decide(operations.approve, row, many[n]).state)

    assert sorted(said) == ["done"] + ["scenes.already_decided"] * (TIMES - 1)
    assert topics().count("LimitChanged") == 1


def test_a_limit_of_an_ordinary_scene_set_at_once_is_one_row(many):
    put(many[-1], version=write(many[-1]).number)

    at_once(lambda n: limit(many[n], scene=OWN, value=11.0).pk)

    assert LimitOverride.rows.of("hml").count() == 1
    assert topics().count("LimitChanged") == 1
