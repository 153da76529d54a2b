"""What a third party changed, in words, and which case it was about. Pure."""

import re
from collections.abc import Sequence

import msgspec

from linli.kernel.words import Words

_DONE: Sequence[tuple[re.Pattern[str], Words]] = tuple(
    (re.compile(f"POST /[^/]+/{path}"), words)
    for path, words in (
        ("cases", Words(zh="报事", en="reported")),
        ("cases/[0-9]+/photos", Words(zh="添加照片", en="added a photograph")),
        ("cases/[0-9]+/steps/.+", Words(zh="推进案件", en="took a step")),
        ("alarms/[0-9]+/case", Words(zh="把报警转为案件", en="made an alarm a case")),
        ("open311/.+", Words(zh="报事（Open311）", en="reported (Open311)")),
        ("webhooks(/.*)?", Words(zh="改动回调", en="changed a webhook")),
        ("third-parties/own/secret", Words(zh="更换自己的密钥", en="renewed its secret")),
    )
)
_OTHER = Words(zh="其他改动", en="another change")
_OF_CASE = re.compile("POST /[^/]+/cases/([0-9]{1,18})/.+")
_MAKES_CASE = re.compile("POST /[^/]+/(cases|alarms/[0-9]+/case)")


class _Made(msgspec.Struct):
    id: int


def said(act: str) -> Words:
    """Return what a method and a path did, in words."""
    return next((words for path, words in _DONE if path.fullmatch(act)), _OTHER)


def case_of(*, act: str, answered: bytes) -> int | None:
    """Return the number of the row of the case that it was about: it stands in the path, or in what
    was answered to who opened one. None where it was about none, or came to nothing.
    """
    if found := _OF_CASE.fullmatch(act):
        return int(found[1])
    if not _MAKES_CASE.fullmatch(act):
        return None
    try:
        return msgspec.json.decode(answered, type=_Made).id
    except msgspec.MsgspecError:
        return None
