"""Roles and what they may do: one table. A permission is `<noun>.<verb>`."""

EVERYWHERE = "*"
"""In the place of a community: all of them."""

PERMISSIONS: dict[str, frozenset[str]] = {
    "guard": frozenset(
        {"register.read", "devices.read", "devices.command", "alarms.read", "alarms.handle",
         "cases.read", "cases.report", "cases.handle", "pictures.read", "scenes.read",
         "notices.read"}
    ),
    "engineer": frozenset(
        {"register.read", "devices.read", "devices.command", "alarms.read", "alarms.handle",
         "cases.read", "cases.report", "cases.handle", "scenes.read", "notices.read"}
    ),
    "grid_worker": frozenset(
        {"register.read", "register.people", "devices.read", "alarms.read", "cases.read",
         "cases.report", "cases.handle", "cases.check", "scenes.read", "notices.read"}
    ),
    "front_desk": frozenset(
        {"register.read", "register.people", "devices.read", "alarms.read", "cases.read",
         "cases.report", "cases.file", "scenes.read", "notices.read"}
    ),
    "supervisor": frozenset(
        {"register.read", "devices.read", "alarms.read", "cases.read", "cases.report",
         "cases.file", "cases.check", "cases.close", "scenes.read", "scenes.approve",
         "notices.read"}
    ),
    "dispatcher": frozenset(
        {"register.read", "devices.read", "alarms.read", "alarms.handle", "cases.read",
         "cases.report", "cases.dispatch", "scenes.read", "notices.read"}
    ),
    "resident": frozenset({"cases.report", "notices.read"}),
    "manager": frozenset(
        {"register.read", "register.people", "register.write", "register.export", "devices.read",
         "devices.write", "devices.command", "devices.override", "alarms.read", "alarms.handle",
         "cases.read", "cases.report", "cases.file", "cases.dispatch", "cases.handle",
         "cases.check", "cases.close", "pictures.read", "scenes.read", "scenes.write",
         "scenes.approve", "notices.read", "notices.write", "system.read"}
    ),
    "operator": frozenset(
        {"register.read", "register.write", "register.export", "devices.read", "devices.write",
         "devices.command", "alarms.read", "cases.read", "scenes.read", "scenes.write",
         "notices.read", "notices.write", "accounts.write", "system.read"}
    ),
    "auditor": frozenset(
        {"register.read", "audit.read", "devices.read", "alarms.read", "cases.read",
         "scenes.read", "notices.read"}
    ),
}  # fmt: skip
"""Filing and dispatching are two roles' acts; the manager of a small estate holds both, and
operations still refuse one person both for one case (`cases.same_person_files_and_dispatches`)."""


def permissions(roles: frozenset[str]) -> frozenset[str]:
    """Return all that these roles together may do."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))
