"""What the codes of YKC mean, in both languages: faults, reasons to stop, reasons to refuse.

Reserved codes are left out: they show as their hex. V1.6, 7.2 and annex 11.1.
"""

from collections.abc import Mapping

from linli.kernel.words import Words


def _words(table: Mapping[int, tuple[str, str]]) -> dict[int, Words]:
    return {code: Words(zh=zh, en=en) for code, (zh, en) in table.items()}


FAULT_BITS = _words(
    {
        1: ("急停按钮动作", "emergency stop"),
        2: ("无可用整流模块", "no rectifier module"),
        3: ("出风口温度过高", "outlet air too hot"),
        4: ("交流防雷故障", "AC surge protection"),
        5: ("交直流模块 DC20 通信中断", "DC20 module silent"),
        6: ("绝缘检测模块 FC08 通信中断", "FC08 insulation monitor silent"),
        7: ("电度表通信中断", "meter silent"),
        8: ("读卡器通信中断", "card reader silent"),
        9: ("RC10 通信中断", "RC10 controller silent"),
        10: ("风扇调速板故障", "fan control"),
        11: ("直流熔断器故障", "DC fuse"),
        12: ("高压接触器故障", "high-voltage contactor"),
        13: ("门打开", "door open"),
    }
)
"""By number, from 1: bit 1 is the lowest."""

_COMPLETED = {
    0x40: ("App 远程停止", "stopped by the app"),
    0x41: ("SOC 达到 100%", "SOC 100%"),
    0x42: ("充电电量满足设定条件", "energy reached"),
    0x43: ("充电金额满足设定条件", "money reached"),
    0x44: ("充电时间满足设定条件", "time reached"),
    0x45: ("手动停止", "stopped by hand"),
}

_NOT_STARTED = {
    0x4A: ("充电桩控制系统故障", "controller fault"),
    0x4B: ("控制导引断开", "control pilot open"),
    0x4C: ("断路器跳位", "breaker tripped"),
    0x4D: ("电表通信中断", "meter silent"),
    0x4E: ("余额不足", "balance too low"),
    0x4F: ("充电模块故障", "charging module fault"),
    0x50: ("急停开入", "emergency stop"),
    0x51: ("防雷器异常", "surge protection"),
    0x52: ("BMS 未就绪", "BMS not ready"),
    0x53: ("温度异常", "temperature"),
    0x54: ("电池反接", "battery reversed"),
    0x55: ("电子锁异常", "connector lock"),
    0x56: ("合闸失败", "contactor did not close"),
    0x57: ("绝缘异常", "insulation"),
    0x59: ("接收 BMS 握手报文 BHM 超时", "BHM timeout"),
    0x5A: ("接收 BMS 和车辆辨识报文 BRM 超时", "BRM timeout"),
    0x5B: ("接收电池充电参数报文 BCP 超时", "BCP timeout"),
    0x5C: ("接收 BMS 完成充电准备报文 BRO 超时", "BRO AA timeout"),
    0x5D: ("接收电池充电总状态报文 BCS 超时", "BCS timeout"),
    0x5E: ("接收电池充电要求报文 BCL 超时", "BCL timeout"),
    0x5F: ("接收电池状态信息报文 BSM 超时", "BSM timeout"),
    0x60: ("BHM 阶段电池有电压", "battery voltage during BHM"),
    0x61: ("电池实际电压与 BCP 报文相差大于 5%", "battery voltage differs from BCP by over 5%"),
    0x62: ("预充电阶段 BRO 由 AA 变为 00", "BRO fell back to 00 during pre-charge"),
    0x63: ("接收主机配置报文超时", "host configuration timeout"),
    0x64: ("充电机未准备就绪", "charger not ready"),
}

