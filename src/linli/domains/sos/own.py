"""What calls for help hold on who called, as he may read it himself; and what is left when he is
erased: that a call was dealt with, without his words and where he was.
"""

from collections.abc import Sequence
from datetime import datetime

from linli.contracts.privacy import Held
from linli.domains.sos.models import Call, Ring
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import moment, row_told, told
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.words import Words, alike

_SHOWN = ("position", "note")
_RANG = Words(zh="响铃于", en="rang at")
_KEPT = Words(
    zh="求助了结后留作处置记录；位置半年后销毁",
    en="kept as the record of the help given; the position is destroyed after half a year",
)


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return what the calls that somebody raised hold on him, and for which ones his telephone
    rang: of each the newest, `most` at most.
    """
    return [*_raised(community, account, most), *_rung(community, account, most)]


def _rung(community: str, account: int, most: int) -> Sequence[Held]:
    rows = Ring.rows.of(community).filter(account=account).order_by("-pk")[:most]
    return [
        row_told(
            row, kind=Words(zh="求助呼叫", en="rung for a call for help"), record=f"#{row.call_id}",
            kept=_KEPT, said={"account": row.at}, names={"account": _RANG},
        )
        for row in rows
    ]  # fmt: skip


def _raised(community: str, account: int, most: int) -> Sequence[Held]:
    rows = list(Call.rows.of(community).filter(caller=account).order_by("-pk")[:most])
    sealed.open_all(rows, community=community, purpose="emergency")
    data = declared(Call)
    return [
        Held(
            kind=Words(zh="一键求助", en="call for help"),
            record=alike(moment(row.started_at)),
            kept=_KEPT,
            fields=[
                told(data[name], value) for name in _SHOWN if (value := str(getattr(row, name)))
            ],
        )
        for row in rows
    ]


def erase(community: str, subject: str, account: int, by: int, now: datetime) -> None:
    """Take words and positions out of somebody's calls; the keys of the positions are destroyed."""
    rows = Call.rows.of(community).filter(caller=account)
    keys = list(rows.exclude(vault_key="").values_list("vault_key", flat=True))
    rows.update(note="", position_sealed="", vault_key="")
    for key in keys:
        vault.destroy(community=community, subject=key, account=by, words=subject, now=now)
