"""Marks of credentials made anew, under another key of the blind indices, while doors go by both.

A controller goes by the key and the marks that it was told last; the numbers of what it is told
grow with each mark that is made anew, so that it fetches them as anything else that changed. A mark
that none of the keys made from its value cannot be made anew: it stays, all others go on, and the
key before is kept until somebody at the desk ends or replaces that credential, for under that key
alone it may still open a door.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from linli.contracts.doors import Way
from linli.domains.doors.logic import values
from linli.domains.doors.logic.values import BadValue, Shape
from linli.domains.doors.models import Credential, MarkedAnew, RightsVersion
from linli.domains.doors.operations import pulling, versions
from linli.domains.doors.queries import finding
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed

_AT_ONCE = 200
_OPEN = "open"
_log = logging.getLogger("linli.doors")


def remark(community: str, after: int, now: datetime) -> tuple[int, int]:
    """Answer `contracts.marks.remark`. What is left as it is, is told in the log and on the trail.

    :raises vault.logic.Broken: if a value cannot be opened by the keys there are
    """
    found = Credential.rows.of(community).filter(pk__gt=after).exclude(mark="", short="")
    rows = list(found.select_for_update(of=("self",)).order_by("pk")[:_AT_ONCE])
    keys = vault.index_keys(community=community)
    theirs = vault.data_keys(
        community=community, use=sealed.USE, subjects=[row.vault_key for row in rows]
    )
    told, lost = [], []
    for row in rows:
        made = _anew(row, theirs.get(row.vault_key), keys)
        if made is None:
            lost.append(row)
            continue
        row.mark, row.short = made
        if row.state == _OPEN:
            told.append(row)
        else:
            Credential.rows.of(community).filter(pk=row.pk).update(mark=row.mark, short=row.short)
    versions.changed(rows=told, now=now)
    _remember(community, [row.pk for row in lost], anew=not after)
    _say(lost, now)
    return len(rows), rows[-1].pk if rows else 0


def _remember(community: str, lost: Sequence[int], *, anew: bool) -> None:
    """Remember up to which version marks were made anew, and which could not be; those of the turn
    before are forgotten when one begins.
    """
    version = RightsVersion.rows.of(community).first()
    row, _ = MarkedAnew.rows.of(community).get_or_create()
    row.version = version.version if version else 0
    row.lost = [*([] if anew else row.lost), *lost]
    row.save(update_fields=["version", "lost"])


def _say(lost: Sequence[Credential], now: datetime) -> None:
    for row in lost:
        _log.error(
            "%s: no key made the mark of credential %s: left as it is", row.community, row.pk
        )
        audit.note(
            community=row.community, account=0, act=Act.WRITE, what=f"doors.Credential:{row.pk}",
            words="no key made its mark: left as it is, and the key before kept for it", now=now,
        )  # fmt: skip


def _anew(row: Credential, key: bytes | None, keys: Sequence[bytes]) -> tuple[str, str] | None:
    """Return the marks of a credential under the key in use: empty where nothing opens it any more,
    None if it bears marks that none of the keys made.
    """
    if key is None:
        return "", ""
    value = sealed.plain(row, _VALUE, key, row.community)
    try:
        shapes = list(_shapes(Way(row.way), value))
    except BadValue:
        return None
    for shape in shapes:
        for made in keys:
            if finding.marks(key=made, shape=shape) == (row.mark, row.short):
                return finding.marks(key=keys[0], shape=shape)
    return None


def _shapes(way: Way, value: str) -> Iterator[Shape]:
    """Yield what a value may have been when it was marked: of a card it is kept which of its two
    spellings is the smaller, and not on which side its last 24 bits were.
    """
    shape = finding.shape(way, value)
    yield shape
    if shape.short and shape.short != shape.value:
        other = finding.shape(way, bytes.fromhex(value)[::-1].hex().upper())
        yield Shape(space=values.space(way), value=value, short=other.short)


_VALUE = next(field for field in sealed.fields(Credential) if field.name == "value")


def behind(community: str) -> list[str]:
    """Answer `contracts.marks.behind`: the doors that keep rights and have not said that they hold
    those with the new marks; and the credentials that are not over and could not be marked anew.
    """
    row = MarkedAnew.rows.of(community).first()
    if row is None:
        return []
    lost = Credential.rows.of(community).filter(pk__in=row.lost, state__in=finding.LIVING)
    named = [f"credential {number}" for number in lost.order_by("pk").values_list("pk", flat=True)]
    return [*(door.device.code for door in pulling.behind(community, row.version)), *named]
