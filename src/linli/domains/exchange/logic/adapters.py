"""Every adapter by its name: one line here and one file beside it is a new manner of speaking."""

from collections.abc import Mapping

from linli.domains.exchange.logic.workorder import WorkOrder
from linli.domains.exchange.ports import Adapter
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class UnknownAdapter(Fault):
    key = "exchange.unknown_adapter"
    status = 422


ADAPTERS: Mapping[str, tuple[Words, Adapter]] = {
    "workorder": (Words(zh="工单接口（HMAC-SM3 签名）", en="work orders (HMAC-SM3)"), WorkOrder()),
}


def adapter(name: str) -> Adapter:
    """Return an adapter.

    :raises UnknownAdapter: if there is none of this name
    """
    if name not in ADAPTERS:
        raise UnknownAdapter(adapter=name[:24])
    return ADAPTERS[name][1]
