"""What notices hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held
from linli.domains.notices import queries
from linli.domains.notices.models import Hearer
from linli.domains.notices.operations import pushing
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.kernel.words import Words


def held(community: str, account: int) -> Sequence[Held]:
    """Return the devices that ring for somebody."""
    data = declared(Hearer)
    return [
        Held(
            kind=Words(zh="接收通知的设备", en="device that is rung"),
            record=f"{row.agreed_at:%Y-%m-%d}",
            purposes=(pushing.PURPOSE,),
            kept=Words(
                zh="撤回、退出登录或设备失效即删",
                en="until withdrawn or signed out, or until the device is gone",
            ),
            fields=[told(data["device"], row.device), told(data["endpoint"], row.endpoint)],
        )
        for row in queries.hearers(community=community, accounts=[account])
    ]
