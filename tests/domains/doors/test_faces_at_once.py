"""Consent to faces is withdrawn while a terminal fetches who may pass, or twice at once: none is
left with a face that it is not told to delete. And of two PINs made at once one opens.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from linli.contracts import privacy
from linli.contracts.doors import Way
from linli.domains.doors import ports
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, CredentialStep, FaceCopy
from linli.domains.doors.operations import departing, granting, own, pulling, setting
from linli.domains.doors.operations.setting import Kept
from linli.registry.people import holdings
from linli.registry.people.models import Household
from tests.domains.cases.test_at_once import at_once
from tests.domains.doors.conftest import NOW, ROOM, later


@pytest.fixture(autouse=True)
def withdrawing(monkeypatch):
    """Let a withdrawal reach the doors."""
    withdrawn = lambda community, subject, _, now: own.face_withdrawn(community, subject, now)  # noqa: E731
    monkeypatch.setattr(privacy.whom, "_answer", holdings.whom)
    monkeypatch.setattr(privacy.withdrawn, "_answer", withdrawn)


@pytest.fixture
def agreed(resident, controller):
    """Let Wang agree that doors know his face; return the terminal of his house."""
    kept = Kept(ways=(Way.FACE, Way.CARD))
    setting.change(community="hml", code="door-3", kept=kept, by=None, now=NOW)
    own.face(actor=resident, agree=True, confirmed=True, now=NOW)
    return controller()


def withdraw(resident):
    own.face(actor=resident, agree=False, confirmed=False, now=later(minutes=1))


def owed():
    """Return the credentials of whose copies no receipt has come, and whether it is waited for."""
    rows = FaceCopy.rows.of("hml").filter(gone_at=None)
    return [(row.credential_id, row.drop_at is not None) for row in rows]


def face():
    return Credential.rows.of("hml").get(way="face").pk


def apart(act, *args):
    """Do something by a line of its own to the records."""
    try:
        return act(*args)
    finally:
        connection.close()


def until_it_waits(task):
    """Return once a task waits for a row that another has locked, or is over."""
    while not task.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")
            if cursor.fetchone():
                return


@pytest.mark.django_db(transaction=True)
def test_of_two_withdrawals_at_once_one_ends_it(resident, agreed):
    agreed.pull()

    def again():
        with transaction.atomic():
            own.face_withdrawn("hml", f"person:{person}", later(minutes=1))

    person = Credential.rows.of("hml").get(way="face").person_id
    results = at_once(again, again)

    ended = CredentialStep.rows.of("hml").filter(step=Step.ENDED)
    assert (results, ended.count()) == ([None, None], 1)
    assert owed() == [(face(), True)]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite locks no rows: one writes at a time"
)
@pytest.mark.django_db(transaction=True)
class TestWhileItIsTold:
    def told_before(self, homes, agreed):
        """Let the terminal have deleted this face once, so that it is to take it anew."""
        agreed.pull()
        barred = granting.bar(
            community="hml", person=homes.wang, reason="x", until=None, by=None, now=NOW
        )
        agreed.pull()
        agreed.ask({**agreed.wants_rights(NOW.timestamp()), "gone": [face()]})
        granting.lift_bar(community="hml", id=barred.pk, now=NOW)

    @pytest.mark.parametrize("before", [False, True], ids=["told first", "told again"])
    def test_who_withdraws_then_finds_the_copy(self, resident, homes, agreed, monkeypatch, before):
        if before:
            self.told_before(homes, agreed)
        write, told = pulling._faces, []
        with ThreadPoolExecutor(1) as threads:

            def written(*args, **more):
                told.append(threads.submit(apart, withdraw, resident))
                until_it_waits(told[0])
                write(*args, **more)

            monkeypatch.setattr(pulling, "_faces", written)
            agreed.ask(agreed.wants_rights(NOW.timestamp()))
            told[0].result(30)

        assert owed() == [(face(), True)]

    @pytest.mark.parametrize("before", [False, True], ids=["told first", "told again"])
    def test_a_terminal_that_asks_while_he_withdraws_is_told_of_no_face(
        self, resident, homes, agreed, before
    ):
        if before:
            self.told_before(homes, agreed)
        with ThreadPoolExecutor(1) as threads:
            with transaction.atomic():
                withdraw(resident)
                asked = threads.submit(
                    apart, agreed.ask, agreed.wants_rights(NOW.timestamp())
                )  # fmt: skip
                until_it_waits(asked)
            told = asked.result(30).body

        assert [one["way"] for one in told["set"]] == []
        assert all(waits for _, waits in owed())

    def test_what_it_says_of_its_templates_meanwhile_is_no_deadlock(self, resident, agreed):
        agreed.pull()
        says = {**agreed.wants_rights(NOW.timestamp()), "since": 0, "held": [face()]}

        results = at_once(lambda: withdraw(resident), lambda: agreed.ask(says).ok)

        assert results == [None, True]
        assert owed() == [(face(), True)]


@pytest.mark.django_db
def test_a_terminal_that_starts_anew_is_asked_for_the_faces_of_who_moved_out(agreed, controller):
    agreed.pull()
    home = Household.rows.of("hml").select_related("room").get(room__path=ROOM)
    departing.move_out(home=home, by=None, now=later(minutes=1))
    anew = controller()

    told = anew.ask(anew.wants_rights(NOW.timestamp())).body

    assert told["wipe"] == [face()]
    assert owed() == [(face(), True)]


@pytest.mark.django_db
def test_a_terminal_that_takes_a_face_by_a_late_command_is_asked_to_delete_it(resident, agreed):
    agreed.pull()
    withdraw(resident)
    agreed.pull(), agreed.pull()
    before = owed()
    agreed.faces.take(face())

    told = agreed.ask(agreed.wants_rights(NOW.timestamp())).body
    agreed.take_rights(told, NOW.timestamp())
    held = owed()
    agreed.pull()

    assert (before, told["wipe"], held, owed()) == ([], [face()], [(face(), True)], [])


@pytest.fixture
def enrolments(monkeypatch):
    """Keep the commands by which faces are to be taken."""
    sent = []
    monkeypatch.setattr(ports.enrol, "_answer", sent.append)
    return sent


@pytest.mark.django_db
def test_a_face_is_on_record_before_the_terminal_is_told_to_take_it(resident, agreed, enrolments):
    for _ in range(2):
        own.enrol(actor=resident, door="door-3", now=NOW)
    before = owed()
    withdraw(resident)
    agreed.pull(), agreed.pull()
    agreed.faces.take(face())

    told = agreed.ask(agreed.wants_rights(NOW.timestamp())).body

    assert [one.credential for one in enrolments] == [face()] * 2
    assert (before, told["wipe"], owed()) == ([(face(), False)], [face()], [(face(), True)])


@pytest.mark.django_db
def test_a_terminal_that_holds_an_ended_face_of_which_no_copy_is_on_record_is_to_delete_it(
    resident, agreed
):
    withdraw(resident)
    agreed.pull(), agreed.pull()
    agreed.faces.take(face())

    told = agreed.ask(agreed.wants_rights(NOW.timestamp())).body
    agreed.take_rights(told, NOW.timestamp())
    agreed.pull()

    assert (told["wipe"], FaceCopy.rows.of("hml").count(), owed()) == ([face()], 1, [])


@pytest.mark.django_db
def test_what_a_terminal_says_it_holds_is_no_copy_unless_it_is_a_face(card, agreed):
    says = {**agreed.wants_rights(NOW.timestamp()), "since": 1, "held": [card.pk, 10**9]}

    assert agreed.ask(says).ok
    assert not FaceCopy.rows.of("hml").filter(credential=card.pk).exists()


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite locks no rows: one writes at a time"
)
@pytest.mark.django_db(transaction=True)
def test_who_withdraws_while_a_terminal_is_told_to_take_his_face_finds_the_copy(
    resident, agreed, monkeypatch
):
    told = []
    with ThreadPoolExecutor(1) as threads:

        def sent(_):
            told.append(threads.submit(apart, withdraw, resident))
            until_it_waits(told[0])

        monkeypatch.setattr(ports.enrol, "_answer", sent)
        own.enrol(actor=resident, door="door-3", now=NOW)
        told[0].result(30)

    assert owed() == [(face(), True)]


@pytest.mark.django_db(transaction=True)
def test_of_two_pins_made_at_once_one_opens(resident, controller):
    def made():
        return own.new_pin(actor=resident, duress=False, now=NOW)

    at_once(made, made)

    pins = Credential.rows.of("hml").filter(way="pin")
    assert sorted(pins.values_list("state", flat=True)) == ["ended", "open"]
