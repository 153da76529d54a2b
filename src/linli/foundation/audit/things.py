"""What of somebody was looked at, as the trail has it beside the look, and as he reads it."""

from collections.abc import Mapping
from enum import StrEnum

from linli.kernel.words import Words


class Thing(StrEnum):
    """What was looked at: the words of a line. A line from before this was kept has none."""

    DATA = ""
    RECORD = "档案与号码 record and numbers"
    GROUPS = "特殊群体 special groups"
    CONSENTS = "同意情况 consents"
    PASSAGES = "通行记录 passages"
    PASSAGE = "通行与照片 passage and pictures"
    MESSAGE = "与部门往来 messages with departments"
    SHARED = "按授权提供 given as authorised"
    EMERGENCY = "应急记录 emergency notes"
    ASKED = "approvals"
    FOR_WARD = "for his ward"


THINGS: Mapping[Thing, Words] = {
    Thing.DATA: Words(zh="登记信息", en="what is registered"),
    Thing.RECORD: Words(zh="登记档案和号码", en="record and numbers"),
    Thing.GROUPS: Words(zh="特殊群体身份", en="special groups"),
    Thing.CONSENTS: Words(zh="同意情况", en="consents"),
    Thing.PASSAGES: Words(zh="通行记录", en="passages at doors"),
    Thing.PASSAGE: Words(zh="一次通行及照片", en="a passage and its pictures"),
    Thing.MESSAGE: Words(zh="与部门的往来内容", en="a message to or from a department"),
    Thing.SHARED: Words(zh="按授权提供给部门的信息", en="what you authorised for a department"),
    Thing.EMERGENCY: Words(zh="应急时记下的内容", en="what was written down in an emergency"),
    Thing.ASKED: Words(zh="待批事项中的姓名", en="the name in a request that waits"),
    Thing.FOR_WARD: Words(zh="监护代办所需信息", en="what a guardian is shown"),
}
LISTED = Words(zh="整份名单", en="a whole list")


def thing_of(words: str) -> Words:
    """Return what was looked at, by the words of a line; of other words what is said of any."""
    return THINGS[Thing(words)] if words in {one.value for one in Thing} else THINGS[Thing.DATA]
