"""A guest's code changes, and is short-lived wherever it is read; a picture of it opens nothing,
unless the host asked for one; his digits are one pass with it.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from linli.app.demo.controller import Shown as AtReader
from linli.contracts.doors import PICTURE_LASTS, PICTURE_USES, Leave, Way
from linli.domains.doors.logic import tokens
from linli.domains.doors.logic.tokens import Token
from linli.domains.doors.models import Credential, Door, Passage, SigningKey, Use
from linli.domains.doors.operations import admitting, presenting
from linli.domains.doors.queries.situation import Shown
from linli.foundation import sealing
from tests.domains.doors.conftest import NOW, later
from tests.domains.doors.test_admitting import admission, code

T = NOW.timestamp()
DAY_LATER = later(days=1)


def picture(now=NOW):
    return admitting.guest_picture("hml", "visit:1", now)


def qr(value):
    return AtReader(way=Way.QR, value=value)


def signed(token):
    """Return a code as our own key signs it."""
    key = SigningKey.rows.of("hml").get()
    private = sealing.open_sealed(bytes(key.private), use="doors.sign")
    return tokens.write(token, community="hml", private=private)


class TestCode:
    def test_is_another_every_half_minute_and_good_for_it_with_a_walk_before_and_after(
        self, homes, show
    ):
        admitting.admit(admission(homes))
        first, second = code(), code(later(seconds=30))

        told = [
            show("door-3", way=Way.QR, value=value, now=now).reason
            for value, now in (
                (second, later(seconds=1)),
                (first, later(seconds=59)),
                (first, later(seconds=60)),
                (first, later(hours=3)),
            )
        ]

        assert first != second
        assert told == ["right", "right", "stale", "stale"]

    def test_codes_ahead_open_in_their_own_half_minute_alone(self, homes, show):
        admitting.admit(admission(homes))
        moments = [later(seconds=30 * number) for number in range(21)]

        ahead = admitting.guest_pass("hml", "visit:1", moments, NOW).codes

        assert [one.since for one in ahead] == moments
        assert all((one.until - one.since).total_seconds() == 30 for one in ahead)
        assert len({one.token for one in ahead}) == 21
        last = ahead[-1].token
        assert show("door-3", way=Way.QR, value=last).reason == "stale"
        assert show("door-3", way=Way.QR, value=last, now=later(minutes=10)).opens

    def test_however_many_moments_a_half_minute_has_one_code(self, homes):
        admitting.admit(admission(homes))
        moments = [NOW, later(seconds=29), later(seconds=1)]

        assert len(admitting.guest_pass("hml", "visit:1", moments, NOW).codes) == 1

    def test_each_is_used_once_a_ring_though_the_pass_has_entries_left(self, homes, show):
        admitting.admit(admission(homes, uses=5))
        first = code()

        at_gate = show("gate-e", way=Way.QR, value=first)
        photographed = show("gate-w", way=Way.QR, value=first, now=later(seconds=25))
        inner = show("door-3", way=Way.QR, value=first, now=later(seconds=25))
        next_one = code(later(seconds=30))
        again = show("gate-w", way=Way.QR, value=next_one, now=later(seconds=31))

        assert [at_gate.opens, inner.opens, again.opens] == [True] * 3
        assert photographed.reason == "used_up"
        assert Use.rows.of("hml").filter(ring="estate").count() == 2

    def test_any_number_of_entries_still_is_one_for_each_code(self, homes, show):
        admitting.admit(admission(homes, uses=0))

        told = [show(gate, way=Way.QR, value=code()).reason for gate in ("gate-e", "gate-w")]

        assert told == ["right", "used_up"]

    def test_a_code_of_before_that_was_good_for_the_whole_visit_is_stale_everywhere(
        self, homes, show, controller
    ):
        admitting.admit(admission(homes))
        row = Credential.rows.of("hml").get(way="qr")
        known, ends = row.serial, later(hours=4).timestamp()
        doors = [one.pk for one in Door.rows.of("hml")]
        old = signed(
            Token(key=1, credential=row.pk, serial=known, since=int(T), until=int(ends),
                  doors=doors, guest=True)
        )  # fmt: skip
        door, untold = controller(), controller("gate-e")
        door.pull()

        assert show("gate-e", way=Way.QR, value=old).reason == "stale"
        assert door.by_itself(qr(old), T).reason == "stale"
        assert untold.by_itself(qr(old), T).opens is False

    def test_a_code_of_a_kind_that_there_is_not_says_nothing(self, homes, monkeypatch):
        admitting.admit(admission(homes))
        monkeypatch.setattr(tokens, "_kind", lambda token: 3)

        with pytest.raises(tokens.NoToken):
            tokens.read(code())


class TestWithoutALine:
    def test_a_controller_that_was_not_told_of_him_believes_him_for_half_a_minute_at_his_doors(
        self, homes, controller
    ):
        door, plant = controller(), controller("plant")
        for one in (door, plant):
            one.pull(off_s=180.0)
        admitting.admit(admission(homes))
        first, clock = code(), T + 180.0

        his = door.by_itself(qr(first), clock)
        twice = door.by_itself(qr(first), clock + 40)
        late = door.by_itself(qr(code(later(seconds=30))), clock + 3 * 3600)
        elsewhere = plant.by_itself(qr(first), clock)

        assert (his.opens, twice.reason, late.reason) == (True, "used_up", "stale")
        assert elsewhere.reason == "no_right"

    def test_told_of_him_it_lets_him_in_as_often_as_his_pass_says_at_the_gate_alone(
        self, homes, controller
    ):
        gate, house = controller("gate-e"), controller()
        admitted = admitting.admit(admission(homes, uses=2, with_code=True))
        for one in (gate, house):
            one.pull()

        def at(door, minute):
            now = later(minutes=minute)
            return door.by_itself(qr(code(now)), now.timestamp())

        coming = [at(gate, minute).reason for minute in (1, 2, 3)]
        inside = [at(house, minute).reason for minute in (1, 2, 3)]
        digits = AtReader(way=Way.PIN, value=admitted.code)
        keyed = [gate.by_itself(digits, T + 60 * minute).reason for minute in (5, 6, 7)]

        assert coming == ["right", "right", "used_up"]
        assert inside == ["right"] * 3
        assert keyed == ["right", "right", "used_up"]

    def test_what_was_one_too_many_is_found_when_it_is_told(self, homes, controller, show):
        gate = controller("gate-e")
        admitting.admit(admission(homes, uses=1))
        gate.pull()
        gate.by_itself(qr(code()), T)
        at = later(minutes=1)
        assert show("gate-w", way=Way.QR, value=code(at), now=at).opens

        gate.ask(gate.tells(T + 120), later(minutes=2))

        late = Passage.rows.of("hml").get(late=True)
        assert (late.opened, late.reason) == (True, "over_used")

    def test_shown_again_because_the_door_was_slow_it_is_the_same_entry(self, homes, controller):
        gate = controller("gate-e")
        admitting.admit(admission(homes, uses=1))
        gate.pull()

        told = [gate.by_itself(qr(code()), T + s).opens for s in (0, 10)]
        later_on = gate.by_itself(qr(code(later(seconds=60))), T + 60)

        assert (told, later_on.reason) == ([True, True], "used_up")


class TestPicture:
    def test_is_good_as_long_as_the_pass_and_as_often(self, homes, show):
        admitting.admit(admission(homes, until=DAY_LATER, uses=2))
        sent = picture()

        first = show("gate-e", way=Way.QR, value=sent, now=later(hours=3))
        second = show("gate-w", way=Way.QR, value=sent, now=later(hours=5))
        third = show("gate-e", way=Way.QR, value=sent, now=later(hours=6))
        over = show("gate-e", way=Way.QR, value=sent, now=DAY_LATER)

        assert [first.opens, second.opens] == [True, True]
        assert (third.reason, over.reason) == ("used_up", "over")

    def test_is_one_pass_with_the_code_that_changes_and_with_digits(self, homes, show):
        admitted = admitting.admit(admission(homes, uses=2, with_code=True))

        by_picture = show("gate-e", way=Way.QR, value=picture())
        by_digits = show("gate-w", way=Way.PIN, value=admitted.code, now=later(minutes=1))
        by_code = show("gate-w", way=Way.QR, value=code(later(minutes=2)), now=later(minutes=2))

        assert (by_picture.opens, by_digits.opens, by_code.reason) == (True, True, "used_up")

    @pytest.mark.parametrize(
        "more",
        [
            {"uses": 0},
            {"uses": PICTURE_USES + 1},
            {"uses": 1, "until": later(seconds=1) + PICTURE_LASTS},
        ],
    )
    def test_there_is_none_of_a_pass_that_is_good_for_longer_or_oftener(self, homes, more):
        admitting.admit(admission(homes, **more))

        assert picture() == ""

    def test_there_is_none_of_nobody_and_none_when_it_is_over(self, homes):
        nobody = picture()
        admitting.admit(admission(homes, uses=1))

        assert nobody == ""
        assert picture(later(hours=4)) == ""

    def test_dies_with_the_pass_and_where_another_is_given(self, homes, show, controller):
        door = controller()
        admitting.admit(admission(homes, uses=1))
        first = picture()
        admitting.admit(admission(homes, uses=1))
        second = picture()
        leave = Leave(community="hml", subject="visit:1", by=None, cause="y", now=NOW)

        replaced = show("gate-e", way=Way.QR, value=first)
        admitting.withdraw(leave)
        gone = show("gate-e", way=Way.QR, value=second)
        door.pull()

        assert (replaced.reason, gone.reason) == ("ended", "ended")
        assert door.by_itself(qr(second), T).reason == "ended"

    def test_without_a_line_it_opens_once_where_nobody_told_of_it_and_never_after_its_time(
        self, homes, controller
    ):
        door = controller()
        door.pull()
        admitting.admit(admission(homes, uses=2))
        sent = picture()

        told = [door.by_itself(qr(sent), T + s).reason for s in (0, 60, 4 * 3600)]

        assert told == ["right", "used_up", "over"]

    def test_its_serial_must_be_the_one_of_the_pass(self, homes, show):
        admitting.admit(admission(homes, uses=1))
        row = Credential.rows.of("hml").get(way="qr")
        other = signed(
            Token(key=1, credential=row.pk, serial=row.serial + 1, since=int(T),
                  until=int(T) + 600, guest=True, picture=True)
        )  # fmt: skip

        assert show("gate-e", way=Way.QR, value=other).reason == "replaced"


class TestDigits:
    def test_are_six_shown_to_the_guest_each_time_and_open_as_often_as_his_pass(self, homes, show):
        admitted = admitting.admit(admission(homes, with_code=True, uses=1))
        shown = [admitting.guest_pass("hml", "visit:1", [], NOW).digits for _ in range(2)]

        first = show("gate-e", way=Way.PIN, value=admitted.code)
        inner = show("door-3", way=Way.CODE, value=admitted.code, now=later(minutes=1))
        second = show("gate-w", way=Way.PIN, value=admitted.code, now=later(minutes=2))
        elsewhere = show("plant", way=Way.PIN, value=admitted.code)

        assert shown == [admitted.code] * 2
        assert len(admitted.code) == 6
        assert admitted.code.isdecimal()
        assert [first.opens, inner.opens] == [True, True]
        assert (second.reason, elsewhere.reason) == ("used_up", "no_right")

    def test_without_having_asked_for_them_there_are_none(self, homes):
        admitted = admitting.admit(admission(homes))

        assert admitted.code == ""
        assert admitting.guest_pass("hml", "visit:1", [NOW], NOW).digits == ""

    def test_are_not_guessed(self, homes, show):
        admitted = admitting.admit(admission(homes, with_code=True))
        wrong = f"{(int(admitted.code) + 1) % 10**6:06d}"

        tried = [show("door-3", way=Way.CODE, value=wrong).reason for _ in range(5)]
        right = show("door-3", way=Way.CODE, value=admitted.code)
        other_door = show("gate-e", way=Way.CODE, value=admitted.code)
        after_a_while = show("door-3", way=Way.CODE, value=admitted.code, now=later(minutes=6))

        assert set(tried) == {"unknown"}
        assert right.reason == "too_many_tries"
        assert (other_door.opens, after_a_while.opens) == (True, True)

    def test_die_with_the_pass_and_are_read_by_nobody_then(self, homes, show):
        admitted = admitting.admit(admission(homes, with_code=True))
        leave = Leave(community="hml", subject="visit:1", by=None, cause="y", now=NOW)

        admitting.withdraw(leave)

        assert show("gate-e", way=Way.CODE, value=admitted.code).reason == "ended"
        assert admitting.guest_pass("hml", "visit:1", [NOW], NOW).digits == ""


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_code_without_a_count_that_two_gates_read_opens_one(self, homes):
        admitting.admit(admission(homes, uses=0))
        shown = code()

        answers = self.at_once([("gate-e", Way.QR, shown), ("gate-w", Way.QR, shown)])

        assert sorted(answers) == ["right", "used_up"]

    def test_of_code_and_digits_of_one_use_one_opens(self, homes):
        admitted = admitting.admit(admission(homes, uses=1, with_code=True))

        answers = self.at_once(
            [("gate-e", Way.QR, code()), ("gate-w", Way.CODE, admitted.code)]
        )  # fmt: skip

        assert sorted(answers) == ["right", "used_up"]
        assert Use.rows.of("hml").count() == 1

    @staticmethod
    def at_once(shown):
        def at(one):
            gate, way, value = one
            try:
                return presenting.present(
                    community="hml",
                    device=gate,
                    ask=gate,
                    shown=Shown(way=way, value=value),
                    now=NOW,
                ).reason
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(at, shown))


def test_a_key_that_was_retired_signs_and_opens_nothing(homes, show):
    admitting.admit(admission(homes))
    shown = code()
    SigningKey.rows.of("hml").update(retired_at=NOW)

    assert show("gate-e", way=Way.QR, value=shown).reason == "forged"
