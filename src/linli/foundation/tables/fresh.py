"""The tables of an empty database, made at once as the models of now say.

Migrations carried out one after the other on nothing draw all models anew between any two steps,
for each of ours refers to its community: 25 s of a processor for what is made here within one. What
a migration does beside the models (a trigger, a function) is done here too, by its own code; one
that only carries records over says so (`elidable=True`) and is passed by. A test holds both ways
against each other, on each engine.

Which tables belong in which database the router says. The main one remembers all migrations, as
Django has it; any other those alone of what lies in it.
"""

from collections.abc import Iterator
from typing import cast

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps


def lay_out(connection: BaseDatabaseWrapper) -> bool:
    """Make all tables if there are none, whole or not at all; tell whether it did."""
    if connection.introspection.table_names():
        return False
    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        editor.create_model(recorder.Migration)
        for model in apps.get_models():
            if model._meta.can_migrate(connection) and router.allow_migrate_model(  # noqa: SLF001
                connection.alias, model
            ):
                editor.create_model(model)
        for migration in _in_order(connection):
            for operation in migration.operations if _is_for(connection, migration) else ():
                if isinstance(operation, RunPython) and not operation.elidable:
                    operation.code(cast(StateApps, apps), editor)
            recorder.migration_qs.create(app=migration.app_label, name=migration.name)
    return True


def _in_order(connection: BaseDatabaseWrapper) -> Iterator[Migration]:
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(_newest(executor), clean_start=True):
        yield migration


def catch_up(connection: BaseDatabaseWrapper) -> None:
    """Bring the tables of a database beside the main one up to date."""
    executor = MigrationExecutor(connection)
    executor.migrate(_newest(executor))


def _newest(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """Return the last migrations of what a database remembers."""
    connection, found = executor.connection, executor.loader.graph.leaf_nodes()
    if connection.alias == DEFAULT_DB_ALIAS:
        return list(found)
    return [one for one in found if router.allow_migrate(connection.alias, one[0])]


def _is_for(connection: BaseDatabaseWrapper, migration: Migration) -> bool:
    return bool(router.allow_migrate(connection.alias, migration.app_label))
