"""Invented names and numbers. No number here can be anybody's.

Identity numbers and credit codes stand in the region 999999, which no authority has; mobile numbers
in one block of ten thousand; plates begin with 浙Z, a letter that province does not give out.
"""

from datetime import date
from hashlib import sha256
from itertools import accumulate
from random import Random

from linli.kernel.checks import id_check_sign, uscc_check_sign

INVENTED_REGION = "999999"
INVENTED_NOTE = "演示人物，姓名、证件号、电话均为虚构"

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
)
_HOW_COMMON = tuple(accumulate(1 / (rank + 8) for rank in range(len(_SURNAMES))))
_MALE = "伟强磊军洋勇杰涛明超亮刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁志远建国文德海天成立永"
_FEMALE = "芳娜敏静丽艳娟霞秀燕玲桂萍红英梅兰洁琳晶欣怡佳雪慧颖倩雅婷莹瑶玉珍凤云春月淑琴"
_SHARED = "子思晓嘉一小安乐和若"
_TWO_SIGNS = 0.8


def surname(random: Random) -> str:
    """Return a family name; the commoner ones come oftener."""
    return random.choices(_SURNAMES, cum_weights=_HOW_COMMON)[0]


def name(random: Random, *, family: str, sex: str) -> str:
    """Return a full name."""
    own = _MALE if sex == "M" else _FEMALE
    last = random.choice(own)
    if random.random() > _TWO_SIGNS:
        return family + last
    return family + random.choice(own + _SHARED) + last


def id_number(*, born_on: date, sex: str, serial: int) -> str:
    """Return a number that checks; `serial` (below 500) tells one day's people apart."""
    order = serial * 2 + (1 if sex == "M" else 0)
    digits = f"{INVENTED_REGION}{born_on:%Y%m%d}{order:03d}"
    return digits + id_check_sign(digits)


def phone(serial: int) -> str:
    """Return the mobile number of a serial below 10,000, as E.164."""
    return f"+86199000{serial:05d}"


def plate(serial: int, *, electric: bool) -> str:
    """Return a plate by a serial below 10,000."""
    return f"浙ZD{serial:05d}" if electric else f"浙Z{serial:05d}"


def uscc(serial: int) -> str:
    """Return a unified social credit code with a right check sign."""
    signs = f"92{INVENTED_REGION}MA{serial:07d}"
    return signs + uscc_check_sign(signs)


def card_number(code: str) -> str:
    """Return the printed number of a person's card: ten digits, the same on every machine."""
    return f"{int.from_bytes(sha256(f'card {code}'.encode()).digest()[:4], 'big'):010d}"
