"""The tables of GB/T 26875.3-2011 as data: commands, types, systems, parts, bits, analogues.

Read in the standard (tables 2–6, figures 6–10 and 46) and checked against implementations; names in
English are ours. 128–255 are the user's own everywhere.
"""

from collections.abc import Mapping
from typing import NamedTuple

from linli.kernel.words import Words

USERS_OWN = 128

CONTROL, SEND, CONFIRM, REQUEST, ANSWER, DENY = 1, 2, 3, 4, 5, 6


def _words(rows: Mapping[int, tuple[str, str]]) -> dict[int, Words]:
    return {number: Words(zh=zh, en=en) for number, (zh, en) in rows.items()}


def name(table: Mapping[int, Words], number: int) -> Words:
    """Return what a number is called; reserved numbers and the user's own have names too."""
    found = table.get(number)
    if found is not None:
        return found
    if number >= USERS_OWN:
        return Words(zh=f"用户自定义 {number}", en=f"user-defined {number}")
    return Words(zh=f"预留 {number}", en=f"reserved {number}")


COMMANDS = _words(
    {
        CONTROL: ("控制命令", "control"),
        SEND: ("发送数据", "send data"),
        CONFIRM: ("确认", "confirm"),
        REQUEST: ("请求", "request"),
        ANSWER: ("应答", "answer"),
        DENY: ("否认", "deny"),
    }
)

TYPES = _words(
    {
        1: ("上传建筑消防设施系统状态", "state of fire systems"),
        2: ("上传建筑消防设施部件运行状态", "state of parts"),
        3: ("上传建筑消防设施部件模拟量值", "analogue values of parts"),
        4: ("上传建筑消防设施操作信息", "operations at fire systems"),
        5: ("上传建筑消防设施软件版本", "software versions of fire systems"),
        6: ("上传建筑消防设施系统配置情况", "configuration of fire systems"),
        7: ("上传建筑消防设施部件配置情况", "configuration of parts"),
        8: ("上传建筑消防设施系统时间", "clocks of fire systems"),
        21: ("上传用户信息传输装置运行状态", "state of the transmission device"),
        24: ("上传用户信息传输装置操作信息", "operations at the transmission device"),
        25: ("上传用户信息传输装置软件版本", "software version of the transmission device"),
        26: ("上传用户信息传输装置配置情况", "configuration of the transmission device"),
        28: ("上传用户信息传输装置系统时间", "clock of the transmission device"),
        61: ("读建筑消防设施系统状态", "read state of fire systems"),
        62: ("读建筑消防设施部件运行状态", "read state of parts"),
        63: ("读建筑消防设施部件模拟量值", "read analogue values of parts"),
        64: ("读建筑消防设施操作信息", "read operations at fire systems"),
        65: ("读建筑消防设施软件版本", "read software versions of fire systems"),
        66: ("读建筑消防设施系统配置情况", "read configuration of fire systems"),
        67: ("读建筑消防设施部件配置情况", "read configuration of parts"),
        68: ("读建筑消防设施系统时间", "read clocks of fire systems"),
        81: ("读用户信息传输装置运行状态", "read state of the transmission device"),
        84: ("读用户信息传输装置操作信息记录", "read operations at the transmission device"),
        85: ("读用户信息传输装置软件版本", "read software version of the transmission device"),
        86: ("读用户信息传输装置配置情况", "read configuration of the transmission device"),
        88: ("读用户信息传输装置系统时间", "read clock of the transmission device"),
        89: ("初始化用户信息传输装置", "initialise the transmission device"),
        90: ("同步用户信息传输装置时钟", "set clock of the transmission device"),
        91: ("查岗命令", "on-duty check"),
    }
)

MOST = {
    1: 102, 2: 22, 3: 63, 4: 102, 6: 3, 7: 26, 24: 127,
    61: 102, 62: 22, 63: 63, 64: 102, 66: 3, 67: 26, 84: 102,
}  # fmt: skip
"""How many objects a frame of a type may have; 127 where the standard gives no number."""

SYSTEMS = _words(
    {
        0: ("通用", "general"),
        1: ("火灾报警系统", "fire alarm system"),
        10: ("消防联动控制器", "fire linkage controller"),
        11: ("消火栓系统", "hydrant system"),
        12: ("自动喷水灭火系统", "sprinkler system"),
        13: ("气体灭火系统", "gas extinguishing system"),
        14: ("水喷雾灭火系统（泵启动方式）", "water spray system, started by pump"),
        15: ("水喷雾灭火系统（压力容器启动方式）", "water spray system, started by vessel"),
        16: ("泡沫灭火系统", "foam system"),
        17: ("干粉灭火系统", "dry powder system"),
        18: ("防烟排烟系统", "smoke control system"),
        19: ("防火门及卷帘系统", "fire door and shutter system"),
        20: ("消防电梯", "firefighters' lift"),
        21: ("消防应急广播", "emergency broadcast"),
        22: ("消防应急照明和疏散指示系统", "emergency lighting and exit signs"),
        23: ("消防电源", "fire power supply"),
        24: ("消防电话", "fire telephone"),
    }
)

