"""Who works in 和睦里, and the firms and shops there: invented, from a seed."""

from datetime import time
from random import Random
from typing import NamedTuple

from linli.app.demo import names
from linli.app.demo.people import TODAY

PROPERTY = "wuye"
"""The code of the property firm."""
_SHOP = "shop-01"
"""The code of the shop whose keeper signs in."""

ALL_WEEK, WORKING = "1234567", "12345"
_DAY, _NIGHT, _OFFICE = (time(8), time(20)), (time(20), time(8)), (time(8, 30), time(18))


class Hours(NamedTuple):
    """A weekly shift; one that ends before it starts goes on past midnight."""

    days: str
    starts: time
    ends: time


class Worker(NamedTuple):
    """Somebody who works here. `role` is that of the account, empty without one."""

    code: str
    name: str
    zh: str
    en: str
    role: str
    skills: tuple[str, ...]
    place: str
    phone: str
    hours: tuple[Hours, ...]
    cells: tuple[str, ...] = ()
    account: bool = False
    firm: str = PROPERTY


class Firm(NamedTuple):
    """A firm or shop."""

    code: str
    name: str
    kind: str
    uscc: str
    business: str
    place: str
    contact: str
    phone: str


class _Post(NamedTuple):
    """A row of the table of posts: how many, of which the first so many have accounts."""

    code: str
    zh: str
    en: str
    role: str
    skills: tuple[str, ...]
    places: tuple[str, ...]
    number: int
    accounts: int
    hours: tuple[tuple[time, time], ...]


_GATES = ("hml/gate-s", "hml/gate-n", "hml/gate-w", "hml/gate-e")
_POSTS = (
    _Post("manager", "物业经理", "manager", "manager", ("manager",), ("hml/office",), 1, 1,
          (_DAY,)),
    _Post("dispatch", "派遣员", "dispatcher", "dispatcher", ("dispatcher",), ("hml/office",), 2, 1,
          (_DAY, _NIGHT)),
    _Post("desk", "前台", "front desk", "front_desk", ("front_desk",), ("hml/office",), 2, 1,
          (_DAY, _NIGHT)),
    _Post("super", "监督员", "supervisor", "supervisor", ("supervisor",), ("hml/civic",), 2, 1,
          (_DAY, _NIGHT)),
    _Post("eng-el", "电工", "electrician", "engineer", ("engineer", "electrician"),
          ("hml/substation", "hml/g1"), 2, 1, (_DAY, _NIGHT)),
    _Post("eng-wa", "水暖工", "plumber", "engineer", ("engineer", "plumber"),
          ("hml/pump-house", "hml/b10"), 2, 1, (_DAY, _NIGHT)),
    _Post("eng-li", "电梯工", "lift engineer", "engineer", ("engineer", "lift"),
          ("hml/b14", "hml/b18"), 2, 1, (_DAY, _NIGHT)),
    _Post("eng-fi", "消防工程师", "fire engineer", "engineer", ("engineer", "fire", "air"),
          ("hml/fire-room", "hml/g2"), 2, 1, (_DAY, _NIGHT)),
    _Post("guard", "保安", "guard", "guard", ("guard", "patrol"), (*_GATES, "hml/plaza", "hml/g1"),
          12, 2, (_DAY, _NIGHT)),
    _Post("grid", "网格员", "grid worker", "grid_worker", ("grid_worker", "care"), ("hml/civic",),
          4, 2, (_DAY,)),
    _Post("care", "养老护理员", "care worker", "", ("care",), ("hml/elder-centre",), 2, 0,
          (_DAY, _NIGHT)),
    _Post("clean", "保洁员", "cleaner", "cleaner", ("cleaner",),
          ("hml/waste-1", "hml/waste-5", "hml/plaza"), 8, 1, (_OFFICE,)),
    _Post("green", "绿化工", "gardener", "", ("gardener",), ("hml/garden-s", "hml/garden-n"),
          3, 0, (_OFFICE,)),
    _Post("security", "安全员", "security officer", "security_officer", ("security",),
          ("hml/office",), 1, 1, (_OFFICE,)),
    _Post("auditor", "审计员", "auditor", "auditor", ("auditor",), ("hml/civic",), 1, 1,
          (_OFFICE,)),
    _Post("merchant", "店主", "shopkeeper", "merchant", (), ("hml/shop-1",), 1, 1, (_OFFICE,)),
    _Post("finance", "会计", "accountant", "finance", (), ("hml/office",), 1, 1, (_DAY,)),
)  # fmt: skip

