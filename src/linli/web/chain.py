"""The chain of causes over HTTP: up to the reading, and down to all that it led to."""

from datetime import datetime
from typing import Any

from ninja import Router, Schema

from linli.foundation.causes import queries
from linli.foundation.causes.models import Cause
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.queries import Actor
from linli.registry.devices import queries as devices

router = Router(tags=["causes"])

TITLES: dict[str, tuple[str, str]] = {
    "Reading": ("读数", "Reading"),
    "CommandIssued": ("下达命令", "Command given"),
    "CommandSent": ("命令已发出", "Command sent"),
    "CommandAcknowledged": ("设备已执行", "Device did it"),
    "CommandFailed": ("命令失败", "Command failed"),
    "CommandExpired": ("命令过期", "Command expired"),
    "CommandOverruled": ("命令被更高优先级取代", "Command overruled"),
    "CommandRequested": ("要求下令", "Command asked for"),
    "CommandMoved": ("命令状态变化", "Command changed state"),
    "AlarmRaised": ("产生报警", "Alarm raised"),
    "AlarmOpened": ("报警上台", "Alarm on the desk"),
    "AlarmAcknowledged": ("有人确认报警", "Alarm acknowledged"),
    "AlarmShelved": ("报警搁置", "Alarm shelved"),
    "AlarmUnshelved": ("报警恢复", "Alarm back from the shelf"),
    "AlarmCleared": ("险情解除", "Trouble gone"),
    "AlarmGone": ("险情解除", "Trouble gone"),
    "AlarmJudged": ("报警评判", "Alarm judged"),
    "AlarmClosed": ("报警关闭", "Alarm closed"),
    "CaseWanted": ("要求立案", "Case wanted"),
    "CaseMoved": ("案件流转", "Case moved"),
    "CaseOverdue": ("案件超时", "Case overdue"),
    "CaseWaits": ("案件等待派遣", "Case waits for somebody"),
    "BroadcastWanted": ("要求广播", "Broadcast wanted"),
    "BroadcastSpoken": ("已广播", "Broadcast spoken"),
    "SosRaised": ("有人呼救", "A call for help"),
    "SosRung": ("呼叫救助人", "Telephones rang for help"),
    "SosMoved": ("呼救地点更正", "A call for help is elsewhere"),
    "SosUnanswered": ("呼救无人应答", "Nobody answered a call for help"),
    "SosAnswered": ("有人应答呼救", "A call for help answered"),
    "SosArrived": ("救助人到场", "Help is there"),
    "SosClosed": ("求助了结", "A call for help is over"),
    "TourBegun": ("巡更出发", "Tour set out on"),
    "TourNotBegun": ("巡更没人出发", "Nobody set out on a tour"),
    "TourEnded": ("巡更结束", "Tour over"),
    "PointVisited": ("巡到一点", "Somebody was at a point of a round"),
    "TourMadeGood": ("漏巡补报", "Missed point visited after all"),
    "NoticeWanted": ("要求通知", "Notice wanted"),
    "NoticePosted": ("已通知", "Notice posted"),
    "ModeWanted": ("要求切换模式", "Mode wanted"),
    "ModeSet": ("模式已切换", "Mode set"),
    "DeviceSeen": ("设备上下线", "Device came or went"),
    "DeviceWentOnline": ("设备上线", "Device on line"),
    "DeviceWentOffline": ("设备离线", "Device off line"),
    "SceneChangeProposed": ("场景变更待审", "Change of a scene waits"),
    "SceneChanged": ("场景变更", "Scene changed"),
    "SceneChangeRefused": ("场景变更被驳回", "Change of a scene turned down"),
    "SceneChangeWithdrawn": ("场景变更被撤回", "Change of a scene taken back"),
    "SceneVersionWritten": ("写下场景新版本", "Text of a scene written"),
    "LimitChangeProposed": ("限值变更待审", "Change of a limit waits"),
    "LimitChanged": ("限值变更", "Limit changed"),
    "ProposalDecided": ("限值建议有了结论", "Proposed limit decided"),
    "DepartmentSet": ("设定对接部门", "Department set up"),
    "AuthorisationGiven": ("授权向部门提供信息", "Authorised to be told to departments"),
    "AuthorisationWithdrawn": ("撤回授权", "Authorisation withdrawn"),
    "CaseSentOut": ("案件转往部门", "Case sent to a department"),
    "MessageSentAgain": ("再次发送", "Sent once more"),
    "MessageTaken": ("部门签收", "Taken by a department"),
    "MessageFailed": ("没有送到部门", "Did not reach a department"),
    "MessageCame": ("部门来文", "A department answered"),
    "ExchangeCompared": ("与部门核对", "Lists compared with a department"),
    "RoleGranted": ("授予角色", "Role given"),
    "RoleTaken": ("收回角色", "Role taken back"),
    "AccountClosed": ("账号停用", "Account closed"),
    "AccountReset": ("密码重置", "Password reset"),
    "SoftwareTold": ("设备报告版本", "Device told its version"),
    "ReleaseAdded": ("新增发布", "Release added"),
    "CampaignDrafted": ("起草升级活动", "Campaign drafted"),
    "CampaignStarted": ("升级活动开始", "Campaign started"),
    "CampaignStageBegan": ("进入新阶段", "Stage began"),
    "CampaignPaused": ("升级活动暂停", "Campaign paused"),
    "CampaignResumed": ("升级活动继续", "Campaign resumed"),
    "CampaignRetried": ("重试失败设备", "Failed devices tried again"),
    "CampaignRollBackBegan": ("开始回退", "Roll back began"),
    "CampaignFinished": ("升级活动完成", "Campaign finished"),
    "CampaignRolledBack": ("回退完成", "Campaign rolled back"),
    "CampaignCancelled": ("升级活动取消", "Campaign cancelled"),
    "DeviceUpdated": ("设备已更新", "Device updated"),
    "DeviceUpdateFailed": ("设备更新失败", "Device update failed"),
    "DeviceUpdateSkipped": ("设备跳过更新", "Device passed over"),
    "DeviceRolledBack": ("设备已回退", "Device rolled back"),
    "DeviceFaultFound": ("设备故障", "Device at fault"),
    "DeviceFaultCleared": ("设备故障消失", "Fault of a device gone"),
    "ThirdPartyRegistered": ("第三方登记", "Third party registered"),
    "ThirdPartyReviewed": ("第三方经审核", "Third party reviewed"),
    "ThirdPartyAllowed": ("第三方获准", "Third party let in"),
    "ThirdPartyRefused": ("第三方被拒", "Third party refused"),
    "ThirdPartySuspended": ("第三方停用", "Third party suspended"),
    "ThirdPartySecretRenewed": ("第三方更换密钥", "Secret of a third party renewed"),
    "StatementClosed": ("第三方月账单", "Monthly statement of a third party"),
    "StatementCorrected": ("更正月账单", "Statement put right"),
    "StatementPaid": ("月账单收款", "Statement paid"),
    "AgreementGiven": ("居民同意服务", "Service agreed to"),
    "AgreementWithdrawn": ("居民撤回同意", "Agreement taken back"),
    "WebhookPaused": ("回调暂停", "Webhook paused"),
    "WebhookResumed": ("回调恢复", "Webhook resumed"),
    "DirectoryChanged": ("档案变更", "Register changed"),
    "ApprovalAsked": ("申请第二人审批", "A second person asked"),
    "ApprovalDecided": ("审批有了结论", "Decided by a second person"),
    "EmergencyTaken": ("取得应急授权", "Emergency access taken"),
    "EmergencyReviewed": ("应急授权已复核", "Emergency access reviewed"),
    "BroadcastReviewed": ("紧急广播已复核", "Urgent broadcast reviewed"),
    "DeviceReplaced": ("设备更换", "Device replaced"),
    "DeviceMaintenanceBegan": ("设备开始维护", "Maintenance began"),
    "DeviceMaintenanceEnded": ("设备维护结束", "Maintenance over"),
    "NewcomerAdmitted": ("新设备准入", "New device let in"),
    "NewcomerIgnored": ("新设备不予准入", "New device left out"),
    "BulkMoved": ("批量操作", "Done to many devices"),
    "DoorSet": ("设定门", "Door set up"),
    "CredentialMoved": ("开门凭证变动", "Card, code or face changed"),
    "HouseholdMoved": ("住户迁入迁出", "Household moved in or out"),
    "OrderRefunded": ("订单退款", "Order refunded"),
    "PaymentReturned": ("来款退回", "Payment sent back"),
    "ProviderSet": ("设定支付渠道", "Provider of payments set up"),
    "DifferenceSettled": ("差错已处理", "Difference settled"),
    "PaidOut": ("付款", "Paid out"),
    "LaneOpenedByHand": ("人工抬杆", "Lane opened by hand"),
    "StayMended": ("停车记录更正", "Stay put right"),
    "PermitMoved": ("月卡变动", "Monthly permit changed"),
    "PlateWishMoved": ("车辆申请变动", "Wish for a car moved"),
    "CarListed": ("名单变动", "Car listed"),
    "LotSet": ("设定停车场", "Car park set up"),
    "BoothShiftMoved": ("岗亭交接班", "Clerk of a booth moved"),
    "BookingMoved": ("车位预订", "Place booked"),
    "MisparkedMoved": ("违停处理", "Misparked car seen to"),
    "TariffPut": ("资费生效", "Tariff in force"),
    "VisitInvited": ("邀请访客", "Guest invited"),
    "VisitAsked": ("询问住户是否放行", "Household asked about a guest"),
    "VisitAttended": ("保安接待", "Seen to by a guard"),
    "VisitDecided": ("访客有了答复", "Guest answered"),
    "VisitWithdrawn": ("访客取消", "Guest called off"),
    "CallAnswered": ("接听门口呼叫", "Call from a door answered"),
    "ChargingSiteClosed": ("充电站停用", "Charging site closed"),
    "ChargingSiteOpened": ("充电站恢复使用", "Charging site opened again"),
    "CallTalked": ("和门口通话", "Talked with a door"),
    "CallOver": ("门口呼叫结束", "Call from a door over"),
    "MerchantSet": ("设定商户", "Merchant set up"),
    "TerminalSet": ("设定收款终端", "Terminal set up"),
    "TerminalTaken": ("收款终端收回", "Terminal taken away"),
}


