"""Why each personal field is kept, and for what it may be read in full. A field of people's tables
that stands in neither table here fails the tests, so it cannot be kept.
"""

import msgspec

from linli.kernel.words import Words

PURPOSES: dict[str, Words] = {
    "service": Words(zh="上门或电话服务", en="serving at the door or by telephone"),
    "emergency": Words(zh="应急处置", en="dealing with an emergency"),
    "visit": Words(zh="走访关怀", en="visiting and looking after"),
    "verification": Words(zh="身份核验", en="making sure who somebody is"),
    "correction": Words(zh="登记核对更正", en="comparing and correcting the register"),
}
"""What a single record may be read for; the reader says which, and it is remembered."""

ALL = frozenset(PURPOSES)


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """A personal field: how grave it is, why it is kept, and what it may be read in full for."""

    grade: str
    why: Words
    read_for: frozenset[str]


def _kept(grade: str, zh: str, en: str, *read_for: str) -> Personal:
    return Personal(grade=grade, why=Words(zh=zh, en=en), read_for=frozenset(read_for) or ALL)


FIELDS: dict[str, Personal] = {
    "Person.name": _kept("general", "称呼与识别", "to address and to tell apart"),
    "Person.sex": _kept("general", "上门服务安排", "to send the right person to the door"),
    "Person.born_on": _kept("general", "识别老人与儿童", "to know elders and children"),
    "Person.id_number": _kept(
        "sensitive", "登记时核验身份", "to make sure who it is at registration",
        "verification", "correction",
    ),
    "Person.phone": _kept(
        "sensitive", "联系住户", "to reach the household",
        "service", "emergency", "visit", "correction",
    ),
    "Person.note": _kept("general", "服务须知", "what to mind when serving"),
    "Person.words": _kept("general", "检索：姓名与电话后四位", "search: name, end of phone"),
    "Household.occupancy": _kept("general", "房屋使用情况", "how the home is used"),
    "Household.moved_in_on": _kept("general", "房屋使用情况", "how the home is used"),
    "Household.note": _kept("general", "服务须知", "what to mind when serving"),
    "Membership.person": _kept("general", "人房关系", "who lives where"),
    "Membership.relation": _kept("general", "人房关系", "who lives where"),
    "Membership.since": _kept("general", "人房关系", "who lives where"),
    "Membership.until": _kept("general", "人房关系", "who lives where"),
    "GroupMembership.person": _kept("sensitive", "特殊群体关怀", "looking after special groups"),
    "GroupMembership.group": _kept("sensitive", "特殊群体关怀", "looking after special groups"),
    "GroupMembership.since": _kept("sensitive", "特殊群体关怀", "looking after special groups"),
    "GroupMembership.until": _kept("sensitive", "特殊群体关怀", "looking after special groups"),
    "GroupMembership.source": _kept("general", "名单来源", "whose list it comes from"),
    "Vehicle.plate": _kept("general", "车辆进出与挪车", "letting in, asking to move"),
    "Vehicle.owner": _kept("general", "车辆进出与挪车", "letting in, asking to move"),
    "Vehicle.household": _kept("general", "车辆进出与挪车", "letting in, asking to move"),
    "Vehicle.words": _kept("general", "检索", "search"),
    "Organisation.contact": _kept("general", "与商户联系", "to reach the shop"),
    "Organisation.phone": _kept("general", "与商户联系", "to reach the shop"),
    "Organisation.words": _kept("general", "检索", "search"),
    "Staff.name": _kept("general", "工作安排", "arranging work"),
    "Staff.account": _kept("general", "工作安排", "arranging work"),
    "Staff.phone": _kept(
        "sensitive", "工作联系", "to reach at work", "service", "emergency", "correction"
    ),
    "Staff.longitude_deg": _kept("sensitive", "在岗时就近派单", "to send the nearest, on duty"),
    "Staff.latitude_deg": _kept("sensitive", "在岗时就近派单", "to send the nearest, on duty"),
    "Staff.position_at": _kept("sensitive", "在岗时就近派单", "to send the nearest, on duty"),
    "Staff.words": _kept("general", "检索：姓名、工号、电话后四位", "search: name, end of phone"),
}  # fmt: skip

NOT_PERSONAL: dict[str, frozenset[str]] = {
    "Person": frozenset({"id", "community", "code"}),
    "Household": frozenset({"id", "community", "room"}),
    "Membership": frozenset({"id", "community", "household"}),
    "GroupMembership": frozenset({"id", "community"}),
    "Vehicle": frozenset(
        {"id", "community", "colour", "kind", "model", "organisation", "parking", "garage"}
    ),
    "Organisation": frozenset(
        {"id", "community", "code", "name", "kind", "uscc", "business", "place"}
    ),
    "Staff": frozenset(
        {"id", "community", "code", "organisation", "post", "place", "skills", "duty", "employed"}
    ),
    "Shift": frozenset({"id", "community", "staff", "days", "starts", "ends", "since", "until"}),
    "CellDuty": frozenset({"id", "community", "staff", "cell"}),
    "Equipment": frozenset(
        {"id", "community", "code", "name", "kind", "place", "maker", "model", "installed_on",
         "warranty_until", "inspected_on", "inspect_by", "keeper", "note", "words"}
    ),
}  # fmt: skip
