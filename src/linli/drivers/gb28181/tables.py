"""What the parts of a code of twenty digits mean.

From 648540858/wvp-GB28181-pro: DeviceTypeEnum, IndustryCodeTypeEnum, NetworkIdentificationTypeEnum.
"""

from linli.kernel.words import Words


def _named(rows: dict[int, tuple[str, str]]) -> dict[int, Words]:
    return {code: Words(zh=zh, en=en) for code, (zh, en) in rows.items()}


TYPES = _named(
    {
        111: ("DVR 硬盘录像机", "DVR"),
        112: ("视频服务器", "video server"),
        113: ("编码器", "encoder"),
        114: ("解码器", "decoder"),
        115: ("视频切换矩阵", "video matrix"),
        116: ("音频切换矩阵", "audio matrix"),
        117: ("报警控制器", "alarm controller"),
        118: ("网络视频录像机", "NVR"),
        119: ("在线视频图像信息采集设备", "image collector"),
        120: ("视频卡口", "traffic checkpoint"),
        121: ("车辆卡口", "vehicle checkpoint"),
        122: ("其他前端主设备", "other head end"),
        123: ("停车场出入口控制设备", "parking access control"),
        124: ("人员出入口控制设备", "person access control"),
        125: ("安检设备", "security check"),
        130: ("混合硬盘录像机", "HVR"),
        131: ("摄像机", "camera"),
        132: ("网络摄像机", "IP camera"),
        133: ("显示器", "display"),
        134: ("报警输入设备", "alarm input"),
        135: ("报警输出设备", "alarm output"),
        136: ("语音输入设备", "audio input"),
        137: ("语音输出设备", "audio output"),
        138: ("移动传输设备", "mobile transmitter"),
        139: ("其他外围设备", "other peripheral"),
        140: ("报警输出设备（继电器或触发器）", "relay output"),
        141: ("道闸", "barrier"),
        142: ("智能门", "smart door"),
        143: ("凭证识别单元", "credential unit"),
        200: ("中心信令控制服务器", "SIP server"),
        201: ("Web 应用服务器", "web server"),
        202: ("媒体分发服务器", "media server"),
        203: ("代理服务器", "proxy server"),
        204: ("安全服务器", "security server"),
        205: ("报警服务器", "alarm server"),
        206: ("数据库服务器", "database server"),
        207: ("GIS 服务器", "GIS server"),
        208: ("管理服务器", "management server"),
        209: ("接入网关", "access gateway"),
        210: ("媒体存储服务器", "media store"),
        215: ("业务分组", "business group"),
        216: ("虚拟组织", "virtual organisation"),
        300: ("中心用户", "centre user"),
        400: ("终端用户", "terminal user"),
        502: ("视频图像分析系统", "video analysis"),
    }
)

INDUSTRIES = _named(
    {
        0: ("社会治安路面接入", "public road"),
        1: ("社会治安社区接入", "public community"),
        2: ("社会治安内部接入", "public, inside"),
        3: ("社会治安其他接入", "public, other"),
        4: ("交通路面接入", "traffic road"),
        5: ("交通卡口接入", "traffic checkpoint"),
        6: ("交通内部接入", "traffic, inside"),
        7: ("交通其他接入", "traffic, other"),
        8: ("城市管理接入", "city management"),
        9: ("卫生环保接入", "sanitation and environment"),
        10: ("商检海关接入", "customs"),
        11: ("教育部门接入", "education"),
        12: ("民航接入", "aviation"),
        13: ("铁路接入", "railway"),
        14: ("航运接入", "shipping"),
        40: ("农、林、牧、渔业接入", "agriculture"),
        41: ("采矿业接入", "mining"),
        42: ("制造企业接入", "manufacturing"),
        43: ("冶金企业接入", "metallurgy"),
        44: ("电力企业接入", "electricity"),
        45: ("燃气企业接入", "gas"),
        46: ("建筑企业接入", "construction"),
        47: ("物流企业接入", "logistics"),
        48: ("邮政企业接入", "post"),
        49: ("信息企业接入", "information"),
        50: ("住宿和餐饮业接入", "hotels and food"),
        51: ("金融企业接入", "finance"),
        52: ("房地产业接入", "real estate"),
        53: ("商务服务业接入", "business services"),
        54: ("水利企业接入", "water"),
        55: ("娱乐企业接入", "entertainment"),
    }
)

NETWORKS = _named(
    {
        0: ("监控报警专网", "police video network"),
        1: ("监控报警专网", "police video network"),
        2: ("行业专网", "industry network"),
        3: ("政法信息网", "legal network"),
        4: ("公安移动信息网", "police mobile network"),
        5: ("公安信息网", "police network"),
        6: ("电子政务外网", "government extranet"),
        7: ("互联网等公共网络", "internet"),
        8: ("专线", "leased line"),
    }
)

MODELS = {
    111: "gateway",
    112: "gateway",
    113: "gateway",
    117: "gateway",
    118: "gateway",
    130: "gateway",
    131: "camera",
    132: "camera",
    141: "parking_barrier",
    142: "access_door",
    209: "gateway",
}
"""By type: the thing model that a stranger is most likely of."""

GROUPS = frozenset({215, 216})
"""Types of a catalogue that are folders, not things. So are codes shorter than twenty digits."""
