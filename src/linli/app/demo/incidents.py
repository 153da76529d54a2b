"""What can befall 和睦里: each incident a row of steps, in seconds from its beginning."""

from collections.abc import Mapping
from typing import NamedTuple

from linli.app.demo.moment import Value
from linli.kernel.words import Words


class LetIn(NamedTuple):
    """Something flows in: so much of a property's unit a second, for so long."""

    at_s: float
    devices: str
    name: str
    rate: float
    for_s: float


class Hold(NamedTuple):
    """Properties are stuck at values for so long. An event held does not happen."""

    at_s: float
    devices: str
    values: Mapping[str, Value]
    for_s: float


class Tell(NamedTuple):
    """A device tells an event, with what else it has to say."""

    at_s: float
    devices: str
    event: str
    more: Mapping[str, Value] = {}


class Silence(NamedTuple):
    """A device, or a gateway with all behind it, says nothing for so long."""

    at_s: float
    devices: str
    for_s: float


class Curve(NamedTuple):
    """A property follows a line through points (seconds, value), then goes its own way again."""

    at_s: float
    devices: str
    name: str
    points: tuple[tuple[float, float], ...]


class Refuse(NamedTuple):
    """A device does nothing that it is told, of these services (of all, if none), for so long."""

    at_s: float
    devices: str
    services: frozenset[str]
    reason: str
    for_s: float


Step = LetIn | Hold | Tell | Silence | Curve | Refuse


class Incident(NamedTuple):
    """An incident. `devices` of a step is a pattern of codes (`ups-*`), or `it`: the device that it
    befalls, by default the first that fits `usual`.
    """

    words: Words
    usual: str
    steps: tuple[Step, ...]


IT = "it"
_STUCK: dict[str, Value] = {
    "running": False,
    "occupied": True,
    "in_door_zone": False,
    "lift_door": "closed",
    "lift_fault": "door",
    "speed_m_s": 0.0,
    "lift_floor": 7,
}

_OVERHEATS = (
    Hold(0, IT, {"connector_state": "charging"}, 300),
    Hold(10, IT, {"charger_temperature_c": 96.0}, 600),
    Hold(120, IT, {"fault": True}, 490),
)
"""It charges, gets too hot, and after a while protects itself, if nobody has stopped it."""


def _incident(zh: str, en: str, usual: str, *steps: Step) -> Incident:
    return Incident(Words(zh=zh, en=en), usual, steps)


