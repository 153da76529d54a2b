"""Records as they were at an earlier migration, to be led on and back.

They are a database of their own that holds nothing but what the migration rests on: to lead the
records of a run back and on again renders every model of the product at every step.
"""

from contextlib import contextmanager

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NEWEST = None
"""Instead of the name of a migration: the last of its app."""


def migrate(*targets):
    """Lead the records to these migrations; return the models as they are there."""
    executor = MigrationExecutor(connection)
    last = {app: (app, name) for app, name in executor.loader.graph.leaf_nodes()}
    named = [last[app] if name is NEWEST else (app, name) for app, name in targets]
    executor.migrate(named)
    return executor.loader.project_state(named).apps


@contextmanager
def standing(folder, *targets):
    """Stand on new records that are as these migrations leave them, for the length of the block;
    give the models as they are there.
    """
    now, past = connection.settings_dict["NAME"], str(folder / "past.sqlite3")
    if connection.vendor == "postgresql":
        past = f"{now}_past"
        _say(f"CREATE DATABASE {past}")
    _turn_to(past)
    try:
        yield migrate(*targets)
    finally:
        _turn_to(now)
        if connection.vendor == "postgresql":
            _say(f"DROP DATABASE {past}")


def _turn_to(name):
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict["NAME"] = name


def _say(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
