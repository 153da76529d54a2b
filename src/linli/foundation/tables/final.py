"""What makes the database refuse to change what is final, in the words of each engine.

SQLite drops a table's triggers when a migration rebuilds it: a later migration that alters one of
these tables must run `protect` again afterwards. SQLite drops a line that `OR REPLACE` puts another
in the place of without asking the trigger of deletes; so what would replace one is refused before.

Migrations that were carried out long ago speak through this: what it says must stay as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_CHANGED = ("UPDATE", "DELETE")
_STAYS = ("stays", "is_the_same")


class Protection(msgspec.Struct, frozen=True, kw_only=True):
    """Tables of which no row is changed or dropped, what else is refused of them, and in which
    words. `function` is what the refusal is called in PostgreSQL.
    """

    function: str
    says: str
    tables: tuple[str, ...]
    whole: bool = True
    """Whether they cannot be emptied at once either, nor a row be put in the place of another."""
    stays: Mapping[str, str] = {}
    """Tables of which no row is dropped, and one is changed only as long as this holds of it (SQL,
    OLD and NEW).
    """

    def protect(self, _apps: Any, schema_editor: Any) -> None:
        """Forbid it; what forbade it before is taken away first."""
        self.unprotect(_apps, schema_editor)
        carry_out(schema_editor, postgresql=self._postgresql(), sqlite=self._sqlite())

    def unprotect(self, _apps: Any, schema_editor: Any) -> None:
        """Undo it, when the migration is taken back."""
        carry_out(schema_editor, postgresql=self._postgresql_back(), sqlite=self._sqlite_back())

    def _guarded(self) -> tuple[str, ...]:
        return (*self.tables, *self.stays) if self.whole else ()

    def _postgresql(self) -> list[str]:
        refuse = f"EXECUTE FUNCTION {self.function}()"
        return [
            f"""
            CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION '{self.says}';
            END;
            $$ LANGUAGE plpgsql
            """,
            *(
                f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW {refuse}"
                for table in self.tables
            ),
            *(
                f"CREATE TRIGGER {table}_is_final_all BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT {refuse}"
                for table in self._guarded()
            ),
            *(
                f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW {refuse}"
                for table in self.stays
            ),
            *(
                f"CREATE TRIGGER {table}_is_the_same BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN (NOT ({same})) {refuse}"
                for table, same in self.stays.items()
            ),
        ]

    def _postgresql_back(self) -> list[str]:
        triggers = [
            *((f"{table}_is_final", table) for table in self.tables),
            *((f"{table}_is_final_all", table) for table in self._guarded()),
            *((f"{table}_{name}", table) for table in self.stays for name in _STAYS),
        ]
        return [
            *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in triggers),
            f"DROP FUNCTION IF EXISTS {self.function}()",
        ]

    def _sqlite(self) -> list[str]:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self.says}'); END"
        return [
            *(
                f"CREATE TRIGGER {table}_is_final_{verb.lower()} BEFORE {verb} ON {table} {refuse}"
                for table in self.tables
                for verb in _CHANGED
            ),
            *(
                f"CREATE TRIGGER {table}_is_final_insert BEFORE INSERT ON {table} "  # noqa: S608
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}"
                for table in self._guarded()
            ),
            *(
                f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} {refuse}"
                for table in self.stays
            ),
            *(
                f"CREATE TRIGGER {table}_is_the_same BEFORE UPDATE ON {table} "
                f"WHEN NOT ({same}) {refuse}"
                for table, same in self.stays.items()
            ),
        ]

    def _sqlite_back(self) -> list[str]:
        names = [
            *(f"{table}_is_final_{verb.lower()}" for table in self.tables for verb in _CHANGED),
            *(f"{table}_is_final_insert" for table in self._guarded()),
            *(f"{table}_{name}" for table in self.stays for name in _STAYS),
        ]
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]


def carry_out(schema_editor: Any, **sql: Sequence[str]) -> None:
    """Execute those statements that are in the words of its engine."""
    for statement in sql[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
