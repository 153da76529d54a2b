"""Roles and what they may do: one table. A permission is `<noun>.<verb>`."""

from linli.kernel.words import Words

EVERYWHERE = "*"
"""In the place of a community: all of them."""

_SEES = frozenset({"charging.own", "charging.read", "places.read", "register.read",
                   "devices.read", "alarms.read", "cases.read", "cases.report",
                   "scenes.read", "notices.read", "approvals.read", "sos.call", "privacy.own",
                   "money.own"})  # fmt: skip
"""What everybody who works in the estate sees."""
_WORKS = _SEES | {"doors.duty"}
"""And who is staff there: doors open for him as his rights at work, and his shift, are."""
_LIVES = frozenset({"parking.own", "charging.own", "doors.own", "visits.own", "cases.report",
                    "cases.text", "notices.read", "parties.agree", "sos.call", "home.own",
                    "places.public",
                    "privacy.own", "money.own"})  # fmt: skip
"""What everybody who lives or trades in the estate may do."""

PERMISSIONS: dict[str, frozenset[str]] = {
    "resident": _LIVES,
    "household_head": _LIVES | {"household.own"},
    "guardian": _LIVES,
    "proxy_helper": _LIVES,
    "merchant": _LIVES | {"parking.coupon"},
    "third_party": frozenset(
        {"places.read", "devices.read", "alarms.read", "cases.read", "cases.report",
         "cases.text", "scenes.read", "notices.read", "webhooks.write", "parties.own"}
    ),
    "guard": _WORKS | {"doors.read", "doors.open", "passages.read", "parking.read",
                      "parking.handle", "charging.handle", "visits.handle", "devices.command",
                      "alarms.handle", "cases.handle", "pictures.read",
                      "tours.read", "tours.walk", "sos.read", "sos.answer"},
    "engineer": _WORKS | {"parking.read", "charging.handle", "devices.command", "alarms.handle",
                         "cases.handle"},
    "cleaner": frozenset(
        {"places.read", "register.read", "cases.read", "cases.report", "cases.handle",
         "notices.read", "approvals.read", "sos.call", "privacy.own", "money.own",
         "doors.duty"}
    ),
    "finance": frozenset(
        {"parking.read", "places.read", "register.read", "cases.report", "notices.read",
         "approvals.read", "sos.call", "privacy.own",
         "money.own", "money.read", "money.write", "tariffs.read", "tariffs.write",
         "doors.duty"}
    ),
    "front_desk": _WORKS | {"doors.read", "doors.open", "doors.issue", "parking.read",
                           "parking.handle", "parking.wishes", "parking.coupon",
                           "visits.handle", "register.people", "consents.record",
                           "cases.file", "exchange.read", "exchange.write",
                           "sos.read", "sos.answer"},
    "grid_worker": _WORKS | {"register.people", "consents.record", "cases.handle", "cases.check"},
    "supervisor": _WORKS | {"doors.read", "parking.read", "cases.file", "cases.check",
                           "cases.close", "scenes.approve",
                           "tours.read", "tours.walk", "tours.write", "sos.read", "sos.answer",
                           "register.approve", "notices.approve", "devices.approve",
                           "parties.read", "parties.approve", "exchange.read", "exchange.approve",
                           "money.approve",
                           "tariffs.read", "tariffs.approve"},
    "dispatcher": _WORKS | {"alarms.handle", "cases.dispatch", "tours.read", "sos.read",
                           "sos.answer"},
    "manager": _WORKS | {
        "doors.read", "doors.open", "doors.issue", "doors.manage", "passages.read",
        "parking.read", "parking.handle", "parking.wishes", "parking.manage", "parking.coupon",
        "charging.handle", "charging.write",
        "visits.handle",
        "tours.read", "tours.write", "sos.read", "sos.answer", "sos.write",
        "register.people", "consents.record", "register.write", "register.export",
        "register.approve",
        "exports.approve", "devices.write", "devices.command", "devices.override",
        "devices.approve", "alarms.handle", "cases.file", "cases.dispatch", "cases.handle",
        "cases.check", "cases.close", "pictures.read", "scenes.write", "scenes.approve",
        "notices.write", "notices.approve", "accounts.read", "accounts.write",
        "accounts.approve", "emergency.review", "privacy.handle", "system.read", "parties.read",
        "parties.write", "parties.approve", "exchange.read", "exchange.write", "exchange.manage",
        "exchange.approve",
        "money.read", "money.write", "money.approve", "money.manage", "tariffs.read",
        "tariffs.write", "tariffs.approve",
    },
    "neighbourhood_committee": frozenset(
        {"places.read", "register.read", "alarms.read", "cases.read", "cases.report",
         "notices.read", "notices.approve", "approvals.read", "privacy.own"}
    ),
    "street_office": frozenset({"cases.read", "cases.report", "notices.read"}),
    "department": frozenset({"cases.read", "notices.read"}),
    "operator": (_SEES - {"cases.report"}) | {
        "parking.read", "parking.manage",
        "register.write", "register.export", "devices.write", "devices.command", "scenes.write",
        "notices.write", "accounts.read", "accounts.write", "system.read",
        "parties.read", "parties.write",
    },
    "security_officer": (_SEES - {"cases.report"}) | {
        "doors.read", "passages.read",
        "accounts.read", "accounts.approve", "exports.approve", "register.approve",
        "devices.approve", "keys.approve", "emergency.review", "privacy.own", "privacy.handle",
        "system.read", "parties.read", "parties.approve", "exchange.approve",
    },
    "auditor": (_SEES - {"cases.report"}) | {
        "audit.read", "accounts.read", "parties.read", "exchange.read", "money.read",
        "tariffs.read",
    },
}  # fmt: skip
"""Deny by default: what stands not here is nobody's. Filing and dispatching are two roles' acts;
the manager of a small estate holds both, and operations still refuse one person both for one case
(`cases.same_person_files_and_dispatches`). `logic.APART` says which roles are never one person's.
"""

