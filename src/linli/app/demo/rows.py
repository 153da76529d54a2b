"""How many of what stand where in the common parts of 和睦里: rows only."""

Row = tuple[int, str, str, str, str]
"""How many of a model, the start of their codes, and what to call them."""

OF_ZONE: tuple[Row, ...] = (
    (2, "garage_co_sensor", "co", "一氧化碳探测器", "CO sensor"),
    (1, "garage_fan", "fan", "排风机", "fan"),
    (1, "basement_water_sensor", "wet", "积水水位计", "standing water sensor"),
    (1, "drain_pump", "drain", "排水泵", "drain pump"),
    (3, "heat_detector", "heat", "感温探测器", "heat detector"),
    (1, "lighting_circuit", "light", "照明", "lighting"),
    (1, "presence_sensor", "pir", "人体感应", "presence sensor"),
    (2, "camera", "cam", "摄像机", "camera"),
    (5, "ev_charger", "ev", "充电桩", "EV charger"),
)
OF_GARAGE: tuple[Row, ...] = (
    (1, "garage_air_unit", "air", "通风一体箱", "air unit"),
    (1, "flood_gate", "flood", "防汛闸", "flood gate"),
    (1, "siren", "siren", "声光警报器", "siren"),
    (1, "loudspeaker", "ls", "广播音柱", "loudspeaker"),
)
OF_PLANT: dict[str, tuple[Row, ...]] = {
    "hml/pump-house": (
        (4, "water_pump", "pump", "生活水泵", "supply pump"),
        (2, "standby_pump", "spare", "备用泵", "standby pump"),
        (2, "water_tank", "tank", "水箱", "tank"),
        (2, "water_quality_sensor", "quality", "水质仪", "quality sensor"),
        (2, "water_leak_sensor", "leak", "漏水探测器", "leak sensor"),
        (1, "valve_water_meter", "vwm", "总表", "main meter"),
    ),
    "hml/substation": (
        (2, "transformer_monitor", "tx", "变压器温控仪", "transformer monitor"),
        (4, "distribution_cabinet", "cab", "配电柜", "cabinet"),
        (1, "ups", "ups", "UPS", "UPS"),
        (1, "water_leak_sensor", "leak", "漏水探测器", "leak sensor"),
    ),
    "hml/fire-room": (
        (2, "fire_transmitter", "ftx", "用户信息传输装置", "fire transmitter"),
        (4, "fire_part", "fpart", "水流指示器", "flow switch"),
        (1, "ups", "ups", "UPS", "UPS"),
    ),
    "hml/office": (
        (1, "ups", "ups", "UPS", "UPS"),
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
    ),
    "hml/elder-centre": (
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
        (1, "fresh_air_unit", "fresh", "新风机", "fresh air unit"),
    ),
    "hml/reading-room": (
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
        (1, "fresh_air_unit", "fresh", "新风机", "fresh air unit"),
    ),
}
GATE: tuple[Row, ...] = (
    (2, "camera", "cam", "摄像机", "camera"),
    (1, "access_door", "door", "人行门", "pedestrian door"),
)
EDGE: tuple[Row, ...] = (
    (2, "camera", "cam", "摄像机", "camera"),
    (4, "perimeter_beam", "beam", "周界对射", "beam"),
)
LANE: tuple[Row, ...] = (
    (4, "fire_lane_sensor", "lane", "地磁", "parking sensor"),
    (10, "manhole_sensor", "cover", "井盖", "manhole cover"),
    (14, "smart_bin", "bin", "垃圾桶", "bin"),
)
GARDEN: tuple[Row, ...] = (
    (8, "soil_sensor", "soil", "墒情", "soil sensor"),
    (5, "irrigation_valve", "irri", "灌溉阀", "irrigation valve"),
    (2, "camera", "cam", "摄像机", "camera"),
    (1, "noise_meter", "noise", "噪声计", "noise meter"),
    (1, "lighting_circuit", "light", "路灯", "path lights"),
    (1, "air_station", "env", "环境监测站", "air station"),
)
PLAZA: tuple[Row, ...] = (
    (10, "fitness_equipment", "fit", "健身器材", "fitness equipment"),
    (4, "camera", "cam", "摄像机", "camera"),
    (4, "smart_bin", "bin", "垃圾桶", "bin"),
    (2, "noise_meter", "noise", "噪声计", "noise meter"),
    (4, "lighting_circuit", "light", "广场灯", "lights"),
    (4, "loudspeaker", "ls", "广播音柱", "loudspeaker"),
    (4, "parcel_locker", "parcel", "快递柜", "parcel locker"),
)
BARRIER: Row = (1, "parking_barrier", "bar", "道闸", "barrier")
PATROL: Row = (1, "patrol_recorder", "patrol", "巡逻记录仪", "patrol recorder")
