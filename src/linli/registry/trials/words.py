"""What people call kinds of place, boards and severities."""

from collections.abc import Mapping

from linli.kernel.words import Words

PLACES: Mapping[str, Words] = {
    "estate": Words(zh="小区", en="Estate"),
    "cell": Words(zh="网格", en="Grid cell"),
    "zone": Words(zh="区域", en="Zone"),
    "building": Words(zh="楼栋", en="Building"),
    "unit": Words(zh="单元", en="Unit"),
    "floor": Words(zh="楼层", en="Floor"),
    "room": Words(zh="房间", en="Room"),
    "garage": Words(zh="车库", en="Garage"),
    "gate": Words(zh="出入口", en="Gate"),
    "lift": Words(zh="电梯", en="Lift"),
    "public_room": Words(zh="公共用房", en="Public room"),
    "office": Words(zh="办公用房", en="Office"),
}

BOARDS: Mapping[str, Words] = {
    "safety": Words(zh="安全", en="Safety"),
    "environment": Words(zh="环境", en="Environment"),
    "service": Words(zh="服务", en="Service"),
    "activity": Words(zh="活动", en="Activity"),
    "device_health": Words(zh="设备健康", en="Device health"),
}

SEVERITIES: Mapping[str, Words] = {
    "critical": Words(zh="紧急", en="Critical"),
    "major": Words(zh="重要", en="Major"),
    "minor": Words(zh="一般", en="Minor"),
    "info": Words(zh="提示", en="Info"),
}

TRUTH = (Words(zh="否", en="off"), Words(zh="是", en="on"))
"""What people call 0 and 1 of a boolean."""


def named(word: str, words: Mapping[str, Words]) -> Words:
    """Return what a word is called; the word itself where nobody has called it anything."""
    return words.get(word, Words(zh=word, en=word))
