"""What takes seconds to find is found once: by one who asks, and for one shape of the register."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import msgspec
import pytest

from linli.registry.devices import catalogue
from linli.registry.scenes import bindings, remembering
from linli.registry.scenes.remembering import Remembered, StillLooking
from tests.scenes.town import MODELS, directory, scene

BODY = '[when]\npoint = "co"\nabove = {}'


@pytest.fixture
def looked(monkeypatch):
    """How often conflicts were looked for."""
    bindings.forget()
    monkeypatch.setattr(catalogue.models, "_answer", lambda: MODELS)
    found, plain = [], bindings.find

    def count(**parts):
        found.append(parts)
        return plain(**parts)

    monkeypatch.setattr(bindings, "find", count)
    yield found
    bindings.forget()


def ask(version=1, place=None, limit=30, community="t"):
    one = scene(BODY.format(limit))
    return bindings.conflicts(
        community=community, version=version, scenes={one.id: one},
        read=lambda: place or directory(version=version),
    )  # fmt: skip


class TestConflicts:
    def test_are_found_once_for_a_version(self, looked):
        assert ask() is ask()
        assert len(looked) == 1

    def test_are_not_found_anew_for_a_version_that_changes_nothing_here(self, looked):
        secret = msgspec.structs.replace(directory().devices[0], secret_hash="new")
        place = directory(version=2)
        place = msgspec.structs.replace(place, devices=[secret, *place.devices[1:]])

        assert ask() is ask(version=2, place=place)
        assert len(looked) == 1

    def test_are_found_anew_for_another_device_limit_switch_or_text(self, looked):
        ask()
        ask(version=2, place=directory(version=2, without="s1"))
        ask(version=3, place=directory(version=3, off=frozenset({"safety.test.x"})))
        ask(version=3, limit=31)
        ask(community="other")

        assert len(looked) == 5

    def test_a_fault_on_the_way_is_not_remembered(self, looked):
        with pytest.raises(ZeroDivisionError):
            bindings.conflicts(community="t", version=1, scenes={}, read=lambda: 1 / 0)

        assert ask() == []


class TestRemembered:
    def test_while_one_looks_others_wait_for_what_he_finds(self):
        answers, began, go = Remembered(kept=2), Event(), Event()

        def find():
            began.set()
            assert go.wait(5)
            return object()

        with ThreadPoolExecutor(2) as people:
            first = people.submit(answers.get, lane="c", key=1, find=find)
            assert began.wait(5)
            second = people.submit(answers.get, lane="c", key=1, find=lambda: 1 / 0)
            go.set()

            assert first.result() is second.result()

    def test_who_would_wait_too_long_is_told_so(self, monkeypatch):
        monkeypatch.setattr(remembering, "PATIENCE_S", 0.0)
        answers = Remembered(kept=2)

        def find():
            with pytest.raises(StillLooking):
                answers.get(lane="c", key=2, find=lambda: 2)
            return answers.get(lane="other", key=3, find=lambda: 3)

        assert answers.get(lane="c", key=1, find=find) == 3

    def test_a_bounded_number_is_kept(self):
        answers = Remembered(kept=2)

        found = [answers.get(lane="c", key=key, find=lambda: [0]) for key in (1, 2, 3)]

        assert answers.get(lane="c", key=3, find=lambda: 1 / 0) is found[2]
        assert answers.get(lane="c", key=1, find=lambda: [0]) is not found[0]