_ABORTED = {
    0x6A: ("系统闭锁", "system locked"),
    0x6B: ("导引断开", "control pilot open"),
    0x6C: ("断路器跳位", "breaker tripped"),
    0x6D: ("电表通信中断", "meter silent"),
    0x6E: ("余额不足", "balance too low"),
    0x6F: ("交流保护动作", "AC protection"),
    0x70: ("直流保护动作", "DC protection"),
    0x71: ("充电模块故障", "charging module fault"),
    0x72: ("急停开入", "emergency stop"),
    0x73: ("防雷器异常", "surge protection"),
    0x74: ("温度异常", "temperature"),
    0x75: ("输出异常", "output"),
    0x76: ("充电无流", "no current"),
    0x77: ("电子锁异常", "connector lock"),
    0x79: ("总充电电压异常", "total voltage"),
    0x7A: ("总充电电流异常", "total current"),
    0x7B: ("单体充电电压异常", "cell voltage"),
    0x7C: ("电池组过温", "battery over-temperature"),
    0x7D: ("最高单体充电电压异常", "highest cell voltage"),
    0x7E: ("最高电池组过温", "highest battery temperature"),
    0x7F: ("BMV 单体充电电压异常", "BMV cell voltage"),
    0x80: ("BMT 电池组过温", "BMT battery temperature"),
    0x81: ("电池状态异常停止充电", "battery state"),
    0x82: ("车辆禁止充电", "forbidden by the vehicle"),
    0x83: ("充电桩断电", "pile lost power"),
    0x84: ("接收电池充电总状态报文超时", "BCS timeout"),
    0x85: ("接收电池充电要求报文超时", "BCL timeout"),
    0x86: ("接收电池状态信息报文超时", "BSM timeout"),
    0x87: ("接收 BMS 中止充电报文超时", "BST timeout"),
    0x88: ("接收 BMS 充电统计报文超时", "BSD timeout"),
    0x89: ("接收对侧 CCS 报文超时", "CCS timeout"),
}

_UNKNOWN = 0x90


def _stops() -> dict[int, Words]:
    stops = _words(_COMPLETED)
    stops |= {
        code: Words(zh=f"启动失败：{zh}", en=f"not started: {en}")
        for code, (zh, en) in _NOT_STARTED.items()
    }
    stops |= {
        code: Words(zh=f"异常中止：{zh}", en=f"aborted: {en}")
        for code, (zh, en) in _ABORTED.items()
    }
    stops[_UNKNOWN] = Words(zh="未知原因停止", en="unknown")
    return stops


STOPS = _stops()
"""Why a charging ended, by the code of the bill."""


def stop_reason(code: int) -> str:
    """Return code and English words, as `0x41 SOC 100%`."""
    found = STOPS.get(code)
    return f"0x{code:02X} {found.en}" if found else f"0x{code:02X}"


def fault_bits(mask: int) -> list[str]:
    """Return the English words of the bits that are set; one without words as `bit 14`."""
    return [fault.en for fault in faults(mask)]


def faults(mask: int) -> list[Words]:
    """Return the words of the bits that are set, lowest first."""
    return [
        FAULT_BITS.get(bit) or Words(zh=f"第 {bit} 位", en=f"bit {bit}")
        for bit in range(1, 17)
        if mask >> (bit - 1) & 1
    ]


CARD_REFUSED = {
    0: "none",
    1: "no such account",
    2: "account frozen",
    3: "balance too low",
    4: "card has an unsettled bill",
    5: "pile stopped",
    6: "not allowed on this pile",
    7: "wrong password",
    8: "station capacity",
    9: "no such VIN",
    10: "pile has an unsettled bill",
    11: "no card",
}
START_REFUSED = {
    0: "none",
    1: "id_mismatch",
    2: "already_charging",
    3: "fault",
    4: "offline",
    5: "not_plugged",
}
STOP_REFUSED = {0: "none", 1: "id_mismatch", 2: "not_charging", 3: "other"}
UPGRADED = {0: "ok", 1: "id_mismatch", 2: "wrong_model", 3: "download_timeout"}
BALANCE = {0: "ok", 1: "id_mismatch", 2: "wrong_card"}
CARDS_KEPT = {0: "none", 1: "wrong_card_number", 2: "storage_full"}
