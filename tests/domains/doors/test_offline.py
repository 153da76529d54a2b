"""A controller without a line: it goes by what it fetched, tells afterwards, and each once."""

import pytest
from msgspec import json

from linli.app.demo.controller import Shown
from linli.contracts import privacy
from linli.contracts.doors import Leave, PassageDecided, Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Door, FaceCopy, Passage
from linli.domains.doors.operations import (
    admitting,
    departing,
    forgetting,
    granting,
    issuing,
    own,
    pulling,
    setting,
)
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.setting import Kept, NewGroup
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command, Device
from linli.registry.people import holdings
from linli.registry.people.models import Household, Membership
from tests.domains.doors.conftest import CARD, NOW, later
from tests.domains.doors.test_admitting import admission
from tests.domains.doors.test_admitting import code as guests_code

T = NOW.timestamp()


class TestPull:
    def test_who_may_passes_without_a_line_and_a_stranger_does_not(self, card, homes, controller):
        door, plant = controller(), controller("plant")
        door.pull()
        plant.pull()

        his = door.by_itself(Shown(way=Way.CARD, value=CARD), T)
        strange = door.by_itself(Shown(way=Way.CARD, value="0000000001"), T)
        same_end = door.by_itself(Shown(way=Way.CARD, value=f"{int(CARD) ^ 1 << 30:010d}"), T)
        elsewhere = plant.by_itself(Shown(way=Way.CARD, value=CARD), T)

        assert (his.opens, strange.reason, elsewhere.opens) == (True, "unknown", False)
        assert same_end.reason == "unknown"
        assert CARD not in str(vars(door))

    def test_what_changed_is_fetched_and_a_lost_card_dies_there_too(self, card, controller):
        door = controller()
        door.pull()
        before = door.version
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=NOW)
        told = pulling.nudge(community="hml", version=card.version + 1, cause="f", now=NOW)
        door.pull()

        assert told == 1
        assert [(row.service, row.args) for row in Command.rows.of("hml")] == [("rights.pull", {})]
        assert door.version > before
        assert not door.by_itself(Shown(way=Way.CARD, value=CARD), T).opens

    def test_a_qr_code_is_believed_by_the_public_key_with_a_clock_three_minutes_off(
        self, resident, homes, controller
    ):
        own.code(actor=resident, now=NOW)
        admitting.admit(admission(homes, uses=1))
        door = controller()
        door.pull(off_s=180.0)
        now = later(minutes=1)
        guest = guests_code(now)
        code, clock = own.code(actor=resident, now=now).token, now.timestamp() + 180.0

        his = door.by_itself(Shown(way=Way.QR, value=code), clock)
        guests = door.by_itself(Shown(way=Way.QR, value=guest), clock)
        old = door.by_itself(Shown(way=Way.QR, value=code), clock + 200)
        forged = door.by_itself(Shown(way=Way.QR, value=code[:30] + "ABCD" + code[34:]), clock)

        assert (his.opens, guests.opens, old.reason, forged.reason) == (
            True, True, "stale", "forged",
        )  # fmt: skip

    def test_a_guest_is_believed_before_anybody_told_of_him_and_not_after_he_was_withdrawn(
        self, card, homes, controller
    ):
        door, plant = controller(), controller("plant")
        door.pull()
        plant.pull()
        token = admitting.admit(admission(homes)).token

        fresh = door.by_itself(Shown(way=Way.QR, value=token), T)
        elsewhere = plant.by_itself(Shown(way=Way.QR, value=token), T)

        leave = Leave(community="hml", subject="visit:1", by=None, cause="y", now=NOW)
        admitting.withdraw(leave)
        door.pull()
        withdrawn = door.by_itself(Shown(way=Way.QR, value=token), T)

        assert (fresh.opens, elsewhere.opens, withdrawn.reason) == (True, False, "ended")

    def test_a_lease_that_ends_is_followed(self, homes, card, controller):
        door = controller()
        forgetting.follow(community="hml", now=NOW)
        door.pull()
        Membership.rows.of("hml").filter(person=homes.wang).update(until=NOW.date())

        changed = forgetting.follow(community="hml", now=NOW)
        door.pull()

        assert changed == 1
        assert not door.by_itself(Shown(way=Way.CARD, value=CARD), T).opens

    def test_a_door_that_is_taken_out_of_a_group_opens_no_more_to_who_had_the_group(
        self, card, homes, controller
    ):
        def group(*doors):
            new = NewGroup(code="plants", name_zh="机房", doors=doors)
            setting.put_group(community="hml", group=new, now=NOW)

        group("plant")
        right = granting.NewRight(person=homes.wang, group="plants")
        granting.grant(community="hml", new=right, by=None, now=NOW)
        plant = controller("plant")
        plant.pull()
        before, version = plant.by_itself(Shown(way=Way.CARD, value=CARD), T), plant.version
        facts = Outgoing.objects.filter(topic="RightsChanged")

        group("plant")
        same = facts.count()
        group("gate-e")
        plant.pull()

        assert before.opens
        assert facts.count() == same + 1
        assert plant.version > version
        assert not plant.by_itself(Shown(way=Way.CARD, value=CARD), T).opens


