"""Django's `migrate`, which makes the tables of an empty database at once."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from linli.foundation.tables.fresh import catch_up, lay_out


class Command(migrate.Command):
    """What an operator runs, and what tests begin with; asked for one app it is Django's alone."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the tables, or bring them up to date; in the main database both end with Django's
        own signals.
        """
        connection = connections[options["database"]]
        if _is_for_all(options):
            made = lay_out(connection)
            if connection.alias != DEFAULT_DB_ALIAS:
                if not made:
                    catch_up(connection)
                return
        super().handle(*args, **options)


def _is_for_all(options: dict[str, Any]) -> bool:
    limits = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied")
    return not any(options[name] for name in (*limits, "prune"))
