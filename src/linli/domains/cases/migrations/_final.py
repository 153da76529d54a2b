"""What makes the database refuse to change history, in the words of each engine.

SQLite drops a table's triggers when a migration rebuilds it: a later migration that alters
`cases_move` must run `protect` again afterwards.
"""

_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION cases_history_is_final() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'the history of a case is final';
    END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER cases_move_is_final BEFORE UPDATE OR DELETE ON cases_move
    FOR EACH ROW EXECUTE FUNCTION cases_history_is_final()
    """,
)
_POSTGRESQL_BACK = (
    "DROP TRIGGER IF EXISTS cases_move_is_final ON cases_move",
    "DROP FUNCTION IF EXISTS cases_history_is_final()",
)
_SQLITE = tuple(
    f"""
    CREATE TRIGGER cases_move_is_final_{verb.lower()} BEFORE {verb} ON cases_move
    BEGIN SELECT RAISE(ABORT, 'the history of a case is final'); END
    """
    for verb in ("UPDATE", "DELETE")
)
_SQLITE_BACK = tuple(
    f"DROP TRIGGER IF EXISTS cases_move_is_final_{verb}" for verb in ("update", "delete")
)


def protect(apps, schema_editor):
    """Forbid changing and deleting lines of history."""
    sql = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}[schema_editor.connection.vendor]
    for statement in sql:
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    """Undo it, when the migration is taken back."""
    sql = {"postgresql": _POSTGRESQL_BACK, "sqlite": _SQLITE_BACK}[schema_editor.connection.vendor]
    for statement in sql:
        schema_editor.execute(statement)
