"""Data identifiers of DL/T 645: what each is, how many bytes, where its point stands.

-2007 annex A as read in public implementations (H for energy, demand, instant values, clock and
status words 1-3; the others M). -1997: M. What is in no table is shown raw.
"""

from enum import StrEnum
from functools import lru_cache

import msgspec

from linli.kernel.words import Words


class Form(StrEnum):
    """How the bytes of a value are read."""

    NUMBER = "number"
    BITS = "bits"
    """Binary, low byte first."""
    DIGITS = "digits"
    """BCD that is a name: a number of a meter, a code."""
    TEXT = "text"
    """ASCII, last letter first on the wire."""
    DATE = "date"
    """YYMMDDWW."""
    TIME = "time"
    """hhmmss."""
    PEAK = "peak"
    """A demand and the minute when it was reached, YYMMDDhhmm."""


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A data identifier. `size` is in bytes; a number has two digits a byte, the last `decimals`
    of them behind the point; `signed` where its highest bit is a sign.
    """

    code: str
    name: Words
    unit: str = ""
    size: int
    decimals: int = 0
    signed: bool = False
    form: Form = Form.NUMBER


# code of kind: zh, en, unit of the counted, unit of the demand, signed
_ENERGY = {
    "00": ("组合有功", "combined active", "kWh", "kW", True),
    "01": ("正向有功", "forward active", "kWh", "kW", False),
    "02": ("反向有功", "reverse active", "kWh", "kW", False),
    "03": ("组合无功1", "combined reactive 1", "kvarh", "kvar", True),
    "04": ("组合无功2", "combined reactive 2", "kvarh", "kvar", True),
    "05": ("第一象限无功", "reactive, quadrant 1", "kvarh", "kvar", False),
    "06": ("第二象限无功", "reactive, quadrant 2", "kvarh", "kvar", False),
    "07": ("第三象限无功", "reactive, quadrant 3", "kvarh", "kvar", False),
    "08": ("第四象限无功", "reactive, quadrant 4", "kvarh", "kvar", False),
    "09": ("正向视在", "forward apparent", "kVAh", "kVA", False),
    "0A": ("反向视在", "reverse apparent", "kVAh", "kVA", False),
    "15": ("A相正向有功", "phase A forward active", "kWh", "kW", False),
    "16": ("A相反向有功", "phase A reverse active", "kWh", "kW", False),
    "29": ("B相正向有功", "phase B forward active", "kWh", "kW", False),
    "2A": ("B相反向有功", "phase B reverse active", "kWh", "kW", False),
    "3D": ("C相正向有功", "phase C forward active", "kWh", "kW", False),
    "3E": ("C相反向有功", "phase C reverse active", "kWh", "kW", False),
}
_MOST_TARIFFS, _MOST_SETTLEMENTS = 0x3F, 0x0C

# 02 xx: zh, en, unit, size, decimals, signed, the first of the phases (0 where there is a total)
_INSTANT = {
    "01": ("电压", "voltage", "V", 2, 1, False, 1),
    "02": ("电流", "current", "A", 3, 3, True, 1),
    "03": ("瞬时有功功率", "active power", "kW", 3, 4, True, 0),
    "04": ("瞬时无功功率", "reactive power", "kvar", 3, 4, True, 0),
    "05": ("瞬时视在功率", "apparent power", "kVA", 3, 4, True, 0),
    "06": ("功率因数", "power factor", "", 2, 3, True, 0),
    "07": ("相角", "phase angle", "°", 2, 1, False, 1),
    "08": ("电压波形失真度", "voltage distortion", "%", 2, 2, False, 1),
    "09": ("电流波形失真度", "current distortion", "%", 2, 2, False, 1),
}
_PHASES = ("总", "A相", "B相", "C相")
_PHASES_EN = ("total", "phase A", "phase B", "phase C")

# code, zh, en, unit, size, decimals, signed
_NUMBERS_2007 = (
    ("02800001", "零线电流", "neutral current", "A", 3, 3, True),
    ("02800002", "电网频率", "grid frequency", "Hz", 2, 2, False),
    ("02800003", "一分钟有功平均功率", "active power over a minute", "kW", 3, 4, True),
    ("02800004", "当前有功需量", "active demand", "kW", 3, 4, True),
    ("02800005", "当前无功需量", "reactive demand", "kvar", 3, 4, True),
    ("02800006", "当前视在需量", "apparent demand", "kVA", 3, 4, True),
    ("02800007", "表内温度", "temperature inside", "℃", 2, 1, True),
    ("02800008", "时钟电池电压", "clock battery", "V", 2, 2, False),
    ("02800009", "停电抄表电池电压", "reading battery", "V", 2, 2, False),
    ("0280000A", "内部电池工作时间", "time on battery", "min", 4, 0, False),
    ("04000103", "最大需量周期", "demand period", "min", 1, 0, False),
    ("04000104", "滑差时间", "demand step", "min", 1, 0, False),
    ("04000105", "校表脉冲宽度", "pulse width", "ms", 2, 0, False),
    ("04000201", "年时区数", "seasons of a year", "", 1, 0, False),
    ("04000202", "日时段表数", "day tables", "", 1, 0, False),
    ("04000203", "日时段数", "periods of a day", "", 1, 0, False),
    ("04000204", "费率数", "tariffs", "", 1, 0, False),
    ("04000205", "公共假日数", "holidays", "", 2, 0, False),
    ("04000409", "电表有功常数", "active constant", "imp/kWh", 3, 0, False),
    ("0400040A", "电表无功常数", "reactive constant", "imp/kvarh", 3, 0, False),
)

# code, zh, en, size, form
_OTHERS_2007 = (
    ("04000101", "日期及星期", "date and weekday", 4, Form.DATE),
    ("04000102", "时间", "time", 3, Form.TIME),
    ("04000401", "通信地址", "address", 6, Form.DIGITS),
    ("04000402", "表号", "meter number", 6, Form.DIGITS),
    ("04000403", "资产管理编码", "asset code", 32, Form.TEXT),
    ("04000404", "额定电压", "rated voltage", 6, Form.TEXT),
    ("04000405", "额定电流", "rated current", 6, Form.TEXT),
    ("04000406", "最大电流", "largest current", 6, Form.TEXT),
    ("04000407", "有功准确度等级", "active accuracy class", 4, Form.TEXT),
    ("04000408", "无功准确度等级", "reactive accuracy class", 4, Form.TEXT),
    ("0400040B", "电表型号", "type", 10, Form.TEXT),
    ("0400040C", "生产日期", "made on", 10, Form.TEXT),
    ("0400040D", "协议版本号", "protocol version", 16, Form.TEXT),
    *((f"0400050{n}", f"电表运行状态字{n}", f"status word {n}", 2, Form.BITS) for n in range(1, 8)),
)

# -1997: code, zh, en, unit, size, decimals
_NUMBERS_1997 = (
    ("B611", "A相电压", "voltage, phase A", "V", 2, 0),
    ("B612", "B相电压", "voltage, phase B", "V", 2, 0),
    ("B613", "C相电压", "voltage, phase C", "V", 2, 0),
    ("B621", "A相电流", "current, phase A", "A", 2, 2),
    ("B622", "B相电流", "current, phase B", "A", 2, 2),
    ("B623", "C相电流", "current, phase C", "A", 2, 2),
    ("B630", "瞬时有功功率", "active power", "kW", 3, 4),
    ("B631", "A相有功功率", "active power, phase A", "kW", 3, 4),
    ("B632", "B相有功功率", "active power, phase B", "kW", 3, 4),
    ("B633", "C相有功功率", "active power, phase C", "kW", 3, 4),
    ("B640", "瞬时无功功率", "reactive power", "kvar", 2, 2),
    ("B641", "A相无功功率", "reactive power, phase A", "kvar", 2, 2),
    ("B642", "B相无功功率", "reactive power, phase B", "kvar", 2, 2),
    ("B643", "C相无功功率", "reactive power, phase C", "kvar", 2, 2),
    ("B650", "总功率因数", "power factor", "", 2, 3),
    ("B651", "A相功率因数", "power factor, phase A", "", 2, 3),
    ("B652", "B相功率因数", "power factor, phase B", "", 2, 3),
    ("B653", "C相功率因数", "power factor, phase C", "", 2, 3),
    ("C030", "电表有功常数", "active constant", "imp/kWh", 3, 0),
    ("C031", "电表无功常数", "reactive constant", "imp/kvarh", 3, 0),
)
_OTHERS_1997 = (
    ("C010", "日期及星期", "date and weekday", 4, Form.DATE),
    ("C011", "时间", "time", 3, Form.TIME),
    ("C020", "电表运行状态字", "status word", 1, Form.BITS),
    ("C021", "电网状态字", "grid status word", 1, Form.BITS),
    ("C032", "表号", "meter number", 6, Form.DIGITS),
    ("C033", "用户号", "user number", 6, Form.DIGITS),
    ("C034", "设备码", "device code", 6, Form.DIGITS),
)
_ENERGY_1997 = {
    "901": ("正向有功", "forward active", "kWh"),
    "902": ("反向有功", "reverse active", "kWh"),
    "911": ("正向无功", "forward reactive", "kvarh"),
    "912": ("反向无功", "reverse reactive", "kvarh"),
    "913": ("第一象限无功", "reactive, quadrant 1", "kvarh"),
    "914": ("第四象限无功", "reactive, quadrant 4", "kvarh"),
    "915": ("第二象限无功", "reactive, quadrant 2", "kvarh"),
    "916": ("第三象限无功", "reactive, quadrant 3", "kvarh"),
}
_MONTHS_1997 = {
    "0": ("", ""),
    "4": ("上月", ", last month"),
    "8": ("上上月", ", month before last"),
}
_LAST_TARIFF_1997 = 0xE

_FIXED = {
    row[0]: Identifier(
        code=row[0],
        name=Words(zh=row[1], en=row[2]),
        unit=row[3],
        size=row[4],
        decimals=row[5],
        signed=row[6],
    )
    for row in (*_NUMBERS_2007, *((*row, False) for row in _NUMBERS_1997))
} | {
    row[0]: Identifier(code=row[0], name=Words(zh=row[1], en=row[2]), size=row[3], form=row[4])
    for row in (*_OTHERS_2007, *_OTHERS_1997)
}

_CLASSES_2007 = {
    "03": Words(zh="事件记录", en="event record"),
    "05": Words(zh="冻结量", en="frozen values"),
    "06": Words(zh="负荷记录", en="load record"),
    "07": Words(zh="安全认证", en="security"),
}


@lru_cache(maxsize=4096)
def identified(code: str) -> Identifier | None:
    """Return what an identifier is: 8 hex digits of -2007, 4 of -1997, upper case."""
    fixed = _FIXED.get(code)
    if fixed is not None:
        return fixed
    if len(code) == 4:  # noqa: PLR2004
        return _energy_1997(code)
    kind = {"00": _energy, "01": _demand, "02": _instant}.get(code[:2])
    return kind(code) if kind else None


def class_of(code: str) -> Words | None:
    """Return the name of the class of an identifier that has no row of its own."""
    return _CLASSES_2007.get(code[:2]) if len(code) == 8 else None  # noqa: PLR2004


@lru_cache(maxsize=1024)
def members(code: str) -> tuple[str, ...]:
    """Return the identifiers of a block (FF, or F in -1997, where one counts), in their order."""
    if len(code) == 4 and code[3] == "F":  # noqa: PLR2004
        found = [f"{code[:3]}{n:X}" for n in range(_LAST_TARIFF_1997 + 1)]
    elif code[4:6] == "FF":
        found = [f"{code[:4]}{n:02X}{code[6:]}" for n in range(_MOST_TARIFFS + 1)]
    else:
        found = []
    return tuple(one for one in found if identified(one))


def _energy(code: str) -> Identifier | None:
    name = _tariff(code)
    if name is None:
        return None
    _, _, unit, _, signed = _ENERGY[code[2:4]]
    words = Words(zh=f"{name.zh}电能", en=f"{name.en} energy")
    return Identifier(code=code, name=words, unit=unit, size=4, decimals=2, signed=signed)


def _demand(code: str) -> Identifier | None:
    name = _tariff(code)
    if name is None:
        return None
    _, _, _, unit, signed = _ENERGY[code[2:4]]
    words = Words(zh=f"{name.zh}最大需量", en=f"{name.en} largest demand")
    return Identifier(
        code=code, name=words, unit=unit, size=8, decimals=4, signed=signed, form=Form.PEAK
    )


def _tariff(code: str) -> Words | None:
    """Return the name up to the quantity: settlement, kind, total or tariff."""
    kind, tariff, settlement = code[2:4], int(code[4:6], 16), int(code[6:], 16)
    if kind not in _ENERGY or tariff > _MOST_TARIFFS or settlement > _MOST_SETTLEMENTS:
        return None
    zh, en = _ENERGY[kind][:2]
    before = f"上{settlement}结算日" if settlement else "当前"
    before_en = f"settlement {settlement}: " if settlement else ""
    part = f"费率{tariff}" if tariff else "总"
    part_en = f"tariff {tariff}" if tariff else "total"
    return Words(zh=f"{before}{zh}{part}", en=f"{before_en}{en}, {part_en}")


def _instant(code: str) -> Identifier | None:
    kind, phase = code[2:4], int(code[4:6], 16)
    if kind not in _INSTANT or phase >= len(_PHASES) or code[6:] != "00":
        return None
    zh, en, unit, size, decimals, signed, first = _INSTANT[kind]
    if phase < first:
        return None
    words = Words(zh=f"{_PHASES[phase]}{zh}", en=f"{en}, {_PHASES_EN[phase]}")
    return Identifier(code=code, name=words, unit=unit, size=size, decimals=decimals, signed=signed)


def _energy_1997(code: str) -> Identifier | None:
    group, tariff = int(code[1], 16), int(code[3], 16)
    kind, ago = f"{code[0]}{group & 3:X}{code[2]}", f"{group & 0xC:X}"
    if kind not in _ENERGY_1997 or ago not in _MONTHS_1997 or tariff > _LAST_TARIFF_1997:
        return None
    zh, en, unit = _ENERGY_1997[kind]
    before, before_en = _MONTHS_1997[ago]
    part = f"费率{tariff}" if tariff else "总"
    words = Words(
        zh=f"{before}{zh}{part}电能",
        en=f"{en} energy, {f'tariff {tariff}' if tariff else 'total'}{before_en}",
    )
    return Identifier(code=code, name=words, unit=unit, size=4, decimals=2)
