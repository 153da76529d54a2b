"""What a line of the audit trail says, in words."""

from linli.foundation.audit.models import Act, Line
from linli.kernel.words import Words
from linli.web import doorwords
from linli.web.chain import TITLES
from linli.web.sentences import said, sentences

_RECORDS = {
    "ward": ("代居民 {} 办理", "done in the place of person {}"),
    "person": ("居民档案 {}", "record of person {}"),
    "staff": ("员工档案 {}", "record of staff {}"),
    "export": ("整份名单 {}", "a whole list: {}"),
    "permit": ("停车月卡 {}", "parking permit {}"),
    "stay": ("停车记录 {}", "stay of a car {}"),
    "plate_wish": ("车辆申请 {}", "wish for a car {}"),
    "visit": ("访客记录 {}", "visit {}"),
    "incident": ("事件记录 {}", "incident {}"),
    "WrappingKey": ("密钥 {}", "wrapping key {}"),
    "DataKey": ("个人密钥 {}", "key of {}"),
    "MasterKey": ("主密钥 {}", "master key {}"),
    "doors.SigningKey": ("二维码签名密钥 {}", "signing key of QR codes {}"),
}
"""What stands before the colon of what a line is about, and how it is called."""
_ACTS = {
    "signed_in": ("登录", "Signed in"),
    "signed_in:code": ("用一次性验证码登录", "Signed in with a one-time code"),
    "signed_in:provider": ("经外部账号登录", "Signed in by another provider"),
    "factor_shown": ("再次核验本人", "Showed a factor again"),
    "identity.wrong_sign_in": ("登录没有通过", "A sign-in that did not pass"),
    "code_sent:sign_in": ("发送登录验证码", "Code to sign in sent"),
    "code_sent:reset": ("发送重设密码验证码", "Code for a new password sent"),
    "code_sent:bind": ("发送绑定验证码", "Code to link an account sent"),
    "audit.accepted": ("审计记录按现状确认", "Trail accepted as it is"),
    "audit.key": ("更换审计锚点密钥", "Key of the anchors turned over"),
    "apart:pair": ("分开存放的库配对", "Stores that lie apart paired"),
}
_SHORT = 24
"""What is longer tells a person nothing; where it was stands beside it."""
_LOOKED = ("查看{}", "Looked at {}")
_CHANGED = ("改动：{}", "Changed: {}")


def title(line: Line) -> Words:
    """Return what was done, as the desk of the auditor shows it."""
    if line.what in _ACTS:
        zh, en = _ACTS[line.what]
        return Words(zh=zh, en=en)
    if line.act == Act.REFUSAL and line.what in sentences():
        return said(line.what, {})
    head, _, rest = line.what.partition(":")
    if head in TITLES:
        zh, en = TITLES[head]
        number = rest if len(rest) <= _SHORT and "/" not in rest else ""
        return Words(zh=f"{zh} {number}".strip(), en=f"{en} {number}".strip())
    done = doorwords.said(line.what)
    if done is not None:
        return done
    zh, en = _RECORDS.get(head, ("{}", "{}"))
    thing = rest if head in _RECORDS else line.what
    frame = _LOOKED if line.act == Act.LOOK else _CHANGED
    return Words(zh=frame[0].format(zh.format(thing)), en=frame[1].format(en.format(thing)))
