"""The spreadsheets that there are: their columns, in the order of the template. Data, no code."""

from linli.kernel.words import Words
from linli.registry.imports.columns import Column
from linli.registry.people.logic import HEALTH
from linli.registry.people.words import GROUPS, HEALTH_GROUPS, OCCUPANCIES, RELATIONS, SEXES

PLACE_KINDS = {
    "street": ("街道", "street"), "neighbourhood": ("社区", "neighbourhood"),
    "estate": ("小区", "estate"), "cell": ("网格", "cell"), "zone": ("区域", "zone"),
    "building": ("楼栋", "building"), "unit": ("单元", "unit"), "floor": ("楼层", "floor"),
    "room": ("房屋", "room"), "garage": ("车库", "garage"), "gate": ("出入口", "gate"),
    "lift": ("电梯", "lift"), "public_room": ("公共用房", "public room"),
    "office": ("办公室", "office"),
}  # fmt: skip
ORGANISATIONS = {
    "shop": ("商铺", "shop"), "company": ("企业", "company"), "property": ("物业", "property"),
    "service": ("服务机构", "service"), "committee": ("居委会", "committee"),
    "other": ("其他", "other"),
}  # fmt: skip
VEHICLES = {
    "car": ("小汽车", "car"), "truck": ("货车", "truck"), "motorcycle": ("摩托车", "motorcycle"),
    "e_bike": ("电动自行车", "e-bike"), "other": ("其他", "other"),
}  # fmt: skip
COLOURS = {
    "blue": ("蓝", "blue"), "yellow": ("黄", "yellow"), "white": ("白", "white"),
    "black": ("黑", "black"), "green": ("绿", "green"), "yellow_green": ("黄绿", "yellow-green"),
}  # fmt: skip
_GROUPS = {key: said for key, said in GROUPS.items() if key != HEALTH} | HEALTH_GROUPS
CONSENTS = {
    "paper": ("书面同意", "yes, on paper"), "spoken": ("口头同意", "yes, spoken"),
    "refused": ("不同意", "no"),
}  # fmt: skip
DUTIES = {
    "by_shift": ("按班次", "by shift"), "on": ("在岗", "on duty"), "off": ("休息", "off duty"),
}  # fmt: skip

NAMES: dict[str, Words] = {
    "places": Words(zh="地点", en="places"),
    "people": Words(zh="人员", en="people"),
    "vehicles": Words(zh="车辆", en="vehicles"),
    "organisations": Words(zh="单位与商户", en="organisations"),
    "staff": Words(zh="工作人员", en="staff"),
    "equipment": Words(zh="设备台账", en="equipment"),
    "devices": Words(zh="物联设备", en="devices"),
}
"""As people call the ledgers."""

PERMISSIONS = {"devices": ("devices.read", "devices.write")}
"""What else somebody must hold to take a ledger out, and to bring it in."""

