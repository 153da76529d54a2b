"""Words that tell of somebody's health go apart, and back. What is kept apart is brought up to date
before (`./linli migrate` does). Cut off half-way all of it is done again: what had been kept apart by
then is named by no row, and is swept.
"""

import secrets

from django.utils import timezone

from linli.foundation.apart import operations, queries
from linli.foundation.vault import operations as vault
from linli.foundation.vault.queries import APART, MAIN

_USE, _WHAT, _SAID = "visit", "people.group", "health"
_WORDS = ("disabled",)
"""Those that the register knew until then."""


def _by_community(rows):
    """Yield each community that has such rows, and its rows."""
    for community in rows.order_by().values_list("community", flat=True).distinct():
        yield community, list(rows.filter(community=community).order_by("pk"))


def apart(apps, editor):
    """Keep each word apart; SQLite overwrites what lay in its place."""
    vault.overwrite_freed(store=MAIN)
    memberships = apps.get_model("people", "GroupMembership").rows
    for community, rows in _by_community(memberships.filter(group__in=_WORDS)):
        for row in rows:
            row.apart_key = secrets.token_hex(16)
        tokens = operations.keep_all(
            community=community, what=_WHAT, values={row.apart_key: row.group for row in rows},
            purpose=_USE, now=timezone.now(),
        )
        for row in rows:
            row.token, row.group = tokens[row.apart_key], _SAID
        memberships.bulk_update(rows, ["token", "apart_key", "group"], batch_size=400)


def back(apps, editor):
    """Put each word back into its row. Of one that opens to nothing nobody knows what it said: its
    row is deleted.
    """
    memberships = apps.get_model("people", "GroupMembership").rows
    for community, rows in _by_community(memberships.exclude(token="")):
        tokens = [row.token for row in rows]
        texts = queries.opened(community=community, tokens=tokens, purpose=_USE)
        names = [row.apart_key for row in rows]
        memberships.filter(pk__in=[row.pk for row in rows if row.token not in texts]).delete()
        known = [row for row in rows if row.token in texts]
        for row in known:
            row.group, row.token, row.apart_key = texts[row.token], "", ""
        memberships.bulk_update(known, ["token", "apart_key", "group"], batch_size=400)
        operations.discard(community=community, tokens=tokens)
        vault.discard(community=community, subjects=names, store=APART)
