import json
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from msgspec.structs import replace

from linli.app import privacy as wired
from linli.contracts import apart as asked
from linli.contracts import directory, notices
from linli.contracts.outbox import wake
from linli.domains.incidents import jobs, operations, own, queries
from linli.domains.incidents.models import Incident, IncidentNote
from linli.foundation.apart import jobs as apart_jobs
from linli.foundation.apart import operations as apart
from linli.foundation.apart import pairing
from linli.foundation.apart.models import Kept, Mark
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.identity.queries import Actor, Held, PurposeNotGranted
from linli.foundation.scope.paging import NumberPage
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault.models import DataKey
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
API = "/api/v1/hml/incidents"
TOLD = "需要胰岛素，在 3 号楼 2 层"


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml", "other"])
    monkeypatch.setattr(asked.named, "_answer", wired._named)


@pytest.fixture(autouse=True)
def pair(db):
    """Let what is kept apart belong to these records."""
    pairing.pair(now=NOW - timedelta(days=1))


@pytest.fixture
def told(monkeypatch):
    """Return what was posted, once from one source to one role, as notices are."""
    found = {}

    def post(posting):
        found.setdefault((posting.source, posting.to), posting)

    monkeypatch.setattr(notices.post, "_answer", post)
    return found


@pytest.fixture
def guard(sign_in):
    return sign_in("guard")


@pytest.fixture
def actor(guard):
    return Actor(account=guard, name="王小和", community="hml", roles=frozenset({"manager"}))


def read(actor, row):
    """Return what was written down, on the one page there is."""
    found, after = operations.read(actor=actor, id=row.pk, wanted=NumberPage(limit=50), now=NOW)
    assert after is None
    return found


@pytest.fixture
def flood(actor, estate):
    return operations.begin(actor=actor, title="7·20 内涝", place="hml/b03", keep_days=30, now=NOW)


def write(actor, row, subject="", text=TOLD):
    return operations.write(actor=actor, id=row.pk, subject=subject, text=text, now=NOW)


