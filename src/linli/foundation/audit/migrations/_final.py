"""What makes the database refuse to change the trail, in the words of each engine.

A line comes in unsealed, under an id of its own. It may be sealed once, with a number of its own.
It may be dropped when it is older than half a year. SQLite drops a table's triggers when a
migration rebuilds it: a later migration that alters `audit_line` must run `protect`, or what takes
its place, again afterwards. SQLite drops a line that `OR REPLACE` puts another in the place of without asking the
trigger of deletes; so what would replace one is refused before.
"""

from linli.foundation.tables.final import carry_out

_HALF_A_YEAR_US = 183 * 86_400 * 1_000_000
_COLUMNS = (
    "id", "at_us", "community", "account", "who", "act", "what", "purpose", "place", "cause",
    "words",
)  # fmt: skip
"""What stays as it was when a line is sealed."""
_UNSEALED = "NEW.number IS NULL AND NEW.digest = ''"
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION audit_is_final() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'INSERT' AND %(unsealed)s THEN RETURN NEW; END IF;
        IF TG_OP = 'UPDATE' AND %(sealed)s THEN RETURN NEW; END IF;
        IF TG_OP = 'DELETE' AND OLD.number IS NOT NULL
            AND OLD.at_us < extract(epoch FROM now()) * 1000000 - %(half_a_year_us)s
        THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the audit trail is final';
    END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER audit_line_is_final BEFORE INSERT OR UPDATE OR DELETE ON audit_line
    FOR EACH ROW EXECUTE FUNCTION audit_is_final()
    """,
    """
    CREATE TRIGGER audit_line_is_final_all BEFORE TRUNCATE ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_final()
    """,
)
_POSTGRESQL_BACK = (
    "DROP TRIGGER IF EXISTS audit_line_is_final ON audit_line",
    "DROP TRIGGER IF EXISTS audit_line_is_final_all ON audit_line",
    "DROP FUNCTION IF EXISTS audit_is_final()",
)
_SQLITE = (
    """
    CREATE TRIGGER audit_line_is_final_insert BEFORE INSERT ON audit_line
    WHEN NOT (%(unsealed)s) OR EXISTS (SELECT 1 FROM audit_line WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is final'); END
    """,
    """
    CREATE TRIGGER audit_line_is_final_update BEFORE UPDATE ON audit_line
    WHEN NOT (%(sealed)s) OR EXISTS (SELECT 1 FROM audit_line WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is final'); END
    """,
    """
    CREATE TRIGGER audit_line_is_final_delete BEFORE DELETE ON audit_line
    WHEN OLD.number IS NULL
        OR OLD.at_us >= unixepoch('now') * 1000000 - %(half_a_year_us)s
    BEGIN SELECT RAISE(ABORT, 'the audit trail is final'); END
    """,
)
_SQLITE_BACK = tuple(
    f"DROP TRIGGER IF EXISTS audit_line_is_final_{verb}" for verb in ("insert", "update", "delete")
)


def protect_before_programs(apps, schema_editor):
    """Forbid changing lines, and dropping young ones; in the place of what forbade it before."""
    _protect(apps, schema_editor, _COLUMNS)


def protect(apps, schema_editor):
    """As `protect_before_programs`, and the program by which it was done stays as it was too."""
    _protect(apps, schema_editor, (*_COLUMNS, "program"))


def _protect(apps, schema_editor, columns):
    unprotect(apps, schema_editor)
    same = " AND ".join(f"OLD.{column} = NEW.{column}" for column in columns)
    words = {
        "unsealed": _UNSEALED,
        "sealed": f"OLD.number IS NULL AND NEW.number IS NOT NULL AND NEW.number > 0 AND {same}",
        "half_a_year_us": _HALF_A_YEAR_US,
    }
    carry_out(
        schema_editor,
        postgresql=[statement % words for statement in _POSTGRESQL],
        sqlite=[statement % words for statement in _SQLITE],
    )


def unprotect(apps, schema_editor):
    """Undo it, when the migration is taken back."""
    carry_out(schema_editor, postgresql=_POSTGRESQL_BACK, sqlite=_SQLITE_BACK)
