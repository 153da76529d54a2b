"""What takes two persons: the kinds, who lets each pass, and what then happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of request that a second person lets pass. `approves` is the permission of that
    person, everywhere in the community; a request that nobody decides lapses after `hours`, and
    what was let pass must be used within as many. Of one whose request holds not all that must be
    known of it, as a name, that person is told the rest `beside` it, while it waits.
    """

    name: Words
    approves: str
    hours: int = 72
    beside: bool = False


EXPORT, MASS_MESSAGE, DELETION = "export", "mass_message", "deletion"
BULK_COMMAND, RIGHTS, KEYS = "bulk_command", "rights", "keys"
RELEASE, REFUND, TARIFF = "release", "refund", "tariff"
PAY_OUT, PAY_BACK, PROVIDER = "pay_out", "pay_back", "provider"
DEPARTMENT, MOVE, MEMBER, JOIN = "department", "move", "member", "join"
DOORS = "doors"

KINDS: Mapping[str, Kind] = {
    EXPORT: Kind(name=Words(zh="批量导出", en="bulk export"), approves="exports.approve", hours=24),
    RELEASE: Kind(name=Words(zh="数据发布", en="release of data"), approves="exports.approve"),
    MASS_MESSAGE: Kind(
        name=Words(zh="群发广播", en="mass message"), approves="notices.approve", hours=24
    ),
    DELETION: Kind(
        name=Words(zh="删除档案", en="deletion from the register"), approves="register.approve"
    ),
    BULK_COMMAND: Kind(
        name=Words(zh="批量危险指令", en="dangerous command to many devices"),
        approves="devices.approve",
        hours=1,
    ),
    RIGHTS: Kind(
        name=Words(zh="授予权限", en="giving rights"), approves="accounts.approve", beside=True
    ),
    REFUND: Kind(name=Words(zh="退款", en="refund"), approves="money.approve"),
    PAY_OUT: Kind(name=Words(zh="支付余额或分成", en="pay-out"), approves="money.approve"),
    PAY_BACK: Kind(
        name=Words(zh="退还第三方服务账款", en="pay-back to a service"), approves="money.approve"
    ),
    PROVIDER: Kind(
        name=Words(zh="支付渠道地址或密钥变更", en="address or key of a payment provider"),
        approves="money.approve",
    ),
    TARIFF: Kind(name=Words(zh="价格调整", en="change of a tariff"), approves="tariffs.approve"),
    MOVE: Kind(name=Words(zh="迁入迁出", en="move in or out"), approves="register.approve"),
    MEMBER: Kind(
        name=Words(zh="户主结束成员居住", en="head of a household: a member leaves"),
        approves="doors.issue",
        beside=True,
    ),
    JOIN: Kind(
        name=Words(zh="户主邀请成员入住", en="head of a household: a member joins"),
        approves="register.approve",
        beside=True,
    ),
    DEPARTMENT: Kind(
        name=Words(
            zh="设置部门（地址、密钥、可带内容）", en="a department: address, key, what goes there"
        ),
        approves="exchange.approve",
    ),
    DOORS: Kind(
        name=Words(zh="门常开", en="doors that stand open"), approves="devices.approve", hours=24
    ),
    KEYS: Kind(name=Words(zh="密钥操作", en="key operation"), approves="keys.approve", hours=24),
}
"""By what the rows say."""


class LetPass(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the second person let it pass: what exactly is to be done, whose wish it was
    and why, who agreed. `cause` is the id of the fact that says so.
    """

    approval: int
    kind: str
    community: str
    about: str
    request: dict[str, Any]
    by: int
    approved_by: int
    reason: str = ""
    cause: str
    now: datetime


carry_out: Port[[LetPass], None] = Port("approvals.carry_out")
"""Do what was let pass, in the transaction of the decision: where it is refused, nothing was
decided. What waits for its asker to use it does nothing here.
"""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads what he may let pass, and whether he may know all people here by name."""

    community: str
    account: int
    names: bool


beside: Port[[Reader, str, Sequence[str], datetime], Mapping[str, Sequence[Words]]] = Port(
    "approvals.beside"
)
"""Asked with a reader, a kind, what its requests are about, and the time: what he who may let them
pass is told beside each, by what it is about. It is kept nowhere with the request.
"""


class ApprovalAsked(Event, frozen=True, kw_only=True):
    """Somebody asks for what takes a second person; `kind` is one of `KINDS`."""

    approval: int
    kind: str
    by: int


class ApprovalDecided(Event, frozen=True, kw_only=True):
    """A request was decided: `state` is approved, refused or withdrawn."""

    approval: int
    kind: str
    state: str
    by: int
