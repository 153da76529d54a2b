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
    (1, "fire_shutter", "shutter", "防火卷帘", "fire shutter"),
    (1, "smoke_exhaust_fan", "exhaust", "排烟风机", "smoke exhaust fan"),
    (1, "sprinkler_monitor", "sprink", "喷淋末端", "sprinkler line"),
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
        (2, "fire_pump", "fpump", "消防水泵", "fire pump"),
        (1, "fire_water_tank", "ftank", "消防水池", "fire water tank"),
        (2, "tank_hatch_sensor", "hatch", "水箱盖", "tank hatch"),
        (1, "plant_room_sensor", "room", "机房环境", "plant room"),
        (1, "well_air_monitor", "wellair", "井下气体", "well air"),
        (1, "valve_water_meter", "vwm", "总表", "main meter"),
    ),
    "hml/substation": (
        (2, "transformer_monitor", "tx", "变压器温控仪", "transformer monitor"),
        (4, "distribution_cabinet", "cab", "配电柜", "cabinet"),
        (2, "three_phase_monitor", "phase", "三相监测", "three-phase monitor"),
        (1, "surge_protector", "spd", "浪涌保护", "surge protector"),
        (1, "gas_suppression", "gasx", "气体灭火", "gas extinguisher"),
        (2, "arc_detector", "arc", "电弧探测器", "arc detector"),
        (1, "plant_room_sensor", "room", "机房环境", "plant room"),
        (1, "ups", "ups", "UPS", "UPS"),
        (1, "water_leak_sensor", "leak", "漏水探测器", "leak sensor"),
    ),
    "hml/fire-room": (
        (2, "fire_transmitter", "ftx", "用户信息传输装置", "fire transmitter"),
        (4, "fire_part", "fpart", "水流指示器", "flow switch"),
        (1, "emergency_light_supply", "elight", "应急照明电源", "emergency lighting"),
        (1, "sight_channel", "sight", "值班画面分析", "duty desk view"),
        (1, "video_recorder", "nvr", "录像机", "video recorder"),
        (1, "platform_host", "host", "平台主机", "platform host"),
        (1, "ups", "ups", "UPS", "UPS"),
    ),
    "hml/office": (
        (1, "quake_receiver", "quake", "地震预警终端", "earthquake receiver"),
        (2, "guard_badge", "badge", "保安胸牌", "guard badge"),
        (1, "shaft_monitor", "shaft", "管井监测", "shaft monitor"),
        (1, "ups", "ups", "UPS", "UPS"),
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
    ),
    "hml/elder-centre": (
        (2, "fall_radar", "fall", "跌倒雷达", "fall radar"),
        (1, "stove_guard", "stove", "灶台看护器", "stove guard"),
        (1, "home_co_alarm", "coal", "一氧化碳报警器", "CO alarm"),
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
        (1, "fresh_air_unit", "fresh", "新风机", "fresh air unit"),
    ),
    "hml/reading-room": (
        (2, "child_watch", "kid", "儿童手表", "child watch"),
        (2, "indoor_air_sensor", "air", "室内空气传感器", "air sensor"),
        (1, "fresh_air_unit", "fresh", "新风机", "fresh air unit"),
    ),
}
GATE: tuple[Row, ...] = (
    (2, "camera", "cam", "摄像机", "camera"),
    (1, "access_door", "door", "人行门", "pedestrian door"),
    (1, "patrol_point", "point", "巡更点", "patrol point"),
)
EDGE: tuple[Row, ...] = (
    (2, "camera", "cam", "摄像机", "camera"),
    (4, "perimeter_beam", "beam", "周界对射", "beam"),
    (1, "electric_fence", "fence", "电子围栏", "electric fence"),
)
LANE: tuple[Row, ...] = (
    (4, "fire_lane_sensor", "lane", "地磁", "parking sensor"),
    (1, "outdoor_hydrant", "ohyd", "室外消火栓", "outdoor hydrant"),
    (1, "road_water_gauge", "road", "路面积水", "road water"),
    (10, "manhole_sensor", "cover", "井盖", "manhole cover"),
    (14, "smart_bin", "bin", "垃圾桶", "bin"),
)
GARDEN: tuple[Row, ...] = (
    (8, "soil_sensor", "soil", "墒情", "soil sensor"),
    (1, "river_gauge", "river", "河道水位", "river gauge"),
    (1, "playground_sensor", "slide", "滑梯", "slide"),
    (1, "structure_sensor", "tilt", "围墙监测", "wall monitor"),
    (1, "lightning_warner", "bolt", "雷电预警", "lightning warner"),
    (5, "irrigation_valve", "irri", "灌溉阀", "irrigation valve"),
    (2, "camera", "cam", "摄像机", "camera"),
    (1, "noise_meter", "noise", "噪声计", "noise meter"),
    (1, "lighting_circuit", "light", "路灯", "path lights"),
    (1, "air_station", "env", "环境监测站", "air station"),
)
PLAZA: tuple[Row, ...] = (
    (10, "fitness_equipment", "fit", "健身器材", "fitness equipment"),
    (1, "ebike_swap_cabinet", "swap", "换电柜", "battery cabinet"),
    (2, "sight_channel", "sight", "画面分析", "video analysis"),
    (2, "extinguisher_box", "ext", "灭火器箱", "extinguisher box"),
    (4, "camera", "cam", "摄像机", "camera"),
    (4, "smart_bin", "bin", "垃圾桶", "bin"),
    (2, "noise_meter", "noise", "噪声计", "noise meter"),
    (4, "lighting_circuit", "light", "广场灯", "lights"),
    (4, "loudspeaker", "ls", "广播音柱", "loudspeaker"),
    (4, "parcel_locker", "parcel", "快递柜", "parcel locker"),
)
BARRIER: Row = (1, "parking_barrier", "bar", "道闸", "barrier")
PATROL: Row = (1, "patrol_recorder", "patrol", "巡逻记录仪", "patrol recorder")