INCIDENTS: dict[str, Incident] = {
    "garage-co": _incident(
        "车库里一辆车没有熄火", "a car left running fills the garage", "co-g1-z1-1",
        LetIn(0, IT, "co_mg_m3", 2.5, 75),
    ),
    "leak": _incident(
        "住户家里水管破裂", "a pipe bursts in a flat", "leak-b*",
        LetIn(0, IT, "water_leak", 1.0, 600),
    ),
    "lift-trapped": _incident(
        "电梯困人", "a lift stops between floors with a passenger", "lift-b10-1-1",
        Hold(0, IT, _STUCK, 240), Tell(4, IT, "trapped", {"floor": 7}), Tell(9, IT, "lift_alarm"),
    ),
    "sos": _incident("老人按下求助按钮", "an elder presses the SOS button", "sos-*",
                     Tell(0, IT, "sos")),
    "fire": _incident(
        "楼道起火冒烟", "smoke on a landing", "smoke-b13-1-05",
        Hold(0, IT, {"smoke": True}, 240), Hold(20, "smoke-b13-1-07", {"smoke": True}, 200),
        Tell(35, "mcp-b13-1", "manual_alarm"), Tell(260, "mcp-b13-1", "reset"),
    ),
    "gas": _incident("厨房燃气泄漏", "gas escapes in a kitchen", "gas-*",
                     LetIn(0, IT, "gas_pct_lel", 1.4, 300)),
    "ebike": _incident(
        "电动自行车充电过热", "an e-bike overheats at its socket", "ebike-shed-2-7",
        Hold(0, IT, {"plugged_in": True}, 300), LetIn(0, IT, "temperature_c", 1.2, 200),
    ),
    "ebike-lift": _incident("电动自行车推进电梯", "an e-bike is pushed into a lift",
                            "cam-lift-b16-1-1", Tell(0, IT, "ebike_seen")),
    "door": _incident("单元门被撬", "an entrance is forced", "door-b05-1",
                      Tell(0, IT, "forced"), Hold(0, IT, {"door_open": True}, 300)),
    "elder": _incident("老人跌倒", "an elder falls", "band-*", Tell(0, IT, "fall")),
    "elder-quiet": _incident(
        "独居老人久无活动", "an elder is not seen to move", "pass-*",
        Hold(0, IT, {"passage": True, "motion": False}, 13 * 3600),
    ),
    "bin": _incident("垃圾桶满溢", "a bin overflows", "bin-lane-1-1",
                     Hold(0, IT, {"fill_pct": 96}, 7200)),
    "bin-fire": _incident("垃圾桶阴燃", "a bin smoulders", "bin-lane-2-3",
                          Hold(0, IT, {"temperature_c": 74.0}, 900)),
    "power": _incident(
        "市电中断", "mains power is lost", "cab-substation-1",
        Hold(0, "ups-*", {"on_battery": True}, 240),
        Hold(0, "ftx-*", {"mains_ok": False}, 240),
        Hold(0, "cab-substation-*", {"voltage_v": 0.0, "current_a": 0.0, "power_w": 0.0}, 240),
        Tell(0, IT, "tripped"),
    ),
    "flood": _incident(
        "暴雨倒灌车库", "a cloudburst runs into the garage", "wet-g1-z1",
        Hold(0, "env-*", {"rain_mm_h": 58.0}, 300), LetIn(5, IT, "water_level_cm", 0.8, 150),
    ),
    "pump": _incident(
        "生活水泵故障", "a supply pump fails", "pump-pump-house-1",
        Hold(0, IT, {"running": False, "fault": True, "pressure_mpa": 0.11, "flow_m3_h": 0.0}, 600),
    ),
    "water-main": _incident(
        "总表阀门卡在半途", "the valve of the main water meter is stuck half way", "vwm-pump-house",
        Hold(0, IT, {"fault": True}, 600),
    ),
    "meter-voltage": _incident(
        "入户电压偏高", "a home's voltage is too high", "em-*",
        Hold(0, IT, {"voltage_v": 252.0}, 2400),
    ),
    "panel-fire": _incident(
        "消防主机报火警，部件未登记", "a fire panel tells a fire of a part that nobody entered",
        "ftx-fire-room-1", Tell(0, IT, "fire_alarm"), Tell(300, IT, "reset"),
    ),
    "charger-overheat": _incident(
        "充电桩过热停机（OCPP）", "a charge point is too hot and stops (OCPP)", "ev-g1-z2-1",
        *_OVERHEATS,
    ),
    "pile-overheat": _incident(
        "充电桩过热停机（云快充）", "a charging pile is too hot and stops (YKC)", "ev-g2-z2-1",
        *_OVERHEATS,
    ),
    "serial-server": _incident(
        "电表串口服务器掉线", "the serial server of the meters loses its line", "line-em-1",
        Silence(0, IT, 900),
    ),
    "tank": _incident("水箱液位过低", "a tank runs low", "tank-pump-house-1",
                      Hold(0, IT, {"level_pct": 12.0}, 900)),
    "electrical": _incident("配电回路漏电", "current leaks from a circuit", "ef-b07",
                            Hold(0, IT, {"residual_current_ma": 520}, 300)),
    "transformer": _incident("变压器过热", "a transformer overheats", "tx-substation-1",
                             LetIn(0, IT, "winding_temperature_c", 0.6, 240)),
    "perimeter": _incident("有人翻越周界", "somebody climbs the fence", "beam-edge-w-2",
                           Tell(0, IT, "beam_crossed"), Hold(0, IT, {"beam_broken": True}, 6)),
    "thrown": _incident("高空抛物", "something falls from a window", "cam-plaza-1",
                        Tell(0, IT, "object_thrown", {"floor": 14})),
    "lane": _incident("消防通道被占", "a car blocks the fire lane", "lane-lane-1-1",
                      Hold(0, IT, {"lane_taken": True}, 900)),
    "manhole": _incident("井盖移位", "a manhole cover is off", "cover-lane-3-2",
                         Hold(0, IT, {"cover_tilted": True}, 1200)),
    "noise": _incident("广场噪声扰民", "noise on the plaza", "noise-plaza-1",
                       Hold(0, IT, {"noise_db": 71.5}, 1200)),
    "dust": _incident("空气重度污染", "foul air", "env-garden-s",
                      Hold(0, "env-*", {"pm25_ug_m3": 160, "pm10_ug_m3": 210}, 5400)),
    "offline": _incident("网关断线", "a gateway loses its line", "gw-b03-1", Silence(0, IT, 420)),
    "barrier": _incident("道闸卡住", "a barrier sticks", "bar-g1-ramp",
                         Hold(0, IT, {"barrier_position": "opening"}, 240)),
}  # fmt: skip
"""By the name on the command line."""