SHEETS: dict[str, tuple[Column, ...]] = {
    "places": (
        Column(field="kind", zh="类型", en="Kind", kind="choice", choices=PLACE_KINDS,
               required=True),
        Column(field="code", zh="编码", en="Code", required=True),
        Column(field="parent", zh="上级路径", en="Parent path"),
        Column(field="name_zh", zh="名称", en="Name", required=True),
        Column(field="name_en", zh="英文名称", en="English name"),
        Column(field="level", zh="楼层号", en="Storey", kind="integer"),
        Column(field="height_m", zh="高度（米）", en="Height (m)", kind="number"),
        Column(field="base_m", zh="离地（米）", en="Base (m)", kind="number"),
        Column(field="area_m2", zh="面积（平方米）", en="Area (m²)", kind="number"),
        Column(field="cell", zh="所属网格", en="Grid cell"),
        Column(field="geometry", zh="图形（GeoJSON）", en="Shape (GeoJSON)", kind="geometry"),
    ),
    "people": (
        Column(field="room", zh="房屋", en="Room", required=True),
        Column(field="relation", zh="关系", en="Relation", kind="choice", choices=RELATIONS,
               required=True),
        Column(field="name", zh="姓名", en="Person", required=True),
        Column(field="code", zh="人员编号", en="Person code"),
        Column(field="sex", zh="性别", en="Sex", kind="choice", choices=SEXES),
        Column(field="born_on", zh="出生日期", en="Born on", kind="date"),
        Column(field="id_number", zh="身份证号", en="ID number"),
        Column(field="phone", zh="电话", en="Phone"),
        Column(field="since", zh="起始日期", en="Since", kind="date"),
        Column(field="until", zh="截止日期", en="Until", kind="date"),
        Column(field="occupancy", zh="房屋使用", en="Occupancy", kind="choice",
               choices=OCCUPANCIES),
        Column(field="groups", zh="特殊群体", en="Special groups", kind="choices", choices=_GROUPS),
        Column(field="source", zh="群体来源", en="Source of groups"),
        Column(field="note", zh="备注", en="Note"),
        Column(field="visit_consent", zh="走访同意", en="Consent to visits", kind="choice",
               choices=CONSENTS),
        Column(field="consent_sheet", zh="同意书编号", en="Number of the consent"),
        Column(field="consent_guardian", zh="由监护人表示", en="Said by the guardian",
               kind="yes_no"),
    ),
    "vehicles": (
        Column(field="plate", zh="车牌", en="Plate", required=True),
        Column(field="colour", zh="车牌颜色", en="Plate colour", kind="choice", choices=COLOURS),
        Column(field="kind", zh="车辆类型", en="Vehicle kind", kind="choice", choices=VEHICLES),
        Column(field="model", zh="品牌型号", en="Model"),
        Column(field="owner", zh="车主编号", en="Owner code"),
        Column(field="household", zh="房屋", en="Room"),
        Column(field="organisation", zh="单位编号", en="Organisation code"),
        Column(field="parking", zh="车位号", en="Parking place"),
        Column(field="garage", zh="车库", en="Garage"),
    ),
    "organisations": (
        Column(field="code", zh="单位编号", en="Organisation code", required=True),
        Column(field="name", zh="名称", en="Name", required=True),
        Column(field="kind", zh="类型", en="Kind", kind="choice", choices=ORGANISATIONS,
               required=True),
        Column(field="uscc", zh="统一社会信用代码", en="Unified social credit code"),
        Column(field="business", zh="经营内容", en="Business"),
        Column(field="place", zh="位置", en="Place"),
        Column(field="contact", zh="联系人", en="Contact"),
        Column(field="phone", zh="电话", en="Phone"),
    ),
    "staff": (
        Column(field="code", zh="工号", en="Staff code", required=True),
        Column(field="name", zh="姓名", en="Name", required=True),
        Column(field="post", zh="岗位", en="Post"),
        Column(field="skills", zh="技能", en="Skills", kind="list"),
        Column(field="phone", zh="电话", en="Phone"),
        Column(field="organisation", zh="单位编号", en="Organisation code"),
        Column(field="place", zh="驻点", en="Posted at"),
        Column(field="cells", zh="负责网格", en="Grid cells", kind="list"),
        Column(field="shifts", zh="班次", en="Shifts", kind="shifts"),
        Column(field="duty", zh="值班", en="Duty", kind="choice", choices=DUTIES),
        Column(field="employed", zh="在职", en="Employed", kind="yes_no"),
    ),
    "equipment": (
        Column(field="code", zh="设备编号", en="Equipment code", required=True),
        Column(field="name", zh="名称", en="Name", required=True),
        Column(field="kind", zh="类型", en="Kind", required=True),
        Column(field="place", zh="位置", en="Place"),
        Column(field="maker", zh="厂家", en="Maker"),
        Column(field="model", zh="型号", en="Model"),
        Column(field="installed_on", zh="安装日期", en="Installed on", kind="date"),
        Column(field="warranty_until", zh="质保到期", en="Warranty until", kind="date"),
        Column(field="inspected_on", zh="上次检验", en="Inspected on", kind="date"),
        Column(field="inspect_by", zh="下次检验", en="Inspect by", kind="date"),
        Column(field="keeper", zh="保管人工号", en="Keeper's code"),
        Column(field="note", zh="备注", en="Note"),
    ),
    "devices": (
        Column(field="code", zh="设备编号", en="Device code", required=True),
        Column(field="model", zh="型号", en="Model", required=True),
        Column(field="name_zh", zh="名称", en="Name", required=True),
        Column(field="name_en", zh="英文名称", en="English name"),
        Column(field="place", zh="位置", en="Place", required=True),
        Column(field="gateway", zh="网关编号", en="Gateway code"),
        Column(field="serial", zh="序列号", en="Serial"),
        Column(field="driver", zh="协议", en="Protocol"),
        Column(field="address", zh="通信地址", en="Address"),
        Column(field="options", zh="协议参数", en="Options", kind="options"),
        Column(field="position", zh="经纬度", en="Position", kind="position"),
        Column(field="installed_on", zh="安装日期", en="Installed on", kind="date"),
    ),
}  # fmt: skip
