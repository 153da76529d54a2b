"""What data are kept and read for: one table. Pure."""

from collections.abc import Collection
from enum import StrEnum

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.words import Words


class Basis(StrEnum):
    """On what ground personal data are kept for a purpose (Personal Information Protection Law,
    art. 13).
    """

    CONTRACT = "contract"
    """Serving the household as agreed; whoever does not want it may say so."""
    CONSENT = "consent"
    """Only with a consent of its own."""
    DUTY = "duty"
    """A duty by law."""
    EMERGENCY = "emergency"
    """To save life, health or property."""
    NONE = "none"
    """Nothing personal is kept for it."""


BASES: dict[Basis, Words] = {
    Basis.CONTRACT: Words(zh="物业服务约定", en="the service as agreed"),
    Basis.CONSENT: Words(zh="单独同意", en="a consent of its own"),
    Basis.DUTY: Words(zh="法定职责", en="a duty by law"),
    Basis.EMERGENCY: Words(zh="应急保护生命财产", en="to save life or property"),
    Basis.NONE: Words(zh="不含个人信息", en="nothing personal"),
}


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose in words. `withdrawal` says what ceases when somebody withdraws his consent to it;
    one without cannot be withdrawn. A `sensitive` one is confirmed twice before it is agreed to. To
    one that is agreed to `each` time nobody agrees as such: every use names its own authorisation.
    `asked`: silence is no consent; else what was said at registration counts until it is withdrawn.
    """

    name: Words
    basis: Basis
    withdrawal: Words | None = None
    sensitive: bool = False
    each: bool = False
    asked: bool = False


def _purpose(
    basis: Basis, zh: str, en: str, ceases: tuple[str, str] | None = None,
    *, grave: bool = False, each: bool = False, asked: bool = False,
) -> Purpose:  # fmt: skip
    withdrawal = Words(zh=ceases[0], en=ceases[1]) if ceases else None
    return Purpose(
        name=Words(zh=zh, en=en), basis=basis, withdrawal=withdrawal, sensitive=grave, each=each,
        asked=asked,
    )  # fmt: skip


PURPOSES: dict[str, Purpose] = {
    "operation": _purpose(Basis.NONE, "社区运行", "running the community"),
    "residence": _purpose(Basis.CONTRACT, "住户登记", "knowing who lives where"),
    "service": _purpose(
        Basis.CONTRACT, "上门或电话服务", "serving at the door or by telephone",
        ("工作人员为服务查看时不再看到您的电话", "staff who serve no longer see your telephone"),
    ),
    "visit": _purpose(
        Basis.CONSENT, "走访关怀", "visiting and looking after",
        ("不再为走访显示您的电话和特殊群体身份",
         "your telephone and special groups are no longer shown for visits"),
        grave=True, asked=True,
    ),
    "emergency": _purpose(Basis.EMERGENCY, "应急处置", "dealing with an emergency"),
    "verification": _purpose(Basis.DUTY, "身份核验", "making sure who somebody is"),
    "correction": _purpose(
        Basis.DUTY, "登记核对更正", "comparing and correcting the register"
    ),
    "visitors": _purpose(Basis.CONTRACT, "访客登记与对讲", "letting guests in"),
    "vehicles": _purpose(Basis.CONTRACT, "车辆进出与挪车", "letting vehicles in and moving them"),
    "access": _purpose(Basis.CONTRACT, "门禁通行", "opening doors and gates"),
    "face": _purpose(
        Basis.CONSENT, "刷脸开门", "opening doors by your face",
        ("各门口机删除您的人脸模板并逐台回执，其他开门方式照常",
         "every device deletes the template of your face and confirms it; all other ways remain"),
        grave=True, asked=True,
    ),
    "shops": _purpose(Basis.CONTRACT, "与商户联系", "reaching shops and companies"),
    "sharing": _purpose(
        Basis.CONSENT, "按您逐次的授权提供给部门",
        "giving to departments, as you authorise each time", grave=True, each=True,
    ),
    "work": _purpose(Basis.CONTRACT, "工作安排与联系", "arranging work, reaching at work"),
    "dispatch": _purpose(
        Basis.CONSENT, "在岗时就近派单", "sending the nearest who is on duty",
        ("不再记录您的位置，已有的位置即刻删除",
         "your position is no longer kept, and the last one is deleted"),
        grave=True, asked=True,
    ),
    "push": _purpose(
        Basis.CONSENT, "手机通知（推送）", "ringing your devices when no page is open",
        ("不再向您的设备推送，设备地址即刻删除",
         "your devices are not rung any more, and their addresses are deleted"),
        asked=True,
    ),
    "payment": _purpose(Basis.CONTRACT, "缴费与钱包", "paying and the wallet"),
    "account": _purpose(Basis.CONTRACT, "登录与账号安全", "signing in safely"),
    "report": _purpose(Basis.CONTRACT, "处理报修与诉求", "dealing with what was reported"),
    "proxy": _purpose(Basis.DUTY, "监护代办", "acting for you as your guardian"),
    "record": _purpose(Basis.DUTY, "履职与安全留痕", "recording who did what"),
    "alarm": _purpose(Basis.DUTY, "处置告警", "dealing with an alarm"),
    "case": _purpose(Basis.DUTY, "调查事件", "looking into a case"),
    "maintenance": _purpose(Basis.CONTRACT, "检查摄像机", "checking the camera"),
}  # fmt: skip
"""In the order in which a resident reads them."""

AT_THE_DESK = ("service", "visit")
"""To these one says yes or no on paper or by word of mouth too; to a face, a position or a device
where it is taken.
"""


class UnknownPurpose(Fault):
    """A purpose is none of those declared, or none was named where one must be."""

    key = "privacy.unknown_purpose"
    status = 422


def purpose(said: str, *, among: Collection[str] = tuple(PURPOSES)) -> Purpose:
    """Return a purpose.

    :param among: those that will do
    :raises UnknownPurpose: if it is none of them
    """
    if said not in among:
        raise UnknownPurpose(purpose=said[:32], purposes="、".join(among))
    return PURPOSES[said]
