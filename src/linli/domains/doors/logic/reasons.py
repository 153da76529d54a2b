"""Why a door opened or did not: the words that controllers know, as people read them. Data."""

from collections.abc import Mapping

from linli.kernel.words import Words


def _words(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


REASONS: Mapping[str, Words] = {
    "right": _words("有权限", "has the right"),
    "fire": _words("火警，疏散门常开", "fire: the way out is free"),
    "free": _words("常开时段", "stands open"),
    "leaving": _words("只出不拦", "on the way out"),
    "door_off": _words("门已停用", "the door is out of use"),
    "shut": _words("临时封闭，仅值守可进", "closed for now; staff only"),
    "too_late": _words("请求到得太晚", "the question came too late"),
    "too_many_tries": _words("错误次数过多，稍后再试", "too many wrong codes; try later"),
    "way_not_here": _words("本门不用这种方式", "this door does not take this way"),
    "not_alive": _words("未通过活体检测，请用其他方式", "the face is not alive; use another way"),
    "unknown": _words("不认识的凭证", "not known here"),
    "forged": _words("二维码不是本小区签发", "a QR code that is not ours"),
    "stale": _words("二维码已过期，请刷新", "the QR code is over; show a new one"),
    "waiting": _words("还没有领取", "was not handed over yet"),
    "lost": _words("已挂失", "was reported lost"),
    "replaced": _words("已换新", "was replaced"),
    "returned": _words("已退还", "was returned"),
    "ended": _words("已注销", "was ended"),
    "barred": _words("禁止通行名单", "barred"),
    "no_consent": _words("未同意刷脸，请用其他方式", "no consent to faces; use another way"),
    "not_yet": _words("还没到生效时间", "not valid yet"),
    "over": _words("已过有效期", "its time is over"),
    "gone": _words("本人或邀请人已不在此", "moved out or left, or his host did"),
    "no_right": _words("没有这扇门的权限", "has no right to this door"),
    "hours": _words("不在允许时段", "outside the hours"),
    "holiday": _words("节假日不开放", "not on holidays"),
    "off_shift": _words("不在当班时间", "not on duty"),
    "floor": _words("没有这层的权限", "has no right to this floor"),
    "no_lift_in_fire": _words("火警期间不乘电梯", "fire: nobody is sent into the lift"),
    "interlock": _words("另一扇门未关", "the other door is open"),
    "inside_already": _words("已在里面（防跟随）", "is inside already"),
    "used_up": _words("次数已用完", "was used up"),
    "over_used": _words("断网期间多用了一次", "used once too often while the line was down"),
}
"""In the order of the decision, roughly; `over_used` is found when a door tells afterwards."""


def said(reason: str) -> Words:
    """Return how people read a reason; one that is none as it is."""
    return REASONS.get(reason, Words(zh=reason, en=reason))


DURESS = _words("求助码，已静默报警", "the code that calls for help; the guards were told")
"""No reason: a door is told nothing of it. It shows beside a passage to who names a purpose."""
