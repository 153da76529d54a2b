"""Numbers that people and things carry: what is a right one, and why another is wrong.

Resident identity number (GB 11643), unified social credit code (GB 32100), number plate (GA 36),
mobile number. Modelled on these standards as read in implementations and second-hand.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Literal

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.words import Words

Kind = Literal["id", "uscc", "plate", "phone", "contact"]


class UnknownCheck(Fault):
    key = "kernel.unknown_check"
    status = 404


class Checked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a check found. `value` is the number as it should be written.

    `reason` says in words why it is wrong; None where it is right. `historic` marks a number of the
    first generation: right in its day, not to be entered now. `colour` is a plate's usual one.
    """

    kind: str
    value: str
    valid: bool
    reason: Words | None = None
    historic: bool = False
    born_on: date | None = None
    sex: Literal["F", "M"] | None = None
    colour: str | None = None


_REASONS = {
    "empty": Words(zh="没有填写。", en="Nothing was entered."),
    "id_length": Words(
        zh="身份证号应为 18 位，现为 {n} 位。", en="An ID number has 18 signs; this has {n}."
    ),
    "id_signs": Words(
        zh="前 17 位应为数字，末位为数字或 X。",
        en="The first 17 signs are digits, the last a digit or X.",
    ),
    "id_birth": Words(
        zh="第 7–14 位不是有效的出生日期：{part}。",
        en="Signs 7 to 14 are no date of birth: {part}.",
    ),
    "id_future": Words(
        zh="出生日期 {part} 还没有到。", en="The date of birth {part} has not come yet."
    ),
    "check_sign": Words(
        zh="校验位不对，末位应为 {right}，请核对是否抄错。",
        en="The check sign is wrong: it should be {right}. Compare it with the original.",
    ),
    "id_historic": Words(
        zh="15 位身份证号已停用，只作历史记录；请填写 18 位号码。",
        en="15-digit ID numbers are kept for history only; enter the one of 18.",
    ),
    "uscc_length": Words(
        zh="统一社会信用代码应为 18 位，现为 {n} 位。",
        en="A unified social credit code has 18 signs; this has {n}.",
    ),
    "uscc_signs": Words(
        zh="统一社会信用代码不含“{part}”（只用数字和除 I、O、S、V、Z 外的大写字母）。",
        en="A credit code has no “{part}”: only digits and capitals other than I, O, S, V, Z.",
    ),
    "plate": Words(
        zh="不是车牌号：应为省份简称、一个字母和 5 位（新能源 6 位）字母或数字，不用 I 和 O。",
        en="Not a plate: a province, a letter and 5 (new energy: 6) letters or digits, no I or O.",
    ),
    "phone": Words(
        zh="不是手机号：应为 1 开头的 11 位数字，可加 +86。",
        en="Not a mobile number: 11 digits that begin with 1, with or without +86.",
    ),
    "contact": Words(
        zh="不是电话号码：可填手机号、带区号的座机，或以 + 开头的国际号码。",
        en="Not a telephone number: a mobile, a landline with its area code, or + and a country.",
    ),
}


def check(kind: str, value: str, *, today: date | None = None) -> Checked:
    """Return what is to be said of a number; `today` refuses dates of birth yet to come.

    :raises UnknownCheck: if there is no such kind of number
    """
    if kind not in _CHECKS:
        raise UnknownCheck(kind=kind)
    text = re.sub(r"[\s·•]+", "", unicodedata.normalize("NFKC", value)).upper()
    if not text:
        return _wrong(kind, "", "empty")
    found = _CHECKS[kind](text)
    if today and found.born_on and found.born_on > today:
        return _wrong(kind, text, "id_future", part=found.born_on.isoformat())
    return found


def _wrong(kind: str, value: str, reason: str, **values: object) -> Checked:
    words = _REASONS[reason]
    said = Words(zh=words.zh.format(**values), en=words.en.format(**values))
    return Checked(kind=kind, value=value, valid=False, reason=said)


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS = "10X98765432"
_ID_LENGTH, _OLD_ID_LENGTH = 18, 15


def _id(text: str) -> Checked:
    """GB 11643: birth in signs 7 to 14, an odd 17th is a man, the last checks the rest."""
    if len(text) == _OLD_ID_LENGTH and re.fullmatch(r"[0-9]{15}", text):
        return _old_id(text)
    if len(text) != _ID_LENGTH:
        return _wrong("id", text, "id_length", n=len(text))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return _wrong("id", text, "id_signs")
    born_on = _day(text[6:14])
    if born_on is None:
        return _wrong("id", text, "id_birth", part=text[6:14])
    right = id_check_sign(text[:17])
    if text[17] != right:
        return _wrong("id", text, "check_sign", right=right)
    return Checked(kind="id", value=text, valid=True, born_on=born_on, sex=_sex(text[16]))


