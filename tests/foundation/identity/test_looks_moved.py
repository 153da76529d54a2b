"""Looks go into the trail and come back, as a migration and its way back do it."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from linli.foundation.audit.models import Line
from linli.foundation.identity import operations

pytestmark = pytest.mark.django_db(transaction=True)
migration = import_module("linli.foundation.identity.migrations.0002_looks_are_in_the_trail")
NOW = datetime(2026, 6, 1, 4, 0, 0, 123_457, tzinfo=UTC)


@pytest.fixture
def then():
    """The models as they were before, and the table of looks that is gone."""
    loader = MigrationExecutor(connection).loader
    state = loader.project_state(
        [("identity", "0001_accounts_grants_looks"), ("audit", "0002_the_trail_is_final")]
    )
    look = state.apps.get_model("identity", "Look")
    with connection.schema_editor() as editor:
        editor.create_model(look)
    yield state.apps
    with connection.schema_editor() as editor:
        editor.delete_model(look)


def test_no_look_is_lost_or_doubled_on_the_way_there_and_back(then):
    account = operations.open_account(
        username="wang", name="王小和", password="long enough 7"
    ).account
    look = then.get_model("identity", "Look")._base_manager
    for at in range(3):
        look.create(
            community="hml", subject=f"person:{at}", purpose="visit", account_id=account,
            at=NOW + timedelta(seconds=at),
        )  # fmt: skip
    before = list(look.order_by("at").values_list("community", "subject", "purpose", "at"))

    migration.move(then, None)
    look.all().delete()
    migration.move_back(then, None)
    back = list(look.order_by("at").values_list("community", "subject", "purpose", "at"))
    migration.move(then, None)

    told = Line.objects.filter(act="look").order_by("id").values_list("what", "who", "account")
    assert list(told) == [(f"person:{at}", "wang", account) for at in range(3)]
    assert back == before
