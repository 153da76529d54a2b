"""Indexes that come and go while lines are written: nobody waits for them with his deed.

On PostgreSQL concurrently, so in migrations that are not atomic; on SQLite, where one writes at a
time, at once.
"""

from typing import Any

from django.db import migrations


class AddIndexWhileWritten(migrations.AddIndex):
    """As `AddIndex`. What a try that was cut off left behind is taken away first: PostgreSQL would
    keep it up and never use it.
    """

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make the index."""
        if not _made(self, self.index.name, app_label, schema_editor, to_state):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take it away."""
        if not _taken_away(self, self.index.name, app_label, schema_editor, from_state):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexWhileWritten(migrations.RemoveIndex):
    """As `RemoveIndex`."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take the index away."""
        if not _taken_away(self, self.name, app_label, schema_editor, from_state):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make it again."""
        if not _made(self, self.name, app_label, schema_editor, to_state):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def _made(operation: Any, name: str, app_label: str, schema_editor: Any, state: Any) -> bool:
    """Make an index concurrently; tell whether this is its table's place, and an engine that can.
    Elsewhere it is as without us.
    """
    if not _taken_away(operation, name, app_label, schema_editor, state):
        return False
    model, index = _found(operation, name, app_label, state)
    schema_editor.add_index(model, index, concurrently=True)
    return True


def _taken_away(operation: Any, name: str, app_label: str, schema_editor: Any, state: Any) -> bool:
    """Take an index away concurrently; tell as `_made` does."""
    model, index = _found(operation, name, app_label, state)
    line = schema_editor.connection
    if line.vendor != "postgresql" or not operation.allow_migrate_model(line.alias, model):
        return False
    schema_editor.remove_index(model, index, concurrently=True)
    return True


def _found(operation: Any, name: str, app_label: str, state: Any) -> tuple[Any, Any]:
    table = state.models[app_label, operation.model_name_lower]
    return state.apps.get_model(app_label, operation.model_name), table.get_index_by_name(name)