FOR_WARD = frozenset({"doors.own", "visits.own", "home.own", "charging.own", "money.own"})
"""What a guardian does in the place of his ward (`guard.WARD`). His privacy page is asked for by
whom it is about; nothing else is done for another.
"""

LIVING = frozenset({"resident", "household_head", "guardian", "proxy_helper", "merchant"})
"""Roles of people who live or trade here; whoever has another works here, or for it."""


NAMES: dict[str, Words] = {
    "resident": Words(zh="居民", en="resident"),
    "household_head": Words(zh="户主", en="head of household"),
    "guardian": Words(zh="监护人", en="guardian"),
    "proxy_helper": Words(zh="代办人", en="helper by proxy"),
    "merchant": Words(zh="商户", en="merchant"),
    "third_party": Words(zh="第三方", en="third party"),
    "guard": Words(zh="保安", en="guard"),
    "engineer": Words(zh="工程师", en="engineer"),
    "cleaner": Words(zh="保洁员", en="cleaner"),
    "finance": Words(zh="财务", en="finance"),
    "front_desk": Words(zh="前台", en="front desk"),
    "grid_worker": Words(zh="网格员", en="grid worker"),
    "supervisor": Words(zh="监督员", en="supervisor"),
    "dispatcher": Words(zh="派遣员", en="dispatcher"),
    "manager": Words(zh="物业经理", en="manager"),
    "neighbourhood_committee": Words(zh="居委会", en="neighbourhood committee"),
    "street_office": Words(zh="街道办", en="street office"),
    "department": Words(zh="职能部门", en="department"),
    "operator": Words(zh="平台运营", en="platform operator"),
    "security_officer": Words(zh="安全员", en="security officer"),
    "auditor": Words(zh="审计员", en="auditor"),
}
"""As people call them."""


def permissions(roles: frozenset[str]) -> frozenset[str]:
    """Return all that these roles together may do."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))
