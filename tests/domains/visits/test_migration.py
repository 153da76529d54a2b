"""Guests who were let in before doors knew whose they are."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from linli.domains.doors.models import Credential
from linli.domains.visits.models import Visit
from linli.registry.people.models import Household, Person
from linli.registry.places.models import Place
from tests.registry.conftest import NOW

MIGRATION = import_module(
    "linli.domains.visits.migrations.0007_doors_know_whose_guests_there_are"
)  # fmt: skip


@pytest.mark.django_db
def test_doors_are_told_of_those_who_are_expected_alone():
    room = Place.rows.create(community="hml", path="hml/101", kind="room", code="101", name_zh="1")
    home = Household.rows.create(community="hml", room=room, occupancy="owner")
    wang = Person.rows.create(community="hml", code="wang", name="王")
    for version, (state, host, held) in enumerate(
        [("expected", wang, "open"), ("expected", None, "open"), ("over", wang, "ended")], 1
    ):
        visit = Visit.rows.create(
            community="hml", kind="guest", state=state, household=home, place="hml/101",
            host=host, source="home", since=NOW, until=NOW + timedelta(days=90),
        )  # fmt: skip
        Credential.rows.create(
            community="hml", way="qr", state=held, guest=f"visit:{visit.pk}", at=NOW,
            version=version,
        )  # fmt: skip

    MIGRATION.tell(apps, None)

    told = Credential.rows.of("hml").order_by("pk").values_list("host", "home")
    assert list(told) == [(wang.pk, home.pk), (None, home.pk), (None, None)]
