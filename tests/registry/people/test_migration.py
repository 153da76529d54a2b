"""A register from before the vault is sealed without loss, and can be laid open again."""

import pytest

from linli.foundation.vault import sealed
from linli.registry.people.models import Organisation, Person, Staff
from linli.registry.people.search import search
from tests.past import NEWEST as LAST
from tests.past import migrate, standing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
BEFORE = ("people", "0001_people_households_staff")
NEWEST = ("people", "0007_numbers_of_organisations_are_sealed")
PEOPLE = [
    {"code": "p1", "name": "周桂兰", "phone": "+8613800008000", "id_number": "11010519491231002X",
     "words": "周桂兰\np1\n8000"},
    {"code": "8000", "name": "李安", "phone": "+8613900008000", "words": "李安\n8000"},
    {"code": "p3", "name": "无号", "words": "无号\np3"},
]  # fmt: skip


@pytest.fixture
def old_register(tmp_path):
    with standing(tmp_path, BEFORE, ("vault", LAST)) as apps:
        people = apps.get_model("people", "Person")
        for community in ("hml", "other"):
            for person in PEOPLE:
                people.rows.create(community=community, **person)
        staff = apps.get_model("people", "Staff")
        staff.rows.create(
            community="hml", code="e01", name="张工", phone="+8613900009000",
            words="张工\ne01\n9000", longitude_deg=120.123456, latitude_deg=-30.5,
        )  # fmt: skip
        staff.rows.create(community="hml", code="e02", name="孙安", words="孙安\ne02")
        firms = apps.get_model("people", "Organisation")
        firms.rows.create(
            community="hml", code="s1", name="小李便利店", kind="shop", phone="+8613900009999",
            contact="李", words="小李便利店\ns1\n李\n13900009999",
        )  # fmt: skip
        yield


def opened(model, purpose):
    rows = list(model.rows.of("hml").order_by("pk"))
    sealed.open_all(rows, community="hml", purpose=purpose)
    return rows


def test_what_lay_open_is_sealed_and_reads_and_is_found_as_before(old_register):
    migrate(NEWEST)

    people = opened(Person, "correction")
    assert [(row.phone, row.id_number) for row in people] == [
        ("+8613800008000", "11010519491231002X"),
        ("+8613900008000", ""),
        ("", ""),
    ]
    assert [row.words for row in people] == ["周桂兰\np1", "李安\n8000", "无号\np3"]
    assert [row.position for row in opened(Staff, "dispatch")] == ["120.123456,-30.500000", ""]
    [firm] = opened(Organisation, "")
    assert (firm.phone, firm.words) == ("+8613900009999", "小李便利店\ns1\n李")
    assert "13900009999" not in firm.phone_sealed
    for text in ("139 0000 9999", "9999"):
        hits = search(community="hml", text=text, people=False)
        assert [hit.title[0] for hit in hits] == ["小李便利店"]
    assert len({row.vault_key for row in people}) == 3
    assert people[2].vault_key == ""
    found = search(community="hml", text="+86 138 0000 8000", people=True)
    assert [hit.title[0] for hit in found] == ["周桂兰"]


def test_it_can_be_laid_open_again_as_it_was(old_register):
    migrate(NEWEST)

    apps = migrate(BEFORE)

    rows = apps.get_model("people", "Person").rows.filter(community="other").order_by("pk")
    fields = ("code", "name", "phone", "id_number", "words")
    assert list(rows.values(*fields)) == [
        {"id_number": "", "phone": "", **person} for person in PEOPLE
    ]
    firm = apps.get_model("people", "Organisation").rows.get()
    assert (firm.phone, firm.words) == ("+8613900009999", "小李便利店\ns1\n李\n13900009999")
    staff = apps.get_model("people", "Staff").rows.get(code="e01")
    assert (staff.phone, staff.longitude_deg, staff.latitude_deg, staff.words) == (
        "+8613900009000", 120.123456, -30.5, "张工\ne01\n9000",
    )  # fmt: skip
