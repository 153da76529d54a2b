"""Words of health that lay in the register move apart without loss, and back."""

import pytest
from django.db import connection

from linli.foundation.apart.models import Kept
from linli.foundation.vault import queries as keys
from linli.foundation.vault.models import DataKey
from linli.registry.people import health
from linli.registry.people.migrations import _health
from linli.registry.people.models import GroupMembership
from tests.past import NEWEST as LAST
from tests.past import migrate, standing

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "apart"]),
    pytest.mark.once,
]
BEFORE = ("people", "0007_numbers_of_organisations_are_sealed")
NEWEST = ("people", "0010_no_word_of_health_lies_here")
SEALED = ("people", "0013_groups_are_sealed")


@pytest.fixture
def before(settings, tmp_path):
    """Two persons of two communities in groups as they lay until now."""
    settings.KEYS, settings.APART_KEYS = tmp_path / "keys", tmp_path / "apart"
    keys.forget()
    with standing(tmp_path, BEFORE, ("vault", LAST)) as apps:
        for community in ("hml", "other"):
            person = apps.get_model("people", "Person").rows.create(
                community=community, code="p1", name="某人"
            )
            for group in ("disabled", "veteran"):
                apps.get_model("people", "GroupMembership").rows.create(
                    community=community, person=person, group=group, source="街道"
                )
        yield


def said(apps):
    rows = apps.get_model("people", "GroupMembership").rows.order_by("pk")
    return list(rows.values_list("community", "group"))


def test_they_move_apart_and_back(before):
    apps = migrate(NEWEST)

    assert said(apps) == [
        ("hml", "health"), ("hml", "veteran"), ("other", "health"), ("other", "veteran"),
    ]  # fmt: skip
    assert Kept.rows.of("hml").count() == Kept.rows.of("other").count() == 1
    assert not DataKey.rows.of("hml").exists()

    apps = migrate(BEFORE)

    assert [group for _, group in said(apps)] == ["disabled", "veteran"] * 2
    assert not Kept.rows.of("hml").exists()
    assert not DataKey.rows.using("apart").of("hml").exists()


def test_all_others_are_sealed_found_by_their_index_and_laid_open_again(before):
    migrate(SEALED)

    rows = list(GroupMembership.rows.of("hml").order_by("pk"))
    assert [(bool(row.token), bool(row.group_sealed)) for row in rows] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert [row.group for row in health.to_count(rows, community="hml")] == ["health", "veteran"]
    assert [one.pk for one in health.in_group(community="hml", group="veteran")] == [rows[1].pk]
    assert [one.pk for one in health.in_group(community="hml", group="health")] == [rows[0].pk]
    assert rows[1].group_index not in {"", *GroupMembership.rows.of("other").values_list(
        "group_index", flat=True
    )}  # fmt: skip
    assert not any("veteran" in str(value) for value in everything("people_groupmembership"))

    apps = migrate(NEWEST)

    assert said(apps) == [
        ("hml", "health"), ("hml", "veteran"), ("other", "health"), ("other", "veteran"),
    ]  # fmt: skip


def everything(table):
    """Return every value of a table, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return [value for row in cursor.fetchall() for value in row]


def test_cut_off_it_is_done_again_and_what_was_left_is_named_by_nothing(before, monkeypatch):
    keep, times = _health.operations.keep_all, []

    def cut(**more):
        times.append(1)
        if len(times) == 2:
            raise RuntimeError("no power")
        return keep(**more)

    with monkeypatch.context() as broken:
        broken.setattr(_health.operations, "keep_all", cut)
        with pytest.raises(RuntimeError, match="power"):
            migrate(NEWEST)
    left = {row.token for one in ("hml", "other") for row in Kept.rows.of(one)}
    assert len(left) == 1

    apps = migrate(NEWEST)

    named = set(
        apps.get_model("people", "GroupMembership")
        .rows.exclude(token="").values_list("token", flat=True)
    )  # fmt: skip
    assert len(named) == 2
    assert not named & left


def test_of_a_word_that_opens_to_nothing_no_row_comes_back(before):
    migrate(NEWEST)
    Kept.rows.of("hml").delete()

    apps = migrate(BEFORE)

    assert said(apps) == [("hml", "veteran"), ("other", "disabled"), ("other", "veteran")]
