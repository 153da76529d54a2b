"""Makes the tables of an empty database one way or the other, and tells what is in it then:
`python -m tests.foundation.tables.told (fresh|steps)`.
"""

import json
import os
import sys

import django
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection


def _tables(cursor):
    for table in sorted(connection.introspection.table_names(cursor)):
        about = connection.introspection
        columns = {
            one.name: [str(one.type_code), one.internal_size, one.null_ok, one.default]
            for one in about.get_table_description(cursor, table)
        }
        limits = about.get_constraints(cursor, table).items()
        yield (
            table,
            {"columns": columns, "limits": sorted(_plain(name, one) for name, one in limits)},
        )


def _plain(name, limit):
    """Return a limit in words; SQLite numbers those without a name as they come."""
    named = "" if name.startswith(("fk_", "__unnamed")) else name
    return str([named, *((key, limit[key]) for key in sorted(limit) if key != "definition")])


_BESIDE = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR"
    " sql LIKE '%CHECK%' AND type = 'index'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(t.tgfoid)"
    " FROM pg_trigger t WHERE NOT tgisinternal",
}
_ROWS = {
    "migrations": "SELECT app, name FROM django_migrations",
    "kinds": "SELECT app_label, model FROM django_content_type",
    "permissions": "SELECT codename, name FROM auth_permission",
}
_SEQUENCES = (
    "SELECT table_name, column_name, is_identity FROM information_schema.columns"
    " WHERE table_schema = 'public' AND is_identity = 'YES'"
)


def told():
    """Return all that is in a database, in an order that does not depend on how it came there."""
    with connection.cursor() as cursor:
        found = {"tables": dict(_tables(cursor))}
        asked = {"beside": _BESIDE[connection.vendor], **_ROWS}
        if connection.vendor == "postgresql":
            asked["sequences"] = _SEQUENCES
        for name, question in asked.items():
            cursor.execute(question)
            found[name] = sorted([str(one) for one in row] for row in cursor.fetchall())
    return found


def main(way):
    os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"
    django.setup()
    command = "migrate" if way == "fresh" else migrate.Command()
    call_command(command, verbosity=0, interactive=False)
    json.dump(told(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
