"""What makes the database refuse to change statements and their entries, in the words of each
engine.

SQLite drops a table's triggers when a migration rebuilds it: a later migration that alters one of
these tables must run `protect` again afterwards. SQLite drops a line that `OR REPLACE` puts another
in the place of without asking the trigger of deletes; so what would replace one is refused before.
"""

_FINAL = ("openapi_statement", "openapi_statemententry")
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION openapi_is_final() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'statements are final';
    END;
    $$ LANGUAGE plpgsql
    """,
    *(
        f"""
        CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION openapi_is_final()
        """
        for table in _FINAL
    ),
    *(
        f"""
        CREATE TRIGGER {table}_is_final_all BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION openapi_is_final()
        """
        for table in _FINAL
    ),
)
_POSTGRESQL_BACK = (
    *(f"DROP TRIGGER IF EXISTS {table}_is_final ON {table}" for table in _FINAL),
    *(f"DROP TRIGGER IF EXISTS {table}_is_final_all ON {table}" for table in _FINAL),
    "DROP FUNCTION IF EXISTS openapi_is_final()",
)
_REFUSED = "BEGIN SELECT RAISE(ABORT, 'statements are final'); END"
_SQLITE = (
    *(
        f"CREATE TRIGGER {table}_is_final_{verb.lower()} BEFORE {verb} ON {table} {_REFUSED}"
        for table in _FINAL
        for verb in ("UPDATE", "DELETE")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_is_final_insert BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {_REFUSED}
        """
        for table in _FINAL
    ),
)
_SQLITE_BACK = tuple(
    f"DROP TRIGGER IF EXISTS {table}_is_final_{verb}"
    for table in _FINAL
    for verb in ("update", "delete", "insert")
)


def protect(apps, schema_editor):
    """Forbid changing and dropping statements and their entries."""
    unprotect(apps, schema_editor)
    sql = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE}[schema_editor.connection.vendor]
    for statement in sql:
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    """Undo it, when the migration is taken back."""
    sql = {"postgresql": _POSTGRESQL_BACK, "sqlite": _SQLITE_BACK}[schema_editor.connection.vendor]
    for statement in sql:
        schema_editor.execute(statement)