def post(client, path, **said):
    return client.post(path, json.dumps(said), "application/json")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Do something and commit it."""

    def do(call, *args):
        with django_capture_on_commit_callbacks(execute=True):
            return call(*args)

    return do


def data_keys():
    return DataKey.rows.using("apart").of("hml")


def kept():
    return Kept.rows.of("hml")


def bring_back(*rows):
    """Put rows back as an older backup does."""
    for row in rows:
        row.pk = None
        row.save(using=row._state.db)


class TestWrite:
    def test_lies_apart_under_a_key_of_the_incident(self, actor, flood):
        note = write(actor, flood)

        [row], [key] = kept(), data_keys()
        assert (row.token, row.subject) == (note.token, flood.vault_key)
        assert "胰岛素" not in row.sealed
        assert (key.subject, key.use) == (flood.vault_key, "emergency")
        assert not DataKey.rows.of("hml").exists()
        [found] = read(actor, flood)
        assert found.text == TOLD

    def test_a_note_that_is_not_written_after_all_leaves_what_is_swept(
        self, actor, flood, monkeypatch
    ):
        write(actor, flood, text="another")
        with monkeypatch.context() as broken:
            broken.setattr(IncidentNote.rows.__class__, "create", self.cut)
            with pytest.raises(RuntimeError, match="power"):
                write(actor, flood)
        assert (IncidentNote.rows.of("hml").count(), kept().count()) == (1, 2)

        assert apart_jobs.sweep(NOW + timedelta(minutes=59)) == 0
        assert apart_jobs.sweep(NOW + timedelta(minutes=61)) == 1

        [left] = read(actor, flood)
        assert left.text == "another"

    def cut(self, **_):
        raise RuntimeError("no power")

    def test_no_more_is_written_than_is_opened_at_once(self, actor, flood, monkeypatch):
        monkeypatch.setattr(apart, "MOST_AT_ONCE", 1)
        write(actor, flood)

        with pytest.raises(operations.IncidentFull):
            write(actor, flood)

        assert kept().count() == 1

    def test_who_reads_it_is_remembered_for_each_it_is_about(self, actor, flood):
        write(actor, flood, "person:12")

        read(actor, flood)

        looks = trail.lines(community="hml", act=Act.LOOK)
        assert {(row.what, row.purpose) for row in looks} == {
            (f"incident:{flood.pk}", "emergency"), ("person:12", "emergency"),
        }  # fmt: skip

    def test_what_is_about_somebody_is_under_a_key_of_his(self, actor, flood):
        first, second = write(actor, flood, "person:12"), write(actor, flood, "person:12", "好些了")
        other = write(actor, flood, "person:13")

        assert first.vault_key == second.vault_key
        assert len({first.vault_key, other.vault_key, flood.vault_key, ""}) == 4
        assert data_keys().count() == 2
        found = read(actor, flood)
        assert [note.text for note in found] == [TOLD, "好些了", TOLD]

    @pytest.mark.parametrize(
        "held",
        [(Held(role="manager", purposes=("service",)),),
         (Held(role="manager", purposes=("service",)),
          Held(role="manager", place="hml/b03", purposes=("emergency",)))],
    )  # fmt: skip
    def test_rights_for_another_purpose_or_at_a_place_read_none(self, actor, flood, held):
        write(actor, flood, "person:12")

        with pytest.raises(PurposeNotGranted):
            read(replace(actor, grants=held), flood)

        assert not trail.lines(community="hml", act=Act.LOOK)

    def test_rights_for_emergencies_read_them(self, actor, flood):
        write(actor, flood)
        held = (Held(role="manager", purposes=("emergency",)),)

        assert read(replace(actor, grants=held), flood)

    def test_nothing_is_written_down_when_it_is_over(self, actor, flood):
        operations.close(actor=actor, id=flood.pk, now=NOW)

        with pytest.raises(operations.IncidentClosed):
            write(actor, flood)
        with pytest.raises(operations.IncidentClosed):
            operations.close(actor=actor, id=flood.pk, now=NOW)

        assert not IncidentNote.rows.of("hml").exists()


class TestDestroy:
    @pytest.fixture(autouse=True)
    def _committed(self, committed):
        self.committed = committed

    def over(self, actor, flood, notes=2):
        for _ in range(notes):
            write(actor, flood, "person:12")
        operations.close(actor=actor, id=flood.pk, now=NOW)

    def destroy(self, now):
        return self.committed(jobs.destroy, now)

    def test_after_the_days_agreed_it_is_gone_with_proof(self, actor, flood):
        self.over(actor, flood)
        key = IncidentNote.rows.of("hml").first().vault_key

        assert self.destroy(NOW + timedelta(days=30)) == 2

        flood.refresh_from_db()
        assert (flood.destroyed, flood.destroyed_at) == (2, NOW + timedelta(days=30))
        assert not IncidentNote.rows.of("hml").exists()
        assert not kept().exists()
        assert not data_keys().exists()
        said = [row.words for row in trail.lines(community="hml", act=Act.WRITE)]
        assert any(f"incident:{flood.pk}, 2 notes" in words for words in said)
        assert [gone.subject for gone in keys.master().destroyed()][-1] == key

    def test_not_a_day_before_not_while_it_lasts_and_not_twice(self, actor, flood):
        write(actor, flood)
        assert self.destroy(NOW + timedelta(days=400)) == 0
        operations.close(actor=actor, id=flood.pk, now=NOW)

        assert self.destroy(NOW + timedelta(days=30, seconds=-1)) == 0
        assert self.destroy(NOW + timedelta(days=30)) == 1
        assert self.destroy(NOW + timedelta(days=31)) == 0

    def test_cut_off_after_the_first_commit_it_is_swept_with_proof(self, actor, flood, monkeypatch):
        self.over(actor, flood)
        key = IncidentNote.rows.of("hml").first().vault_key
        later = NOW + timedelta(days=30)

        with monkeypatch.context() as broken:
            broken.setattr(vault, "destroy", self.cut)
            assert self.destroy(later) == 2
        assert (IncidentNote.rows.of("hml").count(), kept().count()) == (0, 2)

        assert apart_jobs.sweep(later) == 2
        assert not kept().exists()
        assert not data_keys().exists()
        assert [gone.subject for gone in keys.master().destroyed()][-1] == key
        assert apart_jobs.sweep(later) == 0

    def cut(self, **_):
        raise RuntimeError("no power")

    def test_what_comes_back_with_a_backup_is_noise_and_goes_again(self, actor, flood):
        self.over(actor, flood, notes=1)
        [note], lost = IncidentNote.rows.of("hml"), [*kept(), *data_keys()]
        later = NOW + timedelta(days=30)
        self.destroy(later)

        Incident.rows.of("hml").update(destroyed_at=None, destroyed=0)
        bring_back(note, *lost)
        assert read(actor, flood)[0].text == TOLD
        vault.destroy_again(now=later)

        [found] = read(actor, flood)
        assert found.text == "erased"
        assert self.destroy(later) == 1
        assert not kept().exists()

    def test_another_communitys_stays(self, actor, flood):
        self.over(actor, flood)
        later = NOW + timedelta(days=30)

        with pytest.raises(queries.IncidentNotFound):
            operations.destroy(community="other", id=flood.pk, now=later)


class TestOwn:
    def test_one_reads_what_was_written_down_about_oneself(self, actor, flood):
        write(actor, flood, "person:12")
        write(actor, flood, "person:13", "别人")

        [record] = own.held("hml", "person:12", 100)

        assert record.fields[0].value.zh == TOLD
        assert "30 天" in record.kept.zh
        assert record.purposes == ("emergency",)

    def test_who_is_erased_is_in_no_note(self, actor, flood, monkeypatch, committed):
        write(actor, flood, "person:12")
        write(actor, flood, "person:13", "别人")
        monkeypatch.setattr(wired.holdings, "account_of", lambda *_: None)

        for _ in range(2):
            committed(wired._erase, "hml", "person:12", actor.account, NOW)

        assert [note.subject for note in IncidentNote.rows.of("hml")] == ["person:13"]
        assert (kept().count(), data_keys().count()) == (1, 1)

    def test_nothing_is_destroyed_when_the_decision_is_not_committed(
        self, actor, flood, monkeypatch, committed
    ):
        write(actor, flood, "person:12")
        monkeypatch.setattr(wired.holdings, "account_of", lambda *_: None)

        @transaction.atomic
        def taken_back():
            wired._erase("hml", "person:12", actor.account, NOW)
            transaction.set_rollback(True)

        committed(taken_back)

        [found] = read(actor, flood)
        assert found.text == TOLD

    def test_notes_on_who_is_erased_that_come_back_with_a_backup_are_noise(
        self, actor, flood, monkeypatch, committed
    ):
        note = write(actor, flood, "person:12")
        write(actor, flood, "person:13", "别人")
        lost = [*data_keys().filter(subject=note.vault_key), *kept().filter(token=note.token)]
        monkeypatch.setattr(wired.holdings, "account_of", lambda *_: None)
        committed(wired._erase, "hml", "person:12", actor.account, NOW)

        bring_back(note, *lost)
        vault.destroy_again(now=NOW)

        found = read(actor, flood)
        assert {row.subject: row.text for row in found} == {
            "person:12": "erased", "person:13": "别人",
        }  # fmt: skip


class TestRestored:
    """One database comes back from a copy, the other goes on."""

    def test_the_records_alone_read_erased(self, actor, flood):
        write(actor, flood)
        kept().delete()
        data_keys().delete()

        [found] = read(actor, flood)

        assert found.text == "erased"

    def test_an_older_copy_apart_knows_nothing_of_later_notes(self, actor, flood):
        write(actor, flood)
        later = write(actor, flood, text="later")
        kept().filter(token=later.token).delete()

        found = read(actor, flood)

        assert [row.text for row in found] == [TOLD, "erased"]

    def test_of_older_records_what_nobody_names_is_swept_only_once_they_are_said_to_be_a_pair(
        self, actor, flood
    ):
        write(actor, flood)
        later = write(actor, flood, "person:12", "later")
        IncidentNote.rows.of("hml").filter(pk=later.pk).delete()
        Mark.objects.using("default").all().delete()

        with pytest.raises(pairing.NoPair):
            apart_jobs.sweep(NOW + timedelta(hours=2))
        assert kept().count() == 2
        assert pairing.confirm(now=NOW + timedelta(hours=2)) == 1
        assert apart_jobs.sweep(NOW + timedelta(hours=2, minutes=59)) == 0
        assert apart_jobs.sweep(NOW + timedelta(hours=3)) == 1

        [found] = read(actor, flood)
        assert found.text == TOLD
        assert {row.subject for row in data_keys()} == {flood.vault_key}


class TestDoors:
    def test_from_opening_to_closing(self, client, estate, sign_in):
        sign_in("manager")
        made = post(client, API, title="内涝", place="hml/b03", keep_days=7)
        at = f"{API}/{made.json()['id']}"

        noted = post(client, f"{at}/notes", text=TOLD, subject="person:12")
        closed = client.post(f"{at}/close")

        assert (made.status_code, noted.status_code, closed.status_code) == (201, 201, 200)
        until = datetime.fromisoformat(closed.json()["destroyed_after"])
        assert timedelta(days=6) < until - timezone.now() <= timedelta(days=7)
        assert client.get(f"{at}/notes").json()["items"][0]["text"] == TOLD
        assert client.get(API).json()["items"][0]["title"] == "内涝"
        assert client.post(f"{at}/close").json()["key"] == "incidents.closed"

    @pytest.mark.parametrize(
        "said", [{"title": ""}, {"title": "x", "keep_days": 0}, {"title": "x", "keep_days": 181}]
    )
    def test_refuses_what_is_malformed(self, client, estate, sign_in, said):
        sign_in("manager")

        assert post(client, API, **said).status_code == 422
        assert not Incident.rows.of("hml").exists()

    def test_refuses_a_note_about_nobody_that_there_can_be(self, client, flood):
        for said in ({"text": " "}, {"text": "x", "subject": "place:1"}):
            assert post(client, f"{API}/{flood.pk}/notes", **said).status_code == 422

    def test_a_guard_writes_but_opens_and_closes_none(self, client, flood):
        assert post(client, f"{API}/{flood.pk}/notes", text="x").status_code == 201
        assert post(client, API, title="x").status_code == 403
        assert client.post(f"{API}/{flood.pk}/close").status_code == 403

    @pytest.mark.parametrize("role", ["resident", "finance", "auditor", "operator"])
    def test_who_does_not_deal_with_alarms_reads_none(self, client, flood, sign_in, role):
        sign_in(role)

        assert client.get(API).status_code == 403
        assert client.get(f"{API}/{flood.pk}/notes").status_code == 403

    def test_another_community_has_none_of_it(self, client, flood, other_estate, sign_in):
        sign_in("guard", "other")

        assert client.get("/api/v1/other/incidents").json()["items"] == []
        assert client.get(f"/api/v1/other/incidents/{flood.pk}/notes").status_code == 404
        assert client.get(API).status_code == 403


class TestOpen:
    def opened(self, actor, title="水浸"):
        return operations.begin(actor=actor, title=title, place="", keep_days=7, now=NOW)

    def told_on(self, *days):
        """Let the job run on these days; return how many it found on each."""
        return [jobs.remind(NOW + timedelta(days=day)) for day in days]

    def test_who_opened_it_and_the_officer_are_told_after_three_days_then_weekly(self, actor, told):
        self.opened(actor)

        found = self.told_on(2.99, 3, 3.5, 9.9, 10, 11, 17)

        assert found == [0, 1, 1, 1, 1, 1, 1]
        assert [one.to for one in told.values()] == [
            f"account:{actor.account}", "security_officer",
        ] * 3  # fmt: skip
        assert [one.now for one in told.values()][::2] == [
            NOW + timedelta(days=day) for day in (3, 10, 17)
        ]

    def test_says_which_and_for_how_long_and_nothing_that_was_written(self, actor, told):
        row = self.opened(actor)
        operations.write(actor=actor, id=row.pk, subject="person:12", text=TOLD, now=NOW)

        self.told_on(10)

        words = {one.text for one in told.values()}
        assert [("水浸" in one.zh, "10" in one.zh, "10 days" in one.en) for one in words] == [
            (True, True, True)
        ]
        assert all(TOLD not in one.zh + one.en for one in words)

    def test_of_one_that_is_closed_nobody_is_told(self, actor, told):
        row = self.opened(actor)
        operations.close(actor=actor, id=row.pk, now=NOW)

        assert self.told_on(10) == [0]
        assert told == {}
