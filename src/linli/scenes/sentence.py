"""A scene said in one plain sentence, in both languages."""

from linli.kernel.period import said as span_said
from linli.kernel.units import printed
from linli.kernel.words import Words
from linli.scenes.model import (
    After,
    All,
    Any,
    AnyCondition,
    AnyStep,
    Broadcast,
    Case,
    Clock,
    Command,
    Count,
    Happened,
    Held,
    Looking,
    Mode,
    Not,
    Notify,
    OpenCase,
    Rate,
    Scene,
    SetMode,
    Silence,
    Threshold,
)
from linli.scenes.vocabulary import Vocabulary

_OPS = {
    "above": ("高于", "is above"),
    "at_least": ("达到", "is at least"),
    "below": ("低于", "is below"),
    "at_most": ("不高于", "is at most"),
    "equals": ("为", "is"),
    "not_equals": ("不为", "is not"),
    "outside": ("超出", "is outside"),
}
_WHERE = {
    "place": ("同一地点", "in the same place"),
    "room": ("同一房间", "in the same room"),
    "floor": ("同一楼层", "on the same floor"),
    "unit": ("同一单元", "in the same unit"),
    "building": ("同一楼栋", "in the same building"),
    "zone": ("同一分区", "in the same zone"),
    "garage": ("同一车库", "in the same garage"),
    "estate": ("本小区", "in the estate"),
}
WHO: dict[str, tuple[str, str]] = {
    "engineer": ("工程师", "the engineer"),
    "electrician": ("电工", "the electrician"),
    "plumber": ("水暖工", "the plumber"),
    "lift": ("电梯工", "the lift mechanic"),
    "fire": ("消防工程师", "the fire engineer"),
    "air": ("通风工", "the air engineer"),
    "guard": ("保安", "the guard"),
    "patrol": ("巡逻员", "the patrol"),
    "grid_worker": ("网格员", "the grid worker"),
    "front_desk": ("前台", "the front desk"),
    "dispatcher": ("派遣员", "the dispatcher"),
    "supervisor": ("监督员", "the supervisor"),
    "manager": ("物业经理", "the manager"),
    "cleaner": ("保洁员", "the cleaner"),
    "gardener": ("绿化工", "the gardener"),
    "care": ("照护员", "the carer"),
    "household": ("这户居民", "whoever lives there"),
    "workplace": ("在那里上班的人", "whoever works there"),
}
"""Skills and roles that a case is for, or that are told."""

MODES: dict[str, tuple[str, str]] = {
    "home": ("住家", "the home"), "home=away": ("外出", "away"), "home=home": ("有人", "in"),
    "home=night": ("睡觉", "asleep"), "entry": ("进门", "coming in"),
    "entry=waiting": ("等待撤防", "waits to be disarmed"), "entry=none": ("没有", "nobody"),
    "parking": ("停车场", "the car park"), "parking=full": ("已满", "full"),
    "parking=open": ("有空位", "open"), "fire": ("火警", "fire"),
    "fire=confirmed": ("已确认", "confirmed"), "court": ("球场", "the court"),
    "court=booked": ("已预订", "booked"), "lighting": ("照明", "the lighting"),
    "lighting=night": ("夜间", "night"), "lighting=day": ("白天", "day"),
    "home=child": ("有幼儿", "in, with a small child"), "home=out": ("外出", "out"),
    "fire=drill": ("演练", "a drill"), "fire=none": ("没有", "none"),
    "work": ("作业", "work"), "work=permit": ("已开票", "with a permit"),
    "care": ("关怀", "care"), "care=lone": ("独居", "living alone"),
    "care=memory": ("认知障碍", "dementia"), "pool": ("泳池", "the pool"),
    "pool=closed": ("已关闭", "closed"), "pool=open": ("开放", "open"),
    "emergency": ("应急状态", "the emergency"), "emergency=on": ("已启动", "on"),
    "quiet": ("静音期", "the quiet time"), "quiet=exam": ("考试", "exams"),
    "waste": ("垃圾投放", "waste"), "waste=timed": ("定时", "at set hours"),
    "door": ("门", "the door"), "door=held": ("留门", "held open"),
    "door=normal": ("正常", "as usual"), "bay": ("车位", "the bay"),
    "bay=short_stay": ("临时接送", "short stay"), "heating": ("供暖", "the heating"),
    "heating=season": ("供暖季", "in season"), "occupancy": ("入住", "the flat"),
    "occupancy=vacant": ("空置", "vacant"), "room": ("房间", "the room"),
    "room=booked": ("已预订", "booked"), "room=free": ("空闲", "free"),
    "room=study": ("自习", "for study"), "room=day_care": ("日间照料", "for day care"),
    "festival": ("节庆", "the festival"), "festival=on": ("进行中", "on"),
    "cool_room": ("纳凉点", "the cool room"), "cool_room=open": ("开放", "open"),
    "robot": ("机器人", "the robot"), "robot=outdoor": ("在室外", "outdoors"),
}  # fmt: skip
"""Modes by name, and their values as `mode=value`."""