class TestTell:
    def test_five_thousand_after_four_days_each_once_at_its_true_time(self, card, controller):
        door = controller()
        door.pull(off_s=180.0)
        start = T - 96 * 3600 + 180.0
        for number in range(5000):
            value = CARD if number % 2 else "0000000001"
            door.by_itself(Shown(way=Way.CARD, value=value), start + number * 60)

        runs = 0
        while run := door.tells(T + 180.0):
            first = door.ask(run)
            again = door.ask(run) if runs == 0 else None
            runs += 1
            if again is not None:
                assert (first.body["taken"], again.body["taken"]) == (100, 0)
            door.told(100)

        rows = Passage.rows.of("hml")
        oldest = rows.order_by("at").first()
        assert (runs, rows.count(), rows.filter(opened=True).count()) == (50, 5000, 2500)
        assert oldest.at == later(hours=-96)
        assert oldest.came_at == NOW
        assert oldest.late
        assert Outgoing.objects.filter(topic="PassagesTold").count() == 50

    def test_of_a_guest_who_came_hours_ago_it_says_when_he_did(self, homes, controller):
        token = admitting.admit(admission(homes, uses=1)).token
        gate = controller("gate-e")
        gate.pull(off_s=180.0)
        gate.by_itself(Shown(way=Way.QR, value=token), T + 180.0)

        gate.tell(later(hours=10), off_s=180.0)

        [fact] = [
            json.decode(bytes(one.body), type=PassageDecided)
            for one in Outgoing.objects.filter(topic="PassageDecided")
        ]
        assert (fact.late, fact.at, fact.passed_at) == (True, later(hours=10), NOW)

    def test_one_use_at_two_gates_without_a_line_is_found_when_they_tell(self, homes, controller):
        token = admitting.admit(admission(homes, uses=1)).token
        gates = [controller("gate-e"), controller("gate-w")]
        for number, gate in enumerate(gates):
            gate.pull()
            assert gate.by_itself(Shown(way=Way.QR, value=token), T + number).opens

        for gate in gates:
            gate.ask(gate.tells(T + 60), later(minutes=1))

        reasons = Passage.rows.of("hml").order_by("at").values_list("reason", flat=True)
        assert list(reasons) == ["right", "over_used"]

    def test_whoever_was_made_to_open_the_guards_know_as_soon_as_it_is_told_and_once(
        self, homes, controller, asked
    ):
        new = NewCredential(way=Way.PIN, person=homes.wang, duress=True)
        digits = issuing.issue(community="hml", new=new, by=None, now=NOW).digits
        door = controller()
        door.pull()
        assert door.by_itself(Shown(way=Way.PIN, value=digits), T).opens
        run = door.tells(T + 60)
        items = [{**one, "reason": "right"} for one in run["items"]]

        told = [door.ask({**run, "items": items}, later(minutes=1)) for _ in range(2)]

        assert [one.body["taken"] for one in told] == [1, 0]
        assert [one.kind for one in asked.cases] == ["security.duress"]
        assert len(asked.notices) == 1
        assert "duress" not in str(vars(door))

    def test_who_called_for_help_calls_once_however_the_door_tells_it_after(
        self, homes, controller, asked
    ):
        new = NewCredential(way=Way.PIN, person=homes.wang, duress=True)
        digits = issuing.issue(community="hml", new=new, by=None, now=NOW).digits
        door = controller()
        door.pull()
        question = door.question(Shown(way=Way.PIN, value=digits), T)
        answered = door.ask(question)
        door.by_itself(Shown(way=Way.PIN, value=digits), T)
        run = door.tells(T + 60)
        items = [{**one, "id": question["id"], "opened": False} for one in run["items"]]

        told = door.ask({**run, "items": items}, later(minutes=1))

        assert (answered.ok, told.body["taken"]) == (True, 1)
        assert Passage.rows.of("hml").get().opened is False
        assert len(asked.cases) == 1

    def test_what_nobody_answered_in_time_is_one_passage_and_as_the_door_did(
        self, card, homes, controller, show
    ):
        door = controller()
        door.pull()
        heard, unheard = Shown(way=Way.CARD, value=CARD), Shown(way=Way.CARD, value="0000000001")
        questions = [door.question(one, T) for one in (heard, unheard)]
        for question in questions:
            door.ask(question)
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=None, now=NOW)
        too_late = door.question(heard, T - 700)
        door.ask(too_late)

        for question, shown in (*zip(questions, (heard, unheard), strict=True), (too_late, heard)):
            door.by_itself(shown, T, id=question["id"])
        for _ in range(2):
            door.ask(door.tells(T))

        rows = Passage.rows.of("hml").order_by("pk").values_list("opened", "reason", "late")
        assert list(rows) == [
            (True, "right", False), (False, "unknown", False), (True, "lost", True),
        ]  # fmt: skip


