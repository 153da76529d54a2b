"""Every door, every role, in the own community and another, at the own place and elsewhere.

What is expected is read from the page docs/reference/permissions.md, what is called from the API
itself: a door or a role added tomorrow is tried tomorrow. The usual run takes a sample of doors for
each role, another with each commit (`chance`), `--long` all of them.
"""

import re
from itertools import product

import pytest
from django.test import Client

from linli.foundation.identity.sensitive import ONCE_A_SHIFT, SENSITIVE, Sensitive
from linli.web.doors import ANYBODY, SIGNED_IN, doors
from tests import chance
from tests.fresh import stale
from tests.laws.source import ROOT
from tests.proof.calling import LIKELY, holes, key_of
from tests.proof.world import GARAGE, HERE, HOUSE, ROLES, STRANGE, THERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]

SAMPLE = 10
"""Doors that a role tries at each place in the usual run."""

SHUT = {"identity.not_allowed", "identity.not_everywhere", "identity.not_signed_in"}
HOUSE_PATH, GARAGE_PATH = f"{HERE}/b03", f"{HERE}/p1"
MOST_THINGS = 4
"""Of a list, so many from its beginning and so many from its end are tried one by one."""

STAND_OPEN = {
    ("POST", "/{community}/third-parties"): "a stranger applies; people decide",
    ("POST", "/{community}/departments/{department}/messages"): "each is signed by its department",
    ("GET", "/{community}/feeds/{token}.ics"): "a secret address, for calendar programs",
    ("GET", "/{community}/driver/lots/{lot}"): "what is on the sign at the way in",
    (
        "POST",
        "/{community}/driver/find",
    ): "a driver pays by his plate, and is told no more than the fee",
    ("GET", "/{community}/driver/stays/{token}"): "a secret address, for the driver who asked",
    ("POST", "/{community}/driver/stays/{token}/pay"): "a secret address, as above",
    ("POST", "/{community}/driver/pay"): "a driver pays by his plate",
    ("POST", "/{community}/driver/lanes/{lane}/ticket"): "a car without a plate takes a ticket",
    ("POST", "/{community}/driver/lanes/{lane}/out"): "a car without a plate leaves by its ticket",
    ("POST", "/{community}/payments/{provider}"): "each is signed by its provider",
    ("GET", "/{community}/pay/{number}"): "whoever knows the number of an order may pay it",
    ("POST", "/{community}/pay/{number}"): "whoever knows the number of an order may pay it",
}
"""Doors of a community that ask for no permission, and why."""

ASK_AGAIN = {
    ("POST", "/{community}/third-parties/{int:party}/review"),
    ("POST", "/{community}/third-parties/{int:party}/allow"),
    ("POST", "/{community}/scenes/changes/{int:id}/approve"),
    ("POST", "/{community}/scenes/proposals/{id}/approve"),
    ("POST", "/{community}/approvals/{int:id}/approve"),
    ("GET", "/{community}/people/{int:id}"),
    ("GET", "/{community}/staff/{int:id}"),
    ("POST", "/{community}/exports/{kind}/ask"),
    ("GET", "/{community}/exports/{kind}.{form}"),
    ("GET", "/{community}/me/privacy/download"),
    ("POST", "/{community}/me/requests"),
    ("POST", "/{community}/privacy/requests/{int:id}/decide"),
    ("POST", "/{community}/grants"),
    ("DELETE", "/{community}/grants/{int:id}"),
    ("GET", "/{community}/visits/{int:id}"),
    ("GET", "/{community}/passages"),
    ("GET", "/{community}/passages/{int:passage}"),
    ("POST", "/{community}/imports/{kind}"),
}
"""Doors that must ask for a factor shown lately, whatever else does."""

_CELL = re.compile(r"`([^`]+)`")


