"""What notices hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held
from linli.domains.notices import queries
from linli.domains.notices.models import Hearer, Reading
from linli.domains.notices.operations import pushing
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import row_told, told
from linli.kernel.words import Words, alike


def held(community: str, account: int, most: int) -> Sequence[Held]:
    """Return the devices that ring for somebody, and which notices he has read: of these the
    newest, `most` at most.
    """
    return [*_devices(community, account), *_read(community, account, most)]


def _read(community: str, account: int, most: int) -> Sequence[Held]:
    rows = Reading.rows.of(community).filter(account=account).order_by("-pk")[:most]
    return [
        row_told(
            row, kind=Words(zh="已读通知", en="notice read"), record=f"#{row.notice_id}",
            kept=Words(zh="与通知同样保存", en="kept as long as the notice"),
            said={"account": row.at}, names={"account": Words(zh="读于", en="read at")},
        )
        for row in rows
    ]  # fmt: skip


def _devices(community: str, account: int) -> Sequence[Held]:
    data = declared(Hearer)
    return [
        Held(
            kind=Words(zh="接收通知的设备", en="device that is rung"),
            record=alike(f"{row.agreed_at:%Y-%m-%d}"),
            purposes=(pushing.PURPOSE,),
            kept=Words(
                zh="撤回、退出登录或设备失效即删",
                en="until withdrawn or signed out, or until the device is gone",
            ),
            fields=[told(data["device"], row.device), told(data["endpoint"], row.endpoint)],
        )
        for row in queries.hearers(community=community, accounts=[account])
    ]