_SHOPS = (
    ("禾香便利店", "便利店"),
    ("青禾药房", "药店"),
    ("小满早餐铺", "餐饮"),
    ("和睦水果店", "水果零售"),
    ("邻里理发", "理发"),
    ("晴川洗衣", "洗衣"),
    ("米粒文具", "文具"),
    ("云山茶铺", "茶饮"),
    ("快修五金", "五金维修"),
    ("乐宠宠物店", "宠物服务"),
    ("青苗托育", "托育"),
    ("和睦驿站", "快递服务"),
)


def workers(seed: int) -> list[Worker]:
    """Return the staff: every skill that cases ask for is on duty by day, most by night too."""
    random = Random(f"staff {seed}")  # noqa: S311 - invented people, not secrets
    made: list[Worker] = []
    for post in _POSTS:
        for n in range(post.number):
            place = post.places[n % len(post.places)]
            starts, ends = post.hours[n % len(post.hours)]
            sex = random.choice("MF")
            made.append(
                Worker(
                    code=f"{post.code}-{n + 1:02d}",
                    name=names.name(random, family=names.surname(random), sex=sex),
                    zh=post.zh,
                    en=post.en,
                    role=post.role,
                    skills=post.skills,
                    place=place,
                    phone=names.phone(9000 + len(made)),
                    hours=(Hours(ALL_WEEK, starts, ends),),
                    cells=(f"hml/cell-{n + 1}",) if post.code == "grid" else (),
                    account=n < post.accounts,
                    firm=_SHOP if post.role == "merchant" else PROPERTY,
                )
            )
    return made


def firms(seed: int) -> list[Firm]:
    """Return the property firm and the shops."""
    random = Random(f"firms {seed}")  # noqa: S311 - invented people, not secrets
    rows = [("和睦里物业服务有限公司", "property", "物业服务", "hml/office")] + [
        (name, "shop", business, f"hml/shop-{n + 1}") for n, (name, business) in enumerate(_SHOPS)
    ]
    return [
        Firm(
            code=PROPERTY if kind == "property" else f"shop-{n:02d}",
            name=name,
            kind=kind,
            uscc=names.uscc(n + 1),
            business=business,
            place=place,
            contact=names.name(random, family=names.surname(random), sex="F"),
            phone=names.phone(9500 + n),
        )
        for n, (name, kind, business, place) in enumerate(rows)
    ]


class Machine(NamedTuple):
    """A thing in the ledger of equipment; dates as ISO 8601."""

    code: str
    name: str
    kind: str
    place: str
    installed_on: str
    inspect_by: str


def machines() -> list[Machine]:
    """Return the plant of the estate."""
    rows = (
        ("pump", "生活水泵组", "pump", "hml/pump-house", 1),
        ("tx", "干式变压器", "transformer", "hml/substation", 2),
        ("panel", "火灾报警控制器", "fire_panel", "hml/fire-room", 1),
        ("fan", "车库排风机", "fan", "hml/g1", 4),
        ("fan2", "车库排风机", "fan", "hml/g2", 4),
        ("gen", "柴油发电机", "generator", "hml/substation", 1),
    )
    return [
        Machine(
            code=f"{code}-{n + 1}",
            name=f"{n + 1}号{name}",
            kind=kind,
            place=place,
            installed_on=f"{2016 + n}-05-01",
            inspect_by=f"{TODAY.year + 1}-{3 + n:02d}-01",
        )
        for code, name, kind, place, count in rows
        for n in range(count)
    ]