class TestFaces:
    @pytest.fixture(autouse=True)
    def privacy(self, monkeypatch):
        withdrawn = lambda community, subject, _, now: own.face_withdrawn(community, subject, now)  # noqa: E731
        monkeypatch.setattr(privacy.whom, "_answer", holdings.whom)
        monkeypatch.setattr(privacy.withdrawn, "_answer", withdrawn)

    def test_without_consent_another_way_opens_and_withdrawal_is_confirmed_door_by_door(
        self, resident, card, show, controller
    ):
        ways = (*[Way(one) for one in setting.USUAL_WAYS], Way.FACE)
        setting.change(
            community="hml", code="door-3", kept=Kept(ways=ways), by=resident.account, now=NOW
        )
        own.face(actor=resident, agree=True, confirmed=True, now=NOW)
        door = controller()
        door.pull()
        face = FaceCopy.rows.of("hml").get()
        with_consent = show(way=Way.FACE, value="", id=face.credential_id)

        own.face(actor=resident, agree=False, confirmed=False, now=later(hours=1))
        without = show(way=Way.FACE, value="", id=face.credential_id)
        by_card = show()
        door.pull()
        waiting = FaceCopy.rows.of("hml").get()
        door.ask({**door.wants_rights(T), "gone": [face.credential_id]})
        gone = FaceCopy.rows.of("hml").get()

        assert (with_consent.opens, without.opens, by_card.opens) == (True, False, True)
        assert waiting.drop_at is not None
        assert waiting.gone_at is None
        assert gone.gone_at is not None

    @pytest.fixture
    def faced(self, resident, controller):
        """Let a door be told of the face of a resident; return it and the copy's credential."""
        setting.change(
            community="hml", code="door-3", kept=Kept(ways=(Way.FACE, Way.CARD)), by=None, now=NOW
        )
        own.face(actor=resident, agree=True, confirmed=True, now=NOW)
        door = controller()
        door.pull()
        return door, FaceCopy.rows.of("hml").get().credential_id

    def test_an_old_receipt_stands_for_no_later_template(self, resident, homes, faced):
        door, face = faced
        barred = granting.bar(
            community="hml", person=homes.wang, reason="x", until=None, by=resident.account, now=NOW
        )
        door.pull()
        door.ask({**door.wants_rights(T), "gone": [face]})
        dropped = FaceCopy.rows.of("hml").get()

        granting.lift_bar(community="hml", id=barred.pk, now=NOW)
        door.pull(later(hours=1))
        again = FaceCopy.rows.of("hml").get()
        door.ask({**door.wants_rights(T), "gone": [face]})
        own.face(actor=resident, agree=False, confirmed=False, now=later(hours=2))
        withdrawn = FaceCopy.rows.of("hml").get()

        assert dropped.gone_at is not None
        assert (again.wanted_at, again.drop_at, again.gone_at) == (later(hours=1), None, None)
        assert (withdrawn.drop_at, withdrawn.gone_at) == (later(hours=2), None)

    @pytest.fixture
    def deleted(self, resident, faced):
        """Let a door hold a face whose owner has withdrawn; return it and the copy's credential."""
        door, face = faced
        door.faces.take(face)
        door.pull(), door.pull()
        own.face(actor=resident, agree=False, confirmed=False, now=later(hours=1))
        return door, face

    def test_a_receipt_that_a_restart_lost_is_asked_for_until_it_comes(self, deleted, controller):
        _, face = deleted
        anew = controller()
        told = [anew.ask(anew.wants_rights(T)).body for _ in range(2)]
        anew.take_rights(told[-1], T)
        before = FaceCopy.rows.of("hml").get()

        last = anew.ask(anew.wants_rights(T)).body
        after = FaceCopy.rows.of("hml").get()

        assert [one["wipe"] for one in (*told, last)] == [[face], [face], []]
        assert (before.gone_at, after.gone_at) == (None, NOW)

    def test_another_doors_receipt_is_none_of_this_one(self, deleted, controller):
        other = controller("gate-e")
        _, face = deleted

        other.ask({**other.wants_rights(T), "gone": [face]})

        assert FaceCopy.rows.of("hml").get(door__device__code="door-3").gone_at is None

    def test_a_door_that_held_it_is_called_until_it_says_that_it_is_gone(self, deleted):
        door, _ = deleted
        Device.rows.of("hml").filter(code="door-3").update(online=True)
        door.ask(door.wants_rights(T))
        Door.rows.of("hml").update(held_version=10_000, told_at=NOW, called_at=None)

        called = [pulling.remind(community="hml", now=later(hours=n)) for n in (2, 26)]
        door.pull(later(hours=27)), door.pull(later(hours=27))
        Door.rows.of("hml").update(held_version=10_000)
        called.append(pulling.remind(community="hml", now=later(hours=60)))

        assert called == [1, 1, 0]
        assert Command.rows.of("hml").filter(device="door-3", service="rights.pull").count() == 2

    def test_one_that_never_says_so_is_called_after_an_hour_and_then_once_a_day(self, deleted):
        Device.rows.of("hml").filter(code="door-3").update(online=True)
        Door.rows.of("hml").update(held_version=10_000, told_at=NOW, called_at=NOW, calls=0)

        each = range(0, 72 * 60, 10)
        called = [m for m in each if pulling.remind(community="hml", now=later(minutes=m))]

        assert called == [60, 25 * 60, 49 * 60]

    def test_one_that_knows_less_than_there_is_is_called_soon_all_the_same(self, deleted):
        Device.rows.of("hml").filter(code="door-3").update(online=True)
        Door.rows.of("hml").update(held_version=1, told_at=NOW, called_at=NOW, calls=0)

        assert pulling.remind(community="hml", now=later(seconds=5)) == 1

    def test_one_that_is_wanted_again_is_not_wiped(self, deleted, resident):
        door, face = deleted
        own.face(actor=resident, agree=True, confirmed=True, now=later(hours=2))

        told = door.ask(door.wants_rights(T), later(hours=2)).body

        new = FaceCopy.rows.of("hml").exclude(credential=face).get().credential_id
        assert ([one["c"] for one in told["set"]], told["wipe"]) == ([new], [face])


class TestMove:
    def test_who_moves_out_has_no_door_and_no_card_any_more(self, card, homes, show):
        home = Household.rows.of("hml").get(room__path="hml/b03/u1/f02/201")

        departing.move_out(home=home, by=None, now=later(hours=1))

        assert show(now=later(hours=2)).reason == "ended"
