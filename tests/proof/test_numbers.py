"""Numbers of others in an address: another community's, another person's. Whoever has a right to a
door has it to his own things, and the number of another's opens nothing, for reading or writing.
"""

import pytest

from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from linli.foundation.identity.roles import PERMISSIONS
from linli.web.doors import doors
from tests import chance
from tests.proof.calling import filled, holes, key_of
from tests.proof.test_matrix import HOUSE_PATH, of_things, sees
from tests.proof.world import HERE, STRANGE, THERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]
SAMPLE_OF_THINGS = 3
SILENT = {(503, "app.history_silent")}
"""What is asked of another process, which is not there: it refuses before it looks."""


@pytest.fixture(autouse=True)
def nobody_was_refused_yet(monkeypatch):
    """Being refused is written thirty times a minute and then no more: not by tests before."""
    monkeypatch.setattr(audit, "_crowd", Crowd())


class Things:
    """What is behind the second hole of an address, by who looks; each list is asked for once."""

    def __init__(self, calling):
        self.calling, self.known = calling, {}

    def of(self, name, client, door, community):
        first = "/{".join(door.path.split("/{")[:2]) + f"/{{{holes(door.path)[1]}}}"
        key = (name, first)
        if key not in self.known:
            self.known[key] = of_things(self.calling, client, first, community)
        return self.known[key]


def beyond(long_run, door, theirs, ours):
    """Return the things of the others, a few of them in the usual run."""
    found = [one for one in theirs if one is not None and one not in ours]
    return found if long_run else chance.some(door.path, found, SAMPLE_OF_THINGS)


def inner():
    """Return the doors behind whose second hole a thing stands."""
    return [
        door for door in doors()
        if door.path.startswith("/{community}/") and len(holes(door.path)) >= 2
    ]  # fmt: skip


def opened(answer):
    """Return what is wrong with an answer to who asked for another's thing; None if nothing is."""
    said = (answer.status_code, key_of(answer))
    shut = 400 <= answer.status_code < 500 or said in SILENT or empty(answer)
    return None if shut and STRANGE not in sees(answer) else said


def empty(answer):
    """Tell whether it is a list of what belongs to a thing, with nothing in it."""
    is_list = answer.status_code == 200 and "json" in answer.headers.get("content-type", "")
    said = answer.json() if is_list else None
    return isinstance(said, dict) and said.get("items") == []


class TestCommunities:
    def test_numbers_of_another_open_nothing(self, long_run, entering, calling):
        theirs = {role: entering(role, THERE) for role in ("manager", "operator")}
        things, told, tried, found = Things(calling), {}, 0, 0

        for door in inner():
            role = role_for(door)
            client = entering(role, HERE)
            their = things.of("theirs", theirs["manager"], door, THERE)
            our = things.of(f"ours {role}", client, door, HERE)
            for thing in beyond(long_run, door, their, our):
                values = {"community": HERE, holes(door.path)[1]: thing}
                answer = calling(client, door, full=True, **values)
                tried, found = tried + 1, found + (answer.status_code in {403, 404})
                if wrong := opened(answer):
                    told[door.method, door.path, thing] = wrong

        assert told == {}
        assert tried > 60
        assert found > tried // 3


class TestPersons:
    REPORT = {"kind": "general", "place": HOUSE_PATH, "title": STRANGE, "description": STRANGE}

    def test_numbers_of_another_open_nothing(self, long_run, entering, calling):
        mine, other = (
            entering("resident", HERE, HOUSE_PATH),
            entering("household_head", HERE, HOUSE_PATH),
        )
        for path, body in (("cases", self.REPORT), ("sos", {"kind": "help", "place": HOUSE_PATH})):
            mine.post(filled(f"/{{community}}/{path}", community=HERE), body, "application/json")
        things, told, tried = Things(calling), {}, 0

        for door in inner():
            if not set(door.permissions) & PERMISSIONS["resident"]:
                continue
            my, their = (
                things.of(name, one, door, HERE) for name, one in (("my", mine), ("their", other))
            )
            for thing in beyond(long_run, door, my, their):
                values = {"community": HERE, holes(door.path)[1]: thing}
                answer = calling(other, door, full=True, **values)
                tried += 1
                if wrong := opened(answer):
                    told[door.method, door.path, thing] = wrong

        assert told == {}
        assert tried >= 4
