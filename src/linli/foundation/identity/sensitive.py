"""Sensitive acts: each asks for a factor shown lately (`logic.SHOWN_LASTS`), those of
`ONCE_A_SHIFT` for one shown within the shift. This is the only list; a door names the one that it
does, `may(permission, fresh=Sensitive.REVEAL)`.
"""

from collections.abc import Mapping
from enum import StrEnum

from linli.kernel.words import Words


class Sensitive(StrEnum):
    """What must not be done by whoever finds a screen that somebody left open."""

    OWN_FACTORS = "own_factors"
    RIGHTS = "rights"
    EMERGENCY = "emergency"
    APPROVAL = "approval"
    SCENE = "scene"
    PARTY = "party"
    DEPARTMENT = "department"
    MONEY = "money"
    REVEAL = "reveal"
    GUEST = "guest"
    PASSAGES = "passages"
    DOORS = "doors"
    DOORS_KEPT = "doors_kept"
    IMPORT = "import"
    EXPORT = "export"
    OWN_RECORD = "own_record"
    PERSONS_WISH = "persons_wish"


SENSITIVE: Mapping[Sensitive, Words] = {
    Sensitive.OWN_FACTORS: Words(zh="更改自己的验证方式", en="changing one's own factors"),
    Sensitive.RIGHTS: Words(
        zh="授予、收回权限，开立、重设、关闭账号",
        en="giving and taking back rights; opening, resetting, closing accounts",
    ),
    Sensitive.EMERGENCY: Words(
        zh="应急授权及事后审查", en="taking emergency access, and reviewing what was done alone"
    ),
    Sensitive.APPROVAL: Words(
        zh="作为第二人审批", en="letting pass or turning down as the second person"
    ),
    Sensitive.SCENE: Words(
        zh="审批涉及生命安全的场景与限值", en="approving scenes and limits of life safety"
    ),
    Sensitive.PARTY: Words(
        zh="审核、准入第三方，更换其密钥",
        en="reviewing and letting in third parties, renewing their secrets",
    ),
    Sensitive.DEPARTMENT: Words(
        zh="设置部门及其地址、密钥、字段", en="setting up departments: address, key, fields"
    ),
    Sensitive.MONEY: Words(
        zh="设置支付渠道、退款、支出现金",
        en="setting up providers of payment, paying back, paying out cash",
    ),
    Sensitive.REVEAL: Words(
        zh="在登记簿查看人员完整证件号码与电话",
        en="revealing whole identity numbers and telephones of people in the register",
    ),
    Sensitive.GUEST: Words(
        zh="在门岗查看访客完整姓名与电话",
        en="seeing a guest's whole name and telephone at the gate",
    ),
    Sensitive.PASSAGES: Words(zh="按姓名查看通行记录", en="seeing by name who passed the doors"),
    Sensitive.DOORS: Words(
        zh="开卡、换卡、设密码、授予门禁权限",
        en="handing out cards and PINs, giving rights to doors",
    ),
    Sensitive.DOORS_KEPT: Words(
        zh="设门、改门的设置，让门常开、关闭、停用",
        en="setting doors up; letting them stand open, shutting them, taking them out of use",
    ),
    Sensitive.IMPORT: Words(
        zh="导入人员登记表（含各人的同意）",
        en="importing people, with what each consented to",
    ),
    Sensitive.EXPORT: Words(zh="申请、取走导出", en="asking for exports and taking them out"),
    Sensitive.OWN_RECORD: Words(
        zh="下载自己的资料，申请更正或删除",
        en="taking out one's own record, asking that it be corrected or erased",
    ),
    Sensitive.PERSONS_WISH: Words(
        zh="办理本人的更正、删除，登记纸质或口头同意",
        en="carrying out what persons ask of us, and recording consents given at the desk",
    ),
}
"""In words, for the page of permissions."""

ONCE_A_SHIFT = frozenset({Sensitive.GUEST, Sensitive.PASSAGES, Sensitive.DOORS})
"""What is done many times an hour, at night too: a factor opens it for `logic.SHIFT_LASTS`."""