_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {"working": ("工作日", "working days"), "rest": ("休息日", "days of rest")}
_EMPTY = Vocabulary(properties={}, events={}, services={})


class _Teller:
    """Says conditions and steps with the names that thing models give."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def condition(self, condition: AnyCondition) -> Words:
        match condition:
            case All(parts=parts):
                return _joined([self.condition(one) for one in parts], "，且", " and ")
            case Any(parts=parts):
                return _joined([self.condition(one) for one in parts], "，或", " or ")
            case Not(part=part):
                inner = self.condition(part)
                return Words(zh=f"并非（{inner.zh}）", en=f"not ({inner.en})")
            case Held(part=part, hold_s=hold_s):
                inner, span = self.condition(part), span_said(hold_s)
                return Words(zh=f"{inner.zh}持续 {span.zh}", en=f"{inner.en} for {span.en}")
            case Count(what=what, count=count, within_s=within_s, during=during):
                inner, span = self.condition(what), span_said(within_s)
                said = Words(
                    zh=f"{span.zh}内 {count} 次{inner.zh}",
                    en=f"{inner.en} {count} times within {span.en}",
                )
                return said if during is None else _while(said, _around(during))
        return self._leaf(condition)

    def _leaf(self, leaf: AnyCondition) -> Words:
        match leaf:
            case Threshold():
                return self._threshold(leaf)
            case Rate(by=by, within_s=within_s):
                span, name = span_said(within_s), self._point(leaf)
                zh, en = ("上升", "rises") if by > 0 else ("下降", "falls")
                return Words(
                    zh=f"{name.zh}在 {span.zh}内{zh} {abs(by):g}",
                    en=f"{name.en} {en} by {abs(by):g} within {span.en}",
                )
            case Silence(silent_s=silent_s):
                span, name = span_said(silent_s), self._point(leaf)
                return Words(
                    zh=f"{name.zh} {span.zh}没有消息", en=f"nothing from {name.en} for {span.en}"
                )
            case Happened():
                name = self._point(leaf)
                return Words(zh=f"发生“{name.zh}”", en=f"“{name.en}” is told")
        return _around(leaf)

    def _threshold(self, leaf: Threshold) -> Words:
        name, (zh, en) = self._point(leaf), _OPS[leaf.op]
        values = [self._value(leaf, limit) for limit in leaf.limits]
        first = Words(
            zh="–".join(value.zh for value in values), en="–".join(value.en for value in values)
        )
        return Words(zh=f"{name.zh}{zh} {first.zh}", en=f"{name.en} {en} {first.en}")

    def _value(self, leaf: Threshold, limit: float) -> Words:
        for one in self._words.properties.get(leaf.point, ()):
            if one.type == "enum" and limit < len(one.value_names):
                return one.value_names[int(limit)]
            if one.type == "boolean":
                return Words(zh="是", en="on") if limit else Words(zh="否", en="off")
            unit = f" {printed(one.unit)}" if one.unit else ""
            return Words(zh=f"{limit:g}{unit}", en=f"{limit:g}{unit}")
        return Words(zh=f"{limit:g}", en=f"{limit:g}")

    def _point(self, look: Looking) -> Words:
        if not look.point:
            name = Words(zh="设备", en="the device")
        else:
            known = [one.name for one in self._words.properties.get(look.point, ())]
            known += [one.name for one in self._words.events.get(look.point, ())]
            name = known[0] if known else Words(zh=look.point, en=look.point)
        return _placed(name, look.where, look.of)

    def step(self, step: AnyStep) -> Words:
        said = self._step(step)
        if not step.after_s:
            return said
        span = span_said(step.after_s)
        return Words(zh=f"{span.zh}后{said.zh}", en=f"{said.en} after {span.en}")

    def _step(self, step: AnyStep) -> Words:
        match step:
            case Command(service=service):
                known = self._words.services.get(service, ())
                name = known[0].name if known else Words(zh=service, en=service)
                zh, en = _WHERE.get(step.where or "", ("", ""))
                return Words(zh=f"{zh}{name.zh}", en=f"{name.en} {en}".strip())
            case OpenCase(to=to, within_s=within_s):
                who = _who(to)
                span = Words(zh="", en="") if within_s is None else span_said(within_s)
                return Words(
                    zh="开工单"
                    + (f"给{who.zh}" if to else "")
                    + (f"，限 {span.zh}" if span.zh else ""),
                    en="a case is opened"
                    + (f" for {who.en}" if to else "")
                    + (f", due within {span.en}" if span.en else ""),
                )
            case Broadcast(text=text):
                return Words(zh=f"广播“{text.zh}”", en=f"“{text.en}” is broadcast")
            case Notify(to=to, text=text):
                who = _who(to)
                return Words(zh=f"通知{who.zh}：“{text.zh}”", en=f"{who.en} is told “{text.en}”")
            case SetMode(mode=mode, value=value):
                name, put = _mode(mode), _mode(mode, value)
                return Words(zh=f"把{name.zh}设为“{put.zh}”", en=f"{name.en} is set to “{put.en}”")


def sentence(scene: Scene, words: Vocabulary = _EMPTY) -> Words:
    """Return what a scene does, in one sentence.

    :param words: the words of the thing models; without them points go by their bare names
    """
    teller = _Teller(words)
    when = teller.condition(scene.when)
    steps = [Words(zh="报警", en="an alarm is raised")] if scene.alarm else []
    steps += [teller.step(step) for step in scene.do]
    does = _joined(steps, "，", ", ")
    zh = f"当{when.zh}时，{does.zh}；{_ending(scene, teller).zh}。"
    en = f"When {when.en}: {does.en}; {_ending(scene, teller).en}."
    if scene.cooldown_s:
        rest = span_said(scene.cooldown_s)
        zh = f"{zh[:-1]}，之后静默 {rest.zh}。"
        en = f"{en[:-1]}, then it rests for {rest.en}."
    return Words(zh=zh, en=en)


def _who(skill: str) -> Words:
    zh, en = WHO.get(skill, (skill, f"the {skill}"))
    return Words(zh=zh, en=en)


def _mode(mode: str, value: str = "") -> Words:
    """Return what a mode is called, or one of its values."""
    zh, en = MODES.get(f"{mode}={value}" if value else mode, (value or mode, value or mode))
    return Words(zh=zh, en=en)


def _ending(scene: Scene, teller: _Teller) -> Words:
    if scene.clear is None:
        return Words(zh="条件不再成立即解除", en="it ends when that is so no longer")
    clear = teller.condition(scene.clear)
    return Words(zh=f"{clear.zh}时解除", en=f"it ends when {clear.en}")


def _around(leaf: AnyCondition) -> Words:
    match leaf:
        case Clock(start_min=start, end_min=end, days=days):
            span = f"{start // 60:02d}:{start % 60:02d}–{end // 60:02d}:{end % 60:02d}"
            zh, en = _days(days)
            return Words(zh=f"{zh}{span}", en=f"the time is {span}{en}")
        case Mode():
            return _mode_is(leaf)
        case Case(kind=kind, open=is_open):
            zh, en = ("有未结", "a case is open") if is_open else ("没有未结", "no case is open")
            return Words(zh=f"此处{zh}工单 {kind}", en=f"{en} here ({kind})")
        case After(after_s=after_s):
            past = span_said(after_s)
            return Words(zh=f"动作后过了 {past.zh}", en=f"{past.en} have passed since")
    raise AssertionError(leaf)


def _mode_is(leaf: Mode) -> Words:
    name, many = _mode(leaf.mode), [_mode(leaf.mode, value) for value in leaf.values]
    zh, en = "、".join(one.zh for one in many), " or ".join(one.en for one in many)
    if not leaf.since_s:
        return Words(zh=f"{name.zh}为“{zh}”", en=f"{name.en} is “{en}”")
    span = span_said(leaf.since_s)
    return Words(
        zh=f"{name.zh}设为“{zh}”已满 {span.zh}",
        en=f"{name.en} was set to “{en}” at least {span.en} ago",
    )


def _while(said: Words, mode: Words) -> Words:
    return Words(zh=f"在{mode.zh}期间，{said.zh}", en=f"{said.en}, all while {mode.en}")


def _days(days: str | tuple[int, ...]) -> tuple[str, str]:
    if isinstance(days, str):
        zh, en = _DAYS.get(days, ("", ""))
        return zh, f" on {en}" if en else ""
    return "周" + "、".join(_DAYS_ZH[one] for one in days), " on " + ", ".join(
        _DAYS_EN[one] for one in days
    )


def _placed(name: Words, where: str | None, of: str) -> Words:
    if where in (None, "device") and of == "any":
        return name
    zh, en = _WHERE.get(where or "", ("", ""))
    every = {"any": ("有", "any"), "all": ("全部", "every")}
    many = every.get(of, (f"至少 {of} 处", f"at least {of}"))
    return Words(zh=f"{zh}{many[0]}{name.zh}", en=f"{many[1]} {name.en} {en}".strip())


def _joined(parts: list[Words], zh: str, en: str) -> Words:
    return Words(zh=zh.join(one.zh for one in parts), en=en.join(one.en for one in parts))