PARTS = _words(
    {
        0: ("通用", "general"),
        1: ("火灾报警控制器", "fire alarm controller"),
        10: ("可燃气体探测器", "combustible gas detector"),
        11: ("点型可燃气体探测器", "point combustible gas detector"),
        12: ("独立式可燃气体探测器", "standalone combustible gas detector"),
        13: ("线型可燃气体探测器", "line combustible gas detector"),
        16: ("电气火灾监控报警器", "electrical fire monitor"),
        17: ("剩余电流式电气火灾监控探测器", "residual current detector"),
        18: ("测温式电气火灾监控探测器", "cable temperature detector"),
        21: ("探测回路", "detection loop"),
        22: ("火灾显示盘", "fire display panel"),
        23: ("手动火灾报警按钮", "manual call point"),
        24: ("消火栓按钮", "hydrant button"),
        25: ("火灾探测器", "fire detector"),
        30: ("感温火灾探测器", "heat detector"),
        31: ("点型感温火灾探测器", "point heat detector"),
        32: ("点型感温火灾探测器（S型）", "point heat detector, type S"),
        33: ("点型感温火灾探测器（R型）", "point heat detector, type R"),
        34: ("线型感温火灾探测器", "line heat detector"),
        35: ("线型感温火灾探测器（S型）", "line heat detector, type S"),
        36: ("线型感温火灾探测器（R型）", "line heat detector, type R"),
        37: ("光纤感温火灾探测器", "fibre heat detector"),
        40: ("感烟火灾探测器", "smoke detector"),
        41: ("点型离子感烟火灾探测器", "ionisation smoke detector"),
        42: ("点型光电感烟火灾探测器", "optical smoke detector"),
        43: ("线型光束感烟火灾探测器", "beam smoke detector"),
        44: ("吸气式感烟火灾探测器", "aspirating smoke detector"),
        50: ("复合式火灾探测器", "combined fire detector"),
        51: ("复合式感烟感温火灾探测器", "combined smoke and heat detector"),
        52: ("复合式感光感温火灾探测器", "combined flame and heat detector"),
        53: ("复合式感光感烟火灾探测器", "combined flame and smoke detector"),
        61: ("紫外火焰探测器", "ultraviolet flame detector"),
        62: ("红外火焰探测器", "infrared flame detector"),
        69: ("感光火灾探测器", "light fire detector"),
        74: ("气体探测器", "gas detector"),
        78: ("图像摄像方式火灾探测器", "video fire detector"),
        79: ("感声火灾探测器", "acoustic fire detector"),
        81: ("气体灭火控制器", "gas extinguishing controller"),
        82: ("消防电气控制装置", "fire electrical control unit"),
        83: ("消防控制室图形显示装置", "fire control room display"),
        84: ("模块", "module"),
        85: ("输入模块", "input module"),
        86: ("输出模块", "output module"),
        87: ("输入/输出模块", "input and output module"),
        88: ("中继模块", "relay module"),
        91: ("消防水泵", "fire pump"),
        92: ("消防水箱", "fire water tank"),
        95: ("喷淋泵", "sprinkler pump"),
        96: ("水流指示器", "water flow switch"),
        97: ("信号阀", "signal valve"),
        98: ("报警阀", "alarm valve"),
        99: ("压力开关", "pressure switch"),
        101: ("阀驱动装置", "valve drive"),
        102: ("防火门", "fire door"),
        103: ("防火阀", "fire damper"),
        104: ("通风空调", "ventilation and air conditioning"),
        105: ("泡沫液泵", "foam pump"),
        106: ("管网电磁阀", "solenoid valve"),
        111: ("防烟排烟风机", "smoke fan"),
        113: ("排烟防火阀", "smoke exhaust damper"),
        114: ("常闭送风口", "air inlet, normally closed"),
        115: ("排烟口", "smoke outlet"),
        116: ("电控挡烟垂壁", "smoke curtain"),
        117: ("防火卷帘控制器", "fire shutter controller"),
        118: ("防火门监控器", "fire door monitor"),
        121: ("警报装置", "sounder"),
    }
)

NORMAL_BIT, FIRE_BIT = 1, 2
"""Bit 0: 1 is normal running, 0 is test. Devices in the field send 0 with real fires."""

TEST_MODE = "test_mode(bit0=0)"