def id_check_sign(digits: str) -> str:
    """Return the last sign of an identity number from its first 17 digits."""
    total = sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=True))
    return _ID_SIGNS[total % 11]


def _old_id(text: str) -> Checked:
    """The first generation: a year of two digits, of the nineteen-hundreds, and no check sign."""
    born_on = _day("19" + text[6:12])
    if born_on is None:
        return _wrong("id", text, "id_birth", part=text[6:12])
    return Checked(
        kind="id",
        value=text,
        valid=False,
        historic=True,
        reason=_REASONS["id_historic"],
        born_on=born_on,
        sex=_sex(text[14]),
    )


def _sex(digit: str) -> Literal["F", "M"]:
    return "M" if int(digit) % 2 else "F"


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_LENGTH = 18


def _uscc(text: str) -> Checked:
    """GB 32100: 17 signs of 31, weighted, and one that brings the sum to a multiple of 31."""
    if len(text) != _USCC_LENGTH:
        return _wrong("uscc", text, "uscc_length", n=len(text))
    strange = next((sign for sign in text if sign not in _USCC_SIGNS), None)
    if strange:
        return _wrong("uscc", text, "uscc_signs", part=strange)
    right = uscc_check_sign(text[:17])
    if text[17] != right:
        return _wrong("uscc", text, "check_sign", right=right)
    return Checked(kind="uscc", value=text, valid=True)


def uscc_check_sign(signs: str) -> str:
    """Return the last sign of a credit code from its first 17."""
    total = sum(_USCC_SIGNS.index(s) * w for s, w in zip(signs, _USCC_WEIGHTS, strict=True))
    return _USCC_SIGNS[(31 - total % 31) % 31]


_PROVINCE = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_LETTER = "A-HJ-NP-Z"
_ENERGY = "A-HJK"
"""D and F at first, then A, B, C, E (electric) and G, H, J, K (others)."""

_PLATES = (
    ("blue", re.compile(f"[{_PROVINCE}][{_LETTER}][{_LETTER}0-9]{{5}}")),
    ("yellow", re.compile(f"[{_PROVINCE}][{_LETTER}][{_LETTER}0-9]{{4}}[挂学]")),
    ("white", re.compile(f"[{_PROVINCE}][{_LETTER}][{_LETTER}0-9]{{4}}警")),
    ("black", re.compile(f"[{_PROVINCE}][{_LETTER}][{_LETTER}0-9]{{4}}[港澳]")),
    ("green", re.compile(f"[{_PROVINCE}][{_LETTER}][{_ENERGY}][{_LETTER}0-9][0-9]{{4}}")),
    ("yellow_green", re.compile(f"[{_PROVINCE}][{_LETTER}][0-9]{{5}}[{_ENERGY}]")),
)
PLATE_COLOURS = tuple(colour for colour, _ in _PLATES)


def _plate(text: str) -> Checked:
    """GA 36: seven signs; eight where the vehicle is driven by new energy, small or large."""
    text = text.replace("-", "")
    for colour, pattern in _PLATES:
        if pattern.fullmatch(text):
            return Checked(kind="plate", value=text, valid=True, colour=colour)
    return _wrong("plate", text, "plate")


_MOBILE = re.compile(r"(?:(?:\+|00)86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"(?:(?:\+|00)86|0)((?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7})")
_ABROAD = re.compile(r"(?:\+|00)((?!86)[1-9][0-9]{7,14})")


def _phone(text: str) -> Checked:
    """A mobile number of the mainland, written as E.164."""
    text = _digits(text)
    if found := _MOBILE.fullmatch(text):
        return Checked(kind="phone", value=f"+86{found[1]}", valid=True)
    return _wrong("phone", text, "phone")


def _contact(text: str) -> Checked:
    """Any number that can be called: mobile, landline with its area code, abroad; as E.164."""
    text = _digits(text)
    for country, pattern in (("86", _MOBILE), ("86", _LANDLINE), ("", _ABROAD)):
        if found := pattern.fullmatch(text):
            return Checked(kind="contact", value=f"+{country}{found[1]}", valid=True)
    return _wrong("contact", text, "contact")


def _digits(text: str) -> str:
    return re.sub(r"[-()]", "", text)


_CHECKS: dict[str, Callable[[str], Checked]] = {
    "id": _id,
    "uscc": _uscc,
    "plate": _plate,
    "phone": _phone,
    "contact": _contact,
}