class Title(Schema):
    zh: str
    en: str


class Link(Schema):
    """One link of a chain. `cause` is the id of what made it, empty at the top; `depth` counts from
    the thing that was asked about.
    """

    id: str
    cause: str
    kind: str
    at: datetime
    about: dict[str, Any]
    title: Title
    depth: int


class Chain(Schema):
    chain: list[Link]
    consequences: list[Link]


_DEVICES = ("device", "target")
"""Under which names a link tells of a device; a target may also be the path of a place."""


def _link(row: Cause, shown: set[str]) -> dict[str, object]:
    zh, en = TITLES.get(row.kind, (row.kind, row.kind))
    return {
        "id": row.id,
        "cause": row.cause,
        "kind": row.kind,
        "at": row.at,
        "about": row.about if row.id in shown else {},
        "title": {"zh": zh, "en": en},
        "depth": getattr(row, "depth", 0),
    }


@router.get("/{community}/causes/{id}", response=Chain, auth=may("devices.read"))
def chain(request: Visit, community: str, id: str) -> dict[str, object]:
    """Show what led to this, up to the reading, and all that came of it.

    What a link is about is left out for who may not look where it was.
    """
    up = queries.chain(community=community, id=id)
    down = queries.consequences(community=community, id=up[-1].id)
    shown = _shown(request.auth, [*up, *down])
    return {
        "chain": [_link(row, shown) for row in up],
        "consequences": [_link(row, shown) for row in down],
    }


def _shown(actor: Actor, rows: list[Cause]) -> set[str]:
    """Return the ids of the links whose place the actor sees: its own, or that of its device. Of
    a link without either nobody knows where it was.
    """
    if not actor.places:
        return {row.id for row in rows}
    codes = {str(row.about[word]) for row in rows for word in _DEVICES if row.about.get(word)}
    found = devices.by_code(community=actor.community, codes=codes)
    at = {code: device.place.path for code, device in found.items()}
    return {row.id for row in rows if actor.sees(_place(row.about, at))}


def _place(about: dict[str, Any], at: dict[str, str]) -> str:
    if about.get("place"):
        return str(about["place"])
    named = [str(about[word]) for word in _DEVICES if about.get(word)]
    return next((at.get(code, code) for code in named), "")
