"""Sensitive fields of the register: sealed at rest, opened for a purpose, found without opening."""

import pytest
from django.db import connection

from linli.foundation.vault import logic, operations, queries, sealed
from linli.registry.people import operations as people
from linli.registry.people import queries as register
from linli.registry.people.entries import PersonEntry, StaffEntry
from linli.registry.people.models import Person, Staff
from linli.registry.people.search import search
from tests.registry.conftest import NOW
from tests.registry.people.conftest import ELDER_ID, TODAY, put

pytestmark = pytest.mark.django_db


def everything(table):
    """Return all that a table holds, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr(cursor.fetchall())


def opened(purpose, code="p1", **more):
    row = Person.rows.of("hml").get(code=code)
    sealed.open_all([row], community="hml", purpose=purpose, **more)
    return row


class TestAtRest:
    @pytest.mark.parametrize("shown", ["13800008000", "1380000", "8000", ELDER_ID, ELDER_ID[:10]])
    def test_no_number_of_a_person_lies_open(self, lived_in, shown):
        assert shown not in everything(Person._meta.db_table).replace(" ", "")

    def test_nor_of_the_staff(self, lived_in):
        assert "9000" not in everything(Staff._meta.db_table)

    def test_the_same_number_is_never_sealed_alike(self, lived_in):
        put([PersonEntry(code="p2", name="同号", phone="13800008000")])

        one, other = Person.rows.of("hml").order_by("code")
        assert one.phone_sealed != other.phone_sealed
        assert one.phone_index == other.phone_index
        assert one.vault_key != other.vault_key


class TestOpen:
    def test_what_was_not_opened_for_a_purpose_cannot_be_read(self, lived_in):
        row = Person.rows.of("hml").get(code="p1")

        with pytest.raises(sealed.NotOpened):
            row.phone  # noqa: B018 - reading is the act

    @pytest.mark.parametrize(
        ("purpose", "phone", "number"),
        [
            ("", "138****8000", "masked"),
            ("service", "+8613800008000", "masked"),
            ("verification", "138****8000", ELDER_ID),
            ("correction", "+8613800008000", ELDER_ID),
            ("dispatch", "138****8000", "masked"),
        ],
    )
    def test_opens_what_the_purpose_opens(self, lived_in, purpose, phone, number):
        row = opened(purpose)

        wanted = f"330{'*' * 13}{ELDER_ID[-2:]}" if number == "masked" else number
        assert (row.phone, row.id_number) == (phone, wanted)

    def test_opens_nothing_of_whoever_wants_nothing_shown(self, lived_in):
        key = Person.rows.of("hml").get(code="p1").vault_key

        assert opened("service", closed={key}).phone == "138****8000"

    def test_anothers_number_in_my_row_is_broken(self, lived_in):
        put([PersonEntry(code="p2", name="乙", phone="13811110002")])
        other = Person.rows.of("hml").get(code="p2").phone_sealed
        Person.rows.of("hml").filter(code="p1").update(phone_sealed=other)

        with pytest.raises(logic.Broken):
            opened("service")

    def test_a_masked_value_is_never_written_back(self, lived_in):
        row = opened("")
        sealed.seal_all([row], community="hml", today=TODAY)
        row.save()

        assert opened("service").phone == "+8613800008000"

    def test_one_whose_key_was_destroyed_reads_erased(self, lived_in):
        row = Person.rows.of("hml").get(code="p1")
        operations.destroy(community="hml", subject=row.vault_key, account=0, words="", now=NOW)

        assert (opened("correction").phone, opened("").phone) == ("erased", "erased")

    def test_still_opens_after_the_wrapping_key_was_turned_over(self, lived_in):
        operations.rotate(community="hml", use=sealed.USE, now=NOW)
        while operations.rewrap(community="hml", use=sealed.USE, today=TODAY):
            pass
        queries.forget()

        assert opened("service").phone == "+8613800008000"


class TestFind:
    def found(self, text, community="hml"):
        return [hit.title[0] for hit in search(community=community, text=text, people=True)]

    @pytest.mark.parametrize("text", ["8000", "13800008000", "+8613800008000"])
    def test_finds_by_the_whole_number_and_by_its_end(self, lived_in, text):
        assert self.found(text) == ["周桂兰"]

    @pytest.mark.parametrize("text", ["0000", "800", "138", "80000"])
    def test_finds_by_nothing_else(self, lived_in, text):
        assert self.found(text) == []

    def test_finds_staff_by_the_end_of_the_number(self, lived_in):
        assert self.found("9000") == ["张工"]

    def test_finds_nobody_of_another_community(self, lived_in, other_estate):
        put([PersonEntry(code="o", name="他人", phone="13800008000")], community="other")

        assert self.found("13800008000", community="other") == ["他人"]

    def test_follows_a_change_of_the_number(self, lived_in):
        put([PersonEntry(code="p1", phone="13811112222")])

        assert (self.found("8000"), self.found("2222")) == ([], ["周桂兰"])

    def test_a_number_that_was_taken_away_is_found_no_more(self, lived_in):
        put([PersonEntry(code="p1", phone="")])

        assert self.found("8000") == []
        assert opened("service").phone == ""

    def test_the_same_entries_again_change_nothing_and_seal_nothing_anew(self, lived_in):
        before = everything(Person._meta.db_table)

        done = put([PersonEntry(code="p1", id_number=ELDER_ID, phone="13800008000")])

        assert (done.same, everything(Person._meta.db_table) == before) == (1, True)


class TestPosition:
    def test_is_sealed_and_in_no_list(self, lived_in):
        row = Staff.rows.of("hml").get(code="e01")
        row.position = "120.100000,30.200000"
        sealed.seal_all([row], community="hml", today=TODAY)
        row.save()

        [shown] = register.listed(
            community="hml",
            kind=StaffEntry,
            sought=register.Sought(text="张工"),
            now=NOW,
            full=True,
        )
        assert shown.beside["position"] is None
        assert "120.1" not in everything(Staff._meta.db_table)


def test_the_account_of_a_resident_is_his_alone(lived_in, sign_in):
    account = sign_in("resident")
    put([PersonEntry(code="p1", account=account)])

    with pytest.raises(people.Refused):
        put([PersonEntry(code="p2", name="乙", account=account)])