SYSTEM_BITS: Mapping[int, str] = {
    0: "normal_running", 1: "fire_alarm", 2: "fault", 3: "shielded", 4: "supervised",
    5: "started", 6: "feedback", 7: "delayed", 8: "main_power_fault", 9: "standby_power_fault",
    10: "bus_fault", 11: "manual", 12: "configuration_changed", 13: "reset",
}  # fmt: skip
PART_BITS: Mapping[int, str] = {
    0: "normal_running", 1: "fire_alarm", 2: "fault", 3: "shielded", 4: "supervised",
    5: "started", 6: "feedback", 7: "delayed", 8: "power_fault",
}  # fmt: skip
DEVICE_BITS: Mapping[int, str] = {
    0: "normal_monitoring", 1: "fire_alarm", 2: "fault", 3: "main_power_fault",
    4: "standby_power_fault", 5: "link_fault", 6: "line_fault",
}  # fmt: skip
OPERATIONS: Mapping[int, str] = {
    0: "reset", 1: "silence", 2: "manual_alarm", 3: "clear", 4: "self_test", 5: "confirm",
    6: "test",
}  # fmt: skip
"""Bit 5 told by the transmission device (type 24) answers an on-duty check."""

BIT_WORDS: Mapping[str, Words] = {
    bit: Words(zh=zh, en=en)
    for bit, zh, en in (
        ("normal_running", "正常运行", "normal running"),
        ("normal_monitoring", "正常监视", "normal monitoring"),
        (TEST_MODE, "测试", "test"),
        ("fire_alarm", "火警", "fire alarm"),
        ("fault", "故障", "fault"),
        ("shielded", "屏蔽", "shielded"),
        ("supervised", "监管", "supervised"),
        ("started", "启动（开启）", "started (open)"),
        ("feedback", "反馈", "feedback"),
        ("delayed", "延时", "delayed"),
        ("power_fault", "电源故障", "power fault"),
        ("main_power_fault", "主电故障", "main power fault"),
        ("standby_power_fault", "备电故障", "standby power fault"),
        ("bus_fault", "总线故障", "bus fault"),
        ("manual", "手动", "manual"),
        ("configuration_changed", "配置改变", "configuration changed"),
        ("reset", "复位", "reset"),
        ("link_fault", "与监控中心通信信道故障", "link to the centre lost"),
        ("line_fault", "监测连接线路故障", "line to the panel lost"),
        ("silence", "消音", "silenced"),
        ("manual_alarm", "手动报警", "manual alarm"),
        ("clear", "警情消除", "alarm cleared"),
        ("self_test", "自检", "self-test"),
        ("confirm", "确认", "confirmed"),
        ("test", "测试", "test"),
    )
}


class Analogue(NamedTuple):
    """A kind of measurement: `step` is what one of the raw number stands for."""

    name: Words
    unit: str
    step: float


ANALOGUES: Mapping[int, Analogue] = {
    number: Analogue(Words(zh=zh, en=en), unit, step)
    for number, zh, en, unit, step in (
        (1, "事件计数", "count of events", "", 1.0),
        (2, "高度", "height", "m", 0.01),
        (3, "温度", "temperature", "℃", 0.1),
        (4, "压力", "pressure", "MPa", 0.1),
        (5, "压力", "pressure", "kPa", 0.1),
        (6, "气体浓度", "gas concentration", "%LEL", 0.1),
        (7, "时间", "time", "s", 1.0),
        (8, "电压", "voltage", "V", 0.1),
        (9, "电流", "current", "A", 0.1),
        (10, "流量", "flow", "L/s", 0.1),
        (11, "风量", "air volume", "m3/min", 0.1),
        (12, "风速", "air speed", "m/s", 1.0),
    )
}


def bits(value: int, table: Mapping[int, str]) -> tuple[str, ...]:
    """Return the names of the bits that are set, lowest first; a test is told last.

    Bits that the standard reserves are told as `bit14`.
    """
    top = max(table)
    found = [table[bit] for bit in table if value >> bit & 1]
    found += [f"bit{bit}" for bit in range(top + 1, 16) if value >> bit & 1]
    if table[0].startswith("normal") and not value & NORMAL_BIT:
        found.append(TEST_MODE)
    return tuple(found)


def _models(rows: Mapping[str, tuple[int, ...]]) -> dict[int, str]:
    return {part: model for model, parts in rows.items() for part in parts}


MODELS = _models(
    {
        "gas_detector": (10, 11, 12, 13, 74),
        "electrical_fire_monitor": (16, 17, 18),
        "manual_call_point": (23, 24),
        "heat_detector": (*range(30, 38), 52),
        "smoke_detector": (25, *range(40, 45), 50, 51, 53),
        "water_tank": (92,),
        "hydrant_sensor": (99,),
        "fire_door": (102, 118),
        "siren": (121,),
        "fire_part": (
            *(0, 1, 21, 22, 61, 62, 69, 78, 79, *range(81, 89), 91, 95, 96, 97, 98, 101),
            *(103, 104, 105, 106, 111, 113, 114, 115, 116, 117),
        ),
    }
)
"""The thing model that a stranger of a part type most likely is."""
