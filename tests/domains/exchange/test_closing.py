"""What messages say is sealed under the key of whom they are about; gone with him, and in time."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from linli.app import privacy as wired
from linli.contracts import privacy
from linli.domains.cases.operations import opening
from linli.domains.cases.operations.opening import Report
from linli.domains.exchange import own, queries
from linli.domains.exchange.models import Message
from linli.domains.exchange.operations import closing, daily, sending
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.identity.queries import Actor, Held, PurposeNotGranted, actor_of
from linli.foundation.vault import operations as vault
from linli.foundation.vault.models import DataKey
from linli.kernel.port import Port
from linli.registry.people import operations as people
from linli.registry.people.entries import PersonEntry
from linli.registry.people.models import Person
from tests.domains.exchange.post import row, topics
from tests.past import NEWEST as LAST
from tests.past import migrate, standing
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
WORDS = "轮椅过不去"


@pytest.fixture
def resident(somebody):
    account = somebody("resident")
    entry = PersonEntry(code="p1", name="周桂兰", phone="13800008000", account=account)
    people.put_many(community="hml", entries=[entry], today=NOW.date())
    return actor_of(account=account, community="hml", now=NOW)


@pytest.fixture
def hers(resident):
    """A case that somebody of the register reported."""
    said = Report(kind="general", place="hml/b03", title="坡道破损", description=WORDS)
    return opening.report(actor=resident, report=said, now=NOW)


def subject():
    return f"person:{Person.rows.of('hml').get(code='p1').pk}"


def keys():
    return set(DataKey.rows.of("hml").values_list("subject", flat=True))


@pytest.fixture
def sent(department, desk, hers):
    return sending.send(actor=desk, department=department().pk, case=hers.pk, now=NOW)


class TestSeal:
    def test_what_goes_and_comes_lies_sealed_and_reads_as_it_was(self, sent, hers, hotline):
        hotline.tell(now=NOW, number="R-1", kind="result", case=hers.number, text=WORDS)

        rows = list(Message.rows.of("hml").order_by("pk"))
        queries.opened(rows)

        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM exchange_message")
            assert WORDS not in json.dumps(cursor.fetchall(), default=str, ensure_ascii=False)
        assert [WORDS in one.body for one in rows] == [True, True]
        assert {one.subject for one in rows} == {subject()}
        assert len({one.vault_key for one in rows}) == 1

    def test_what_is_about_nobody_is_under_a_key_of_the_community_each_month(
        self, department, hotline
    ):
        department()
        for at, number in ((NOW, "N-1"), (NOW, "N-2"), (NOW + timedelta(days=31), "N-3")):
            hotline.tell(now=NOW, number=number, kind="notice", text=WORDS)
            newest = Message.rows.of("hml").get(number=number)
            closing.seal(row=newest, body="{}", now=at)
            newest.at = at
            newest.save()

        rows = Message.rows.of("hml").order_by("pk").values_list("vault_key", "subject")
        assert [owner for _, owner in rows] == ["", "", ""]
        assert rows[0][0] == rows[1][0] != rows[2][0]

    def test_what_was_put_in_anothers_place_does_not_open(self, sent, department, hotline):
        hotline.tell(now=NOW, number="N-1", kind="notice", text="x")
        notice = Message.rows.of("hml").get(way="in")
        Message.rows.of("hml").filter(pk=notice.pk).update(body_sealed=row().body_sealed)

        with pytest.raises(ValueError, match="body"):
            queries.opened([Message.rows.of("hml").get(pk=notice.pk)])

    def test_whoever_reads_it_is_remembered_and_needs_the_purpose(self, browser, desk, sent):
        shown = browser(desk.account).get(f"{API}/exchange/{sent.pk}").json()
        [look] = trail.lines(community="hml", act=Act.LOOK)
        narrow = Actor(
            account=desk.account, name="x", community="hml", roles=frozenset({"front_desk"}),
            grants=(Held(role="front_desk", purposes=("visit",), community="hml"),),
        )  # fmt: skip

        assert shown["body"]["case"]["description"] == WORDS
        assert (look.what, look.purpose, look.account) == (subject(), "report", desk.account)
        with pytest.raises(PurposeNotGranted):
            closing.read(actor=narrow, id=sent.pk, now=NOW)

    def test_she_reads_what_went_where_herself(self, sent):
        [held] = own.held("hml", subject(), 100)

        assert (held.record.zh, WORDS in held.fields[0].value.zh) == (
            f"市民热线 {sent.case_number}",
            True,
        )


class TestErase:
    def test_nothing_of_hers_is_left_nor_comes_back_with_a_backup(self, browser, desk, sent):
        before = Message.rows.of("hml").get(pk=sent.pk)

        assert closing.forget(community="hml", subject=subject(), account=1, now=NOW) == 1
        before.save()  # an older backup brings the row back

        again = Message.rows.of("hml").get(pk=sent.pk)
        queries.opened([again])
        assert again.body == "erased"
        assert browser(desk.account).get(f"{API}/exchange/{sent.pk}").json()["body"] == {}
        assert before.vault_key not in keys()
        assert before.vault_key in {gone.subject for gone in vault.queries.master().destroyed()}

    def test_what_waited_does_not_go_not_even_sent_again(self, desk, sent, browser):
        closing.forget(community="hml", subject=subject(), account=1, now=NOW)

        answer = browser(desk.account).post(f"{API}/exchange/{sent.pk}/again")

        assert (answer.status_code, answer.json()["key"]) == (410, "exchange.body_gone")
        assert (row().state, row().reason) == ("failed", "erased")
        assert sending.letters(most=9, busy=[], now=NOW) == []
        assert "MessageSentAgain" not in topics()

    def test_the_desk_of_privacy_reaches_it(self, sent, monkeypatch):
        for port in vars(privacy).values():
            if isinstance(port, Port):
                monkeypatch.setattr(port, "_answer", None)
        wired.wire()

        privacy.erase("hml", subject(), 1, NOW)

        assert row().body_sealed == ""


class TestForget:
    def test_keys_go_with_the_last_message_under_them(self, department, hotline, desk, case):
        department()
        hotline.tell(now=NOW, number="N-1", kind="notice", text=WORDS)
        old = Message.rows.of("hml").get()

        assert daily.forget(community="hml", now=NOW + timedelta(days=399)) == 0
        assert old.vault_key in keys()
        assert daily.forget(community="hml", now=NOW + timedelta(days=401)) == 1
        assert old.vault_key not in keys()


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_messages_from_before_are_sealed_and_can_be_laid_open(tmp_path):
    before = ("exchange", "0002_messages_by_when_taken")

    with standing(tmp_path, before, ("vault", LAST)) as then:
        department = then.get_model("exchange", "Department").rows.create(
            community="hml", code="hotline", name_zh="市民热线", adapter="hmac_json", app="linli",
            url="https://hotline.example/api", key=b"k", set_at=NOW,
        )  # fmt: skip
        then.get_model("exchange", "Message").rows.create(
            community="hml", department=department, way="in", number="N-1", kind="notice",
            body=f'{{"text": "{WORDS}"}}', digest="", state="taken", at=NOW,
        )  # fmt: skip
        migrate(("exchange", LAST))
        sealed = Message.rows.of("hml").get()
        queries.opened([sealed])
        opened = migrate(before).get_model("exchange", "Message").rows.get().body

    assert (WORDS in sealed.body, WORDS in sealed.body_sealed, WORDS in opened) == (
        True, False, True,
    )  # fmt: skip
