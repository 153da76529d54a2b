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
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif model := _model(self, app_label, schema_editor, to_state):
            schema_editor.remove_index(model, self.index, concurrently=True)
            schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take it away."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif model := _model(self, app_label, schema_editor, from_state):
            schema_editor.remove_index(model, self.index, concurrently=True)


class RemoveIndexWhileWritten(migrations.RemoveIndex):
    """As `RemoveIndex`."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take the index away."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif model := _model(self, app_label, schema_editor, from_state):
            index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            schema_editor.remove_index(model, index, concurrently=True)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make it again."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif model := _model(self, app_label, schema_editor, to_state):
            index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            schema_editor.remove_index(model, index, concurrently=True)
            schema_editor.add_index(model, index, concurrently=True)


def _model(operation: Any, app_label: str, schema_editor: Any, state: Any) -> Any:
    """Return the table's model; None where its table is in another database."""
    model = state.apps.get_model(app_label, operation.model_name)
    fits = operation.allow_migrate_model(schema_editor.connection.alias, model)
    return model if fits else None
