"""Where telephones were is destroyed half a year after; that somebody called stays."""

from datetime import datetime, timedelta

from django.db import transaction

from linli.contracts.directory import communities
from linli.domains.sos import queries
from linli.foundation.vault import operations as vault

KEPT = timedelta(days=180)
_AT_ONCE = 200


def forget(*, now: datetime) -> int:
    """Destroy the positions of calls that were over half a year ago, some of them; return how
    many.
    """
    return sum(_forget(community, now) for community in communities())


@transaction.atomic
def _forget(community: str, now: datetime) -> int:
    rows = queries.old_positions(community=community, before=now - KEPT, limit=_AT_ONCE)
    for row in rows:
        vault.destroy(
            community=community, subject=row.vault_key, account=0, words=f"call:{row.pk}", now=now
        )
        row.position_sealed, row.vault_key, row.note = "", "", ""
        row.save(update_fields=["position_sealed", "vault_key", "note"])
    return len(rows)