def page():
    """Return what the page says: (role, permission) pairs, and of each door who may pass how."""
    text = (ROOT / "docs" / "reference" / "permissions.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and not line.startswith("|---")]  # fmt: skip
    roles, allowed, asked = rows[0][1:], set(), {}
    for row in rows[1:]:
        if len(row) == len(rows[0]):
            allowed |= {
                (role, row[0].strip("`")) for role, mark in zip(roles, row[1:], strict=True) if mark
            }
        elif len(row) == 4 and row[0] != "method":
            asked[row[0], row[1].strip("`")] = (row[2], row[3])
    return allowed, asked


ALLOWED, ASKED = page()


def expected(door, role, *, own, whole):
    """Return whether the page opens this door to a role that is held in this community or not, in
    the whole of it or at one place.
    """
    who, how = ASKED[door.method, door.path]
    if who in {ANYBODY, SIGNED_IN}:
        return True
    held = any((role, permission) in ALLOWED for permission in _CELL.findall(who))
    return held and own and (whole or "everywhere" not in how)


def sample(request, role):
    """Return the doors to try: all, or a sample that is another for each role."""
    every = [door for door in doors() if "{community}" in door.path]
    if request.config.getoption("--long"):
        return every
    return chance.some(f"matrix {role}", every, SAMPLE)


class TestDoors:
    def test_the_page_knows_every_door_and_the_api_every_line_of_the_page(self):
        assert set(ASKED) == {(door.method, door.path) for door in doors()}

    def test_no_door_stands_open_unless_it_says_so(self):
        unguarded = {
            (door.method, door.path)
            for door in doors()
            if not door.asks_permission and door.passes not in {ANYBODY, SIGNED_IN}
        }

        assert unguarded == {("GET", "/session")}

    def test_a_door_of_a_community_asks_for_a_permission(self):
        of_community = [door for door in doors() if "{community}" in door.path]

        free = {(one.method, one.path) for one in of_community if not one.asks_permission}

        assert free == set(STAND_OPEN)

    def test_strangers_pass_no_door_of_a_community(self, sown, calling):
        stranger = Client(raise_request_exception=False)

        passed = {
            (door.method, door.path): answer.status_code
            for door in doors()
            if "{community}" in door.path
            and (door.method, door.path) not in STAND_OPEN
            and (answer := calling(stranger, door, community=HERE)).status_code != 401
        }

        assert passed == {}


class TestSensitive:
    def test_acts_have_doors_and_words(self):
        asking = {(door.method, door.path) for door in doors() if door.fresh}

        assert {door.fresh for door in doors()} - {None} == set(Sensitive) == set(SENSITIVE)
        assert asking >= ASK_AGAIN

    def test_acts_ask_for_a_factor_where_minutes_have_gone_by(self, entering, calling):
        passed = {}

        for door in (one for one in doors() if one.fresh):
            client = stale(entering(role_for(door)), shift=door.fresh in ONCE_A_SHIFT)
            answer = calling(client, door, full=True, asks=saying(door), community=HERE)
            if (answer.status_code, key_of(answer)) != (401, "identity.step_up_wanted"):
                passed[door.method, door.path] = (answer.status_code, key_of(answer))

        assert passed == {}


def saying(door):
    """Return what the address of a door must say before it asks for a factor."""
    name, _, value = door.when.partition("=")
    return {name: value or "emergency"} if name else {}


@pytest.mark.parametrize("role", ROLES)
class TestRoles:
    @pytest.mark.parametrize("where", [(HERE, ""), (HERE, HOUSE_PATH), (THERE, "")])
    def test_pass_where_the_page_says_and_nowhere_else(
        self, request, entering, calling, role, where
    ):
        community, place = where
        client, wrong = entering(role, community, place), {}

        for door in sample(request, f"{role} {community} {place}"):
            answer = calling(client, door, community=HERE)
            opens = expected(door, role, own=community == HERE, whole=not place)
            if (key_of(answer) not in SHUT) != opens or answer.status_code >= 500:
                wrong[door.method, door.path] = (answer.status_code, key_of(answer))

        assert wrong == {}


def readable(role):
    """Return the doors that a role may read from at a place."""
    for door in doors():
        of_community = door.method == "GET" and "{community}" in door.path
        if of_community and expected(door, role, own=True, whole=False):
            yield door


def of_things(calling, client, path, community=HERE):
    """Return with what the last hole of a path may be filled: what the list before it shows."""
    before, _, _ = path.rpartition("/{")
    listing = next((d for d in doors() if (d.method, d.path) == ("GET", before)), None)
    if listing is None or holes(before) != ["community"]:
        return []
    items = calling(client, listing, full=True, community=community).json()
    items = items.get("items", []) if isinstance(items, dict) else []
    items = [*items[:MOST_THINGS], *items[MOST_THINGS:][-MOST_THINGS:]]
    return [next((one[key] for key in LIKELY if key in one), None) for one in items]


def sees(answer):
    """Return which marks an answer shows. A refusal says what was asked for, and no more."""
    if answer.status_code >= 400:
        return set()
    body = b"".join(answer) if answer.streaming else answer.content
    return {mark for mark in (HOUSE, GARAGE, STRANGE) if mark.encode() in body.upper()}


class TestPlaces:
    """What is elsewhere is not read, changed or told of by who has his role at one place."""

    @pytest.mark.parametrize("role", ROLES)
    def test_lists_tell_nothing_of_elsewhere(self, entering, calling, role):
        client = entering(role, place=HOUSE_PATH)

        told = {
            door.path: found
            for door in readable(role)
            if len(holes(door.path)) == 1
            and (found := sees(calling(client, door, full=True, community=HERE)) - {HOUSE})
        }

        assert told == {}

    @pytest.mark.parametrize("role", ["manager", "operator"])
    def test_single_things_of_elsewhere_are_not_there(self, entering, calling, role):
        whole, here = entering("manager"), entering(role, place=HOUSE_PATH)
        told, tried = {}, 0

        for door in readable(role):
            if len(holes(door.path)) != 2:
                continue
            for thing in of_things(calling, whole, door.path):
                name = holes(door.path)[-1]
                found = sees(calling(here, door, full=True, community=HERE, **{name: thing}))
                tried += 1
                if found - {HOUSE}:
                    told[door.path, thing] = found

        assert told == {}
        assert tried > 20

    def test_nothing_of_elsewhere_is_changed(self, entering, calling):
        whole, here = entering("manager"), entering("manager", place=HOUSE_PATH)
        changed = {}

        for door in doors():
            if door.method == "GET" or len(holes(door.path)) < 2:
                continue
            for thing in elsewhere(calling, whole, here, door):
                answer = calling(
                    here, door, full=True, community=HERE, **{holes(door.path)[1]: thing}
                )
                if answer.status_code < 400 or answer.status_code >= 500:
                    changed[door.method, door.path, thing] = answer.status_code

        assert changed == {}


def elsewhere(calling, whole, here, door):
    """Return the things behind a door that the one shows and the other does not."""
    first, second = door.path.split("/{")[:2], holes(door.path)[1]
    path = "/{".join(first) + f"/{{{second}}}"
    seen = of_things(calling, here, path)
    return [thing for thing in of_things(calling, whole, path) if thing not in seen]


class TestCommunities:
    @pytest.mark.parametrize("role", ROLES)
    def test_nothing_is_told_of_another_community(self, entering, calling, role):
        client = entering(role)
        of_here = [d for d in doors() if d.method == "GET" and holes(d.path) == ["community"]]

        told = {
            door.path
            for door in of_here
            if expected(door, role, own=True, whole=True)
            and STRANGE in sees(calling(client, door, full=True, community=HERE))
        }

        assert told == set()

    def test_numbers_of_another_community_are_not_there(self, entering, calling):
        theirs, ours = entering("manager", THERE), entering("manager", HERE)
        told = {}

        for door in doors():
            if door.method != "GET" or len(holes(door.path)) != 2:
                continue
            for thing in of_things(calling, theirs, door.path, THERE):
                name = holes(door.path)[-1]
                answer = calling(ours, door, full=True, community=HERE, **{name: thing})
                if STRANGE in sees(answer):
                    told[door.path, thing] = answer.status_code

        assert told == {}


def test_the_matrix_is_not_empty():
    assert len(list(product(doors(), ROLES))) > 1000
    assert any(door.everywhere for door in doors())
