"""Guests: their QR code opens the way to a home and nothing else, as often and as long as said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from linli.contracts.doors import Admission, GuestPass, Leave, Way
from linli.domains.doors import answers
from linli.domains.doors.models import Passage, Use
from linli.domains.doors.operations import admitting, own, presenting, setting
from linli.domains.doors.queries.situation import Shown
from linli.foundation.identity import operations as identity
from linli.registry.devices.models import Device
from linli.registry.people.models import Household
from tests.domains.doors.conftest import CARD, NOW, ROOM, later


def admission(homes, **more):
    home = Household.rows.of("hml").filter(room__path=more.get("place", ROOM)).first()
    said = {
        "community": "hml",
        "subject": "visit:1",
        "host": homes.wang,
        "household": home and home.pk,
        "place": ROOM,
        "since": NOW,
        "until": later(hours=4),
        "by": None,
        "cause": "x",
        "now": NOW,
        **more,
    }
    return Admission(**said)


def code(now=NOW, at=None, guest="visit:1"):
    """Return the text of a guest's code of the half minute that holds a moment, as his page has it
    `now`.
    """
    return admitting.guest_pass("hml", guest, [at or now], now).codes[0].token


class TestAdmit:
    def test_a_guest_comes_through_gate_door_and_lift_and_nothing_else(self, homes, show):
        admitted = admitting.admit(admission(homes))

        told = {door: show(door, way=Way.QR, value=admitted.token) for door in
                ("gate-e", "door-3", "lift-3", "plant")}  # fmt: skip

        assert list(admitted.doors) == ["door-3", "gate-e", "gate-w", "lift-3"]
        assert [one.opens for one in told.values()] == [True, True, True, False]
        assert told["lift-3"].body["floors"] == ["2"]
        assert told["plant"].reason == "no_right"

    def test_it_is_good_from_then_until_then(self, homes, show):
        early_code = admitting.admit(admission(homes, since=later(hours=1))).token
        end = later(hours=4)
        late_code = code(later(hours=3), at=end)

        early = show("gate-e", way=Way.QR, value=early_code)
        late = show("gate-e", way=Way.QR, value=late_code, now=end)
        leaving = show("gate-e", way=Way.QR, value=late_code, now=end, reader="out")

        assert (early.reason, late.reason) == ("not_yet", "over")
        assert (leaving.opens, leaving.reason) == (True, "leaving")

    @pytest.mark.parametrize("uses", [0, 1])
    def test_a_changed_or_withdrawn_invitation_kills_the_code(self, homes, show, uses):
        first = admitting.admit(admission(homes, with_code=True, uses=uses))
        second = admitting.admit(admission(homes, uses=uses))

        old = show("gate-e", way=Way.QR, value=first.token)
        digits = show("gate-e", way=Way.CODE, value=first.code)
        new = show("gate-e", way=Way.QR, value=second.token)
        next_one = code(later(seconds=30))
        leave = Leave(community="hml", subject="visit:1", by=None, cause="y", now=later())
        admitting.withdraw(leave)
        admitting.withdraw(leave)
        gone = show("gate-e", way=Way.QR, value=next_one, now=later(seconds=30))

        assert (old.reason, digits.reason, new.opens, gone.reason) == (
            "ended", "ended", True, "ended",
        )  # fmt: skip
        assert admitting.guest_pass("hml", "visit:1", [later()], later()) == GuestPass()

    def test_nobody_gives_what_he_has_not(self, homes):
        with pytest.raises(admitting.NotYours):
            admitting.admit(admission(homes, doors=["plant"]))

    def test_a_code_of_another_community_or_changed_is_forged(self, homes, show):
        token = admitting.admit(admission(homes)).token
        changed = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]

        answer = show("gate-e", way=Way.QR, value=changed)

        assert (answer.opens, answer.reason) == (False, "forged")

    def test_one_use_is_one_entry_shown_twice_at_the_same_gate(self, homes, show):
        token = admitting.admit(admission(homes, uses=1)).token

        first = show("gate-e", way=Way.QR, value=token)
        door_was_slow = show("gate-e", way=Way.QR, value=token, now=later(seconds=10))
        changed_meanwhile = show(
            "gate-e", way=Way.QR, value=code(later(seconds=15), at=later(seconds=30)),
            now=later(seconds=15),
        )  # fmt: skip
        inner = show("door-3", way=Way.QR, value=code(later(minutes=2)), now=later(minutes=2))
        third = later(minutes=3)
        other = show("gate-w", way=Way.QR, value=code(third), now=third)
        same = show("gate-e", way=Way.QR, value=code(third), now=third)
        fourth = later(minutes=4)
        out = show("gate-w", way=Way.QR, value=code(fourth), now=fourth, reader="out")

        assert [first.opens, door_was_slow.opens, inner.opens, out.opens] == [True] * 4
        assert changed_meanwhile.opens
        assert {other.reason, same.reason} == {"used_up"}
        assert Use.rows.of("hml").filter(ring="estate").count() == 1


class TestOwnCode:
    def test_lives_half_a_minute_and_is_used_once_a_ring(self, resident, show):
        code = own.code(actor=resident, now=NOW).token

        at_gate = show("gate-e", way=Way.QR, value=code)
        somebody_else = show("gate-w", way=Way.QR, value=code, now=later(seconds=5))
        at_door = show("door-3", way=Way.QR, value=code, now=later(seconds=40))
        later_on = show("door-3", way=Way.QR, value=code, now=later(minutes=2))

        assert (at_gate.opens, at_door.opens) == (True, True)
        assert (somebody_else.reason, later_on.reason) == ("used_up", "stale")

    def test_however_it_is_spelt_it_is_one_code_and_bits_to_spare_hold_none(self, resident):
        code = own.code(actor=resident, now=NOW).token
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        spare = code[:-1] + alphabet[alphabet.index(code[-1]) ^ 1]

        told = [
            answers.bearer_of("hml", "qr", spelt, NOW)
            for spelt in (code, f" {code.lower()}\n", f"{code}====", spare)
        ]

        assert told[0] == told[1]
        assert told[0].code
        assert told[2:] == [None, None]

    def test_digits_are_nobody_s_where_tries_are_not_counted(self, resident, monkeypatch):
        shown = []
        monkeypatch.setattr(answers.situation, "claim", lambda **said: shown.append(said))

        assert [answers.bearer_of("hml", way, "2468", NOW) for way in ("pin", "code", "?")] == [
            None, None, None,
        ]  # fmt: skip
        assert not shown


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_gates_that_read_one_code_one_opens(self, homes):
        token = admitting.admit(admission(homes, uses=1)).token

        def at(gate):
            try:
                return presenting.present(
                    community="hml",
                    device=gate,
                    ask=gate,
                    shown=Shown(way=Way.QR, value=token),
                    now=NOW,
                )
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(at, ["gate-e", "gate-w"]))

        assert sorted(one.opens for one in answers) == [False, True]
        assert sorted(row.reason for row in Passage.rows.of("hml")) == ["right", "used_up"]

    def test_of_two_readers_that_one_card_is_shown_to_one_lets_it_in(self, card, homes):
        kept = setting.Kept(area="estate", back_rule="hard")
        by = identity.open_account(
            username="manager", name="周经理", password="long enough 7"
        ).account
        for gate in ("gate-e", "gate-w"):
            setting.change(community="hml", code=gate, kept=kept, by=by, now=NOW)
        Device.rows.of("hml").update(online=True)

        def at(gate):
            try:
                return presenting.present(
                    community="hml", device=gate, ask=gate, shown=Shown(value=CARD), now=NOW
                )
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(at, ["gate-e", "gate-w"]))

        assert sorted(one.reason for one in answers) == ["inside_already", "right"]

    def test_one_question_asked_twice_at_once_is_one_passage(self, card):
        def again(_):
            try:
                shown = Shown(value="1234567890")
                return presenting.present(
                    community="hml", device="door-3", ask="same", shown=shown, now=NOW
                )
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(again, range(2)))

        assert [one.opens for one in answers] == [True, True]
        assert Passage.rows.of("hml").count() == 1
