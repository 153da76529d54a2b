"""What a third party was given under the older name of a scope stays given."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.registry.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
BEFORE = ("openapi", "0002_since_when_agreed")
NEWEST = ("openapi", "0003_places_are_a_scope_of_their_own")


def migrate(target):
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


def test_a_scope_is_renamed_and_going_back_opens_no_more_than_was_given():
    apps = migrate(BEFORE)
    party = apps.get_model("openapi", "ThirdParty").rows.create(
        community="hml", name="快梯", client="c", secret="s", wanted=["register.read"],
        scopes=["register.read", "cases.read"], state="waiting", registered_at=NOW,
    )  # fmt: skip
    try:
        after = migrate(NEWEST).get_model("openapi", "ThirdParty").rows.get(pk=party.pk)
        assert (after.wanted, after.scopes) == (["places.read"], ["places.read", "cases.read"])
    finally:
        apps = migrate(BEFORE)
        after = apps.get_model("openapi", "ThirdParty").rows.get(pk=party.pk)
        assert (after.wanted, after.scopes) == ([], ["cases.read"])
        migrate(NEWEST)
