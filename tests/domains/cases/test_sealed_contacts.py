"""How to reach who reported is sealed; a case from before is sealed without loss."""

import pytest

from linli.domains.cases import own
from linli.domains.cases.models import Case, Photo
from linli.foundation.consent.models import Request
from linli.foundation.files import images
from linli.foundation.files import operations as files
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed
from linli.foundation.vault.models import DataKey
from linli.registry.people.models import Organisation, Person, Staff
from tests.past import NEWEST as LAST
from tests.past import migrate, standing
from tests.registry.conftest import NOW

BEFORE = ("cases", "0002_history_is_final")
NEWEST = ("cases", "0005_contacts_are_sealed")
PLAIN = dict(
    community="hml", kind="general", title="灯坏", matter="shared", state="closed",
    severity="minor", place="hml/b03", created_at=NOW,
)  # fmt: skip
LONGEST = "𠮷微" * 16
"""Thirty-two signs, half of them of four bytes."""


def contact(row):
    [row] = Case.rows.of("hml").filter(pk=row.pk)
    sealed.open_all([row], community="hml", purpose="report")
    return row.reporter_contact


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_what_lay_open_is_sealed_and_can_be_laid_open_again(tmp_path):
    with standing(tmp_path, BEFORE, ("vault", LAST)) as then:
        cases = then.get_model("cases", "Case")
        said = cases.rows.create(number="1", reporter_contact=LONGEST, **PLAIN)
        silent = cases.rows.create(number="2", **PLAIN)

        migrate(NEWEST)

        assert (contact(said), contact(silent)) == (LONGEST, "")
        assert Case.rows.of("hml").get(pk=silent.pk).vault_key == ""
        assert LONGEST not in Case.rows.of("hml").get(pk=said.pk).reporter_contact_sealed
        again = migrate(BEFORE).get_model("cases", "Case")
        assert [row.reporter_contact for row in again.rows.order_by("pk")] == [LONGEST, ""]


@pytest.mark.parametrize(
    ("model", "field", "signs"),
    [(Case, "reporter_contact", "𠮷" * 32), (Organisation, "phone", "电" * 20),
     (Person, "phone", "电" * 20), (Person, "id_number", "证" * 18), (Staff, "phone", "电" * 20),
     (Staff, "position", "-179.999999,-89.999999"), (Request, "wanted", "𠮷" * 300)],
)  # fmt: skip
def test_there_is_room_for_the_longest_that_can_be_said(model, field, signs):
    body = sealed.sealed_text(key=bytes(16), value=signs, bound="x")

    assert len(body) <= model._meta.get_field(f"{field}_sealed").max_length


@pytest.mark.django_db
class TestErase:
    def case(self, reporter, number="1"):
        row = Case(number=number, reporter_id=reporter, reporter_name="周", **PLAIN)
        row.reporter_contact = "+8613800008000"
        sealed.seal_all([row], community="hml", today=NOW.date())
        row.save()
        return row

    def test_the_key_of_a_contact_is_destroyed(self, account):
        row = self.case(account)
        kept = row.reporter_contact_sealed

        own.erase("hml", "person:1", account, account, NOW)

        row.refresh_from_db()
        assert (row.reporter_name, row.reporter_contact_sealed, row.vault_key) == ("", "", "")
        assert not DataKey.rows.of("hml").exists()
        assert kept

    def test_a_copy_from_before_reads_erased(self, account):
        row = self.case(account)
        kept, key = row.reporter_contact_sealed, row.vault_key
        own.erase("hml", "person:1", account, account, NOW)

        Case.rows.of("hml").filter(pk=row.pk).update(reporter_contact_sealed=kept, vault_key=key)

        assert contact(row) == sealed.ERASED

    def test_his_photographs_are_destroyed_and_what_others_took_stays(
        self, account, settings, tmp_path, django_capture_on_commit_callbacks
    ):
        settings.MEDIA_ROOT = tmp_path
        row = self.case(account)
        worker = Account.objects.create(username="worker", name="x").pk
        kept = {}
        for name, by in (("his", account), ("work", worker)):
            picture = images.Picture(
                content=name.encode(), content_type="image/png", width_px=1, height_px=1
            )
            file = files.keep(community="hml", kind="photo", picture=picture, now=NOW)
            kept[name] = file.vault_key
            Photo.rows.create(
                community="hml", case=row, file=file, stage="before", by_id=by, at=NOW
            )

        with django_capture_on_commit_callbacks(execute=True):
            own.erase("hml", "person:1", account, account, NOW)

        assert [photo.by_id for photo in Photo.rows.of("hml")] == [worker]
        assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [kept["work"]]
        assert kept["his"] in {gone.subject for gone in vault.master().destroyed()}
        assert kept["work"] not in {gone.subject for gone in vault.master().destroyed()}

    def test_another_ones_cases_stay_as_they_are(self, account):
        row = self.case(None)

        own.erase("hml", "person:1", account, account, NOW)

        assert contact(row) == "+8613800008000"


@pytest.fixture
def account(db):
    return identity.open_account(username="zhou", name="周", password="long enough 7").account
