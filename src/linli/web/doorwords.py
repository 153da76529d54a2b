"""What is done at a door of the API, in words: for the lines that a door notes of itself."""

from linli.kernel.words import Words

_PARTS = {
    "accounts": ("账号", "accounts"),
    "agree": ("第三方服务授权", "what a service may do"),
    "agreements": ("第三方服务授权", "what a service may do"),
    "alarms": ("报警", "alarms"),
    "approvals": ("审批", "approvals"),
    "barred": ("禁止通行名单", "who may not pass"),
    "broadcasts": ("广播", "broadcasts"),
    "bulk": ("设备批量操作", "many devices at once"),
    "calls": ("门口呼叫", "calls from doors"),
    "campaigns": ("升级活动", "campaigns of updates"),
    "cases": ("案件", "cases"),
    "cells": ("网格", "grid cells"),
    "charging": ("充电", "charging"),
    "checks": ("号码核对", "checks of numbers"),
    "commands": ("设备命令", "commands to devices"),
    "credentials": ("开门凭证", "cards and codes"),
    "data-releases": ("数据发布", "releases of data"),
    "departments": ("对接部门", "departments"),
    "devices": ("设备", "devices"),
    "door-code": ("开门二维码", "QR codes of doors"),
    "door-groups": ("门组", "groups of doors"),
    "door-rights": ("通行权限", "rights to doors"),
    "doors": ("门禁", "doors"),
    "driver": ("车主停车缴费", "parking, by drivers"),
    "duty": ("上班用的门禁", "doors at work"),
    "emergencies": ("应急授权", "emergency access"),
    "equipment": ("设备台账", "register of equipment"),
    "exchange": ("部门数据交换", "exchange with departments"),
    "exports": ("名单导出", "lists taken out"),
    "face": ("人脸", "faces"),
    "feeds": ("日历订阅", "calendars"),
    "finance": ("收费账务", "money"),
    "grants": ("角色授权", "rights of accounts"),
    "groups": ("特殊群体", "special groups"),
    "home": ("家中设备", "devices at home"),
    "household": ("家庭成员", "members of a household"),
    "household-moves": ("住户迁入迁出", "households that move"),
    "households": ("家庭档案", "register of households"),
    "imports": ("批量导入", "lists taken in"),
    "incidents": ("事件", "incidents"),
    "me": ("本人资料与授权", "one's own data"),
    "memberships": ("住户关系", "who lives where"),
    "modes": ("模式", "modes"),
    "newcomers": ("新设备准入", "new devices"),
    "notices": ("通知", "notices"),
    "oauth": ("第三方令牌", "tokens of third parties"),
    "open311": ("报事（Open311）", "reports by Open311"),
    "orders": ("订单付款", "payment of orders"),
    "organisations": ("单位档案", "register of organisations"),
    "parking": ("停车", "parking"),
    "pay": ("订单付款", "payment of orders"),
    "payments": ("支付渠道来信", "words of a provider of payments"),
    "people": ("人员档案", "register of people"),
    "pin": ("开门密码", "PINs of doors"),
    "places": ("场所", "places"),
    "privacy": ("个人信息保护", "privacy"),
    "push": ("手机推送", "push notices"),
    "releases": ("软件与配置发布", "releases of software"),
    "scenes": ("场景", "scenes"),
    "search": ("搜索", "search"),
    "session": ("登录与账号安全", "signing in"),
    "sessions": ("登录会话", "sessions"),
    "sos": ("求助", "calls for help"),
    "staff": ("工作人员档案", "register of staff"),
    "statements": ("第三方月账单", "statements of third parties"),
    "tariffs": ("资费", "tariffs"),
    "third-parties": ("第三方", "third parties"),
    "tours": ("巡更", "tours"),
    "vehicles": ("车辆档案", "register of vehicles"),
    "visits": ("访客", "visits"),
    "wallet": ("钱包", "wallet"),
    "webhooks": ("第三方回调", "webhooks"),
}
"""What each part of the API is about, by the first word of its addresses."""
_DONE = {
    "POST": ("办理：{}", "Done: {}"),
    "PUT": ("设定：{}", "Set: {}"),
    "PATCH": ("修改：{}", "Changed: {}"),
    "DELETE": ("撤销：{}", "Taken back: {}"),
}
_NAMED = {
    "PATCH /session": ("切换界面语言", "Chose a language"),
    "DELETE /session": ("退出登录", "Signed out"),
    "POST /session/password": ("修改密码", "Changed the password"),
    "POST /{community}/devices": ("登记设备", "Entered a device"),
    "PATCH /{community}/devices/{code}": ("修改设备", "Changed a device"),
    "POST /{community}/devices/{code}/credential": (
        "更换设备密钥", "Gave a device a new secret",
    ),
    "POST /{community}/places": ("登记场所", "Entered a place"),
    "PATCH /{community}/places/{place}": ("修改场所", "Changed a place"),
    "PUT /{community}/places/{place}/group": (
        "划定网格包含的楼栋", "Said which buildings a grid cell groups",
    ),
    "POST /{community}/third-parties": ("第三方申请接入", "Asked to be let in as a third party"),
    "POST /{community}/webhooks": ("订阅回调", "Subscribed to be called"),
    "POST /{community}/notices/{notice}/read": ("通知标为已读", "Marked a notice as read"),
    "POST /{community}/parking/zones/{zone}/seen": (
        "登记违停车辆", "Noted a car that stands where it must not",
    ),
    "POST /{community}/tours/scans": ("巡更打点", "Told of points of a tour"),
    "POST /{community}/calls/{id}/picture": ("看门口呼叫的画面", "Looked who rings at a door"),
    "POST /{community}/calls/{id}/talk": ("和门口通话", "Talked with a door"),
    "POST /{community}/my/calls/{id}/picture": ("看门口呼叫的画面", "Looked who rings at a door"),
    "POST /{community}/my/calls/{id}/talk": ("和门口通话", "Talked with a door"),
    "POST /{community}/my/calls/{id}/answer": ("接听门口呼叫", "Answered who rang"),
    "POST /{community}/my/calls/{id}/refuse": ("拒绝门口呼叫", "Did not open to who rang"),
    "POST /{community}/my/calls/{id}/open": ("接听后开门", "Opened the door to who rang"),
    "POST /{community}/my/charging/code": ("出示充电码", "Showed a code to charge by"),
    "POST /{community}/my/parking/wishes": ("提交车辆申请", "Asked for something for a car"),
    "POST /{community}/my/door-code": ("出示开门二维码", "Showed a QR code of doors"),
    "POST /{community}/my/doors/{door}/open": ("开门", "Opened a door"),
    "POST /{community}/my/doors/{door}/face": ("刷脸开门", "Opened a door by face"),
    "POST /{community}/my/pin": ("换新开门密码", "Made a new PIN"),
    "POST /{community}/my/credentials/{credential}/steps": (
        "挂失或恢复门卡", "Reported a card lost, or found",
    ),
    "POST /{community}/my/visits": ("邀请访客", "Invited a guest"),
    "POST /{community}/my/visits/{id}/withdraw": ("收回访客邀请", "Took an invitation back"),
    "PUT /{community}/my/home/mode": ("切换家中模式", "Set the mode of the home"),
    "POST /{community}/my/wallet/top-ups": ("钱包充值", "Topped the wallet up"),
}  # fmt: skip
"""Doors that have words of their own: those at which most lines are noted."""


def said(door: str) -> Words | None:
    """Return what is done at a door, as `POST /{community}/my/pin`; None if it is none of ours."""
    if door in _NAMED:
        zh, en = _NAMED[door]
        return Words(zh=zh, en=en)
    method, _, path = door.partition(" ")
    steps = [step for step in path.split("/") if step and step not in ("{community}", "my")]
    part, frame = _PARTS.get(steps[0].partition(".")[0]) if steps else None, _DONE.get(method)
    if part is None or frame is None:
        return None
    return Words(zh=frame[0].format(part[0]), en=frame[1].format(part[1]))
