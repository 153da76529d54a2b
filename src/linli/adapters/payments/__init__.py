"""Providers of payments: one line here and one file beside it is a new manner of speaking."""

from collections.abc import Mapping

from linli.adapters.payments.signed import Signed
from linli.foundation.money.ports import Speaks
from linli.kernel.words import Words

ADAPTERS: Mapping[str, tuple[Words, Speaks]] = {
    "signed": (Words(zh="签名回调（HMAC-SM3）", en="signed call-backs (HMAC-SM3)"), Signed()),
}
