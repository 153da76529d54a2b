"""What a third party may be given at most, and of what it can be told."""

from collections.abc import Mapping

from linli.contracts.alarms import AlarmClosed, AlarmGone, AlarmOpened
from linli.contracts.cases import CaseMoved, CaseOverdue
from linli.contracts.devices import CommandMoved, DeviceWentOffline, DeviceWentOnline
from linli.contracts.scenes import ModeSet
from linli.kernel.event import Event
from linli.kernel.words import Words

SCOPES: Mapping[str, Words] = {
    "places.read": Words(zh="查看楼栋、房间等地点", en="see buildings, rooms and other places"),
    "devices.read": Words(zh="查看设备及其读数", en="see devices and their readings"),
    "alarms.read": Words(zh="查看报警", en="see alarms"),
    "cases.read": Words(zh="查看案件", en="see cases"),
    "cases.report": Words(
        zh="报修、报事，并查看自己报的", en="report what is the matter, and see one's own reports"
    ),
    "cases.text": Words(
        zh="阅读您报事时写的文字和照片（可能含姓名、电话）",
        en="read what you wrote in your reports, and see their photographs (names and numbers may "
        "be in them)",
    ),
    "scenes.read": Words(zh="查看场景与模式", en="see scenes and modes"),
    "notices.read": Words(zh="查看通知", en="see notices"),
}
"""Scopes are permissions; what is not here is given to no third party. `cases.text` opens the words
of those alone who agreed to it.
"""

TOPICS: Mapping[str, tuple[type[Event], str]] = {
    fact.__name__: (fact, permission)
    for permission, facts in {
        "alarms.read": (AlarmOpened, AlarmGone, AlarmClosed),
        "cases.read": (CaseMoved, CaseOverdue),
        "devices.read": (DeviceWentOnline, DeviceWentOffline, CommandMoved),
        "scenes.read": (ModeSet,),
    }.items()
    for fact in facts
}
"""Facts that can be told, by name, and the scope that each needs."""


def unknown_scopes(scopes: list[str]) -> list[str]:
    """Return those that are not offered."""
    return sorted(set(scopes) - set(SCOPES))


def untold(topics: list[str], scopes: frozenset[str]) -> list[str]:
    """Return the topics that there are not, or that these scopes do not reach."""
    return sorted(
        topic for topic in set(topics) if topic not in TOPICS or TOPICS[topic][1] not in scopes
    )
