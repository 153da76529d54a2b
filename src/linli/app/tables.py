"""The tables of both databases."""

import sys

from django.core.management import call_command

from linli.foundation.vault.queries import APART, MAIN


def bring_up_to_date(*, verbosity: int) -> None:
    """Make the tables, or bring them up to date; those apart first, for what lay with the records
    until now may move there.
    """
    for alias in (APART, MAIN):
        call_command(
            "migrate", database=alias, verbosity=verbosity, interactive=False, stdout=sys.stderr
        )
