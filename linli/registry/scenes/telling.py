"""A scene in words: when it acts, and what it does then."""

from collections.abc import Iterable, Mapping

from linli.devices.model import ThingModel
from linli.kernel.period import words as span
from linli.kernel.words import Words
from linli.scenes import model as m

_OPS = {
    "above": ("高于", "above"),
    "at_least": ("不低于", "at least"),
    "below": ("低于", "below"),
    "at_most": ("不高于", "at most"),
    "equals": ("为", "is"),
    "not_equals": ("不为", "is not"),
    "outside": ("超出", "outside"),
}


class Lexicon:
    """What points and services are called, and the units of points, whichever model has them."""

    def __init__(self, models: Mapping[str, ThingModel]) -> None:
        self.points: dict[str, Words] = {}
        self.units: dict[str, str] = {}
        self.services: dict[str, Words] = {}
        self._yes_no: set[str] = set()
        self._values: dict[str, tuple[Words, ...]] = {}
        for one in models.values():
            for name, happening in one.events.items():
                self.points.setdefault(name, happening.name)
            for name, known in one.properties.items():
                self.points.setdefault(name, known.name)
                self.units.setdefault(name, known.unit)
                if known.type == "boolean":
                    self._yes_no.add(name)
                if known.value_names:
                    self._values.setdefault(name, known.value_names)
            for name, service in one.services.items():
                self.services.setdefault(name, service.name)

    def point(self, name: str) -> Words:
        """Return what a point is called."""
        return self.points.get(name, Words(zh=name or "任何测点", en=name or "any point"))

    def service(self, name: str) -> Words:
        """Return what a service is called."""
        return self.services.get(name, Words(zh=name, en=name))

    def value(self, point: str, value: float) -> Words:
        """Return a value of a point as people say it."""
        if point in self._yes_no:
            return Words(zh="是" if value else "否", en="yes" if value else "no")
        names = self._values.get(point, ())
        if names and 0 <= value < len(names):
            return names[int(value)]
        text = f"{value:g} {self.units.get(point, '')}".strip()
        return Words(zh=text, en=text)


def sentence(*, scene: m.Scene, models: Mapping[str, ThingModel]) -> Words:
    """Return in both languages when a scene acts and what it does."""
    lexicon = Lexicon(models)
    when = _condition(scene.when, lexicon)
    done = [_step(step, lexicon) for step in scene.do]
    if scene.alarm:
        done.insert(0, Words(zh="报警", en="raise an alarm"))
    return Words(
        zh=f"{when.zh}时，{'、'.join(one.zh for one in done)}",
        en=f"When {when.en}: {', '.join(one.en for one in done)}",
    )


def _condition(one: m.AnyCondition, lexicon: Lexicon) -> Words:
    match one:
        case m.Held(part=part, hold_s=hold_s):
            inner = _condition(part, lexicon)
            return Words(zh=f"{inner.zh}持续 {span(hold_s)}", en=f"{inner.en} for {span(hold_s)}")
        case m.All(parts=parts):
            return _joined(parts, lexicon, ("且", " and "))
        case m.Any(parts=parts):
            return _joined(parts, lexicon, ("或", " or "))
        case m.Not(part=part):
            inner = _condition(part, lexicon)
            return Words(zh=f"并非{inner.zh}", en=f"not {inner.en}")
        case m.Threshold() | m.Rate() | m.Silence() | m.Happened():
            return _look(one, lexicon)
        case _:
            return _around(one, lexicon)


def _joined(parts: Iterable[m.AnyCondition], lexicon: Lexicon, link: tuple[str, str]) -> Words:
    said = [_condition(part, lexicon) for part in parts]
    return Words(zh=link[0].join(one.zh for one in said), en=link[1].join(one.en for one in said))


def _look(one: m.Looking, lexicon: Lexicon) -> Words:
    point = lexicon.point(one.point)
    match one:
        case m.Threshold(op=op, limits=limits):
            zh, en = _OPS.get(op, (op, op))
            said = [lexicon.value(one.point, limit) for limit in limits]
            return Words(
                zh=f"{point.zh}{zh} {'–'.join(x.zh for x in said)}",
                en=f"{point.en} {en} {'–'.join(x.en for x in said)}",
            )
        case m.Rate(by=by, within_s=within_s):
            up = by > 0
            much = lexicon.value(one.point, abs(by))
            return Words(
                zh=f"{point.zh} {span(within_s)} 内{'上升' if up else '下降'} {much.zh}",
                en=f"{point.en} {'rises' if up else 'falls'} by {much.en} within {span(within_s)}",
            )
        case m.Silence(silent_s=silent_s):
            return Words(
                zh=f"{point.zh} {span(silent_s)} 没有消息", en=f"{point.en} silent {span(silent_s)}"
            )
        case _:
            return Words(zh=f"发生“{point.zh}”", en=f"“{point.en}” happens")


def _around(one: m.AnyCondition, lexicon: Lexicon) -> Words:
    match one:
        case m.Count(what=what, count=count, within_s=within_s):
            inner = _look(what, lexicon)
            return Words(
                zh=f"{span(within_s)} 内{count} 次{inner.zh}",
                en=f"{inner.en} {count} times within {span(within_s)}",
            )
        case m.Clock(start_min=start, end_min=end):
            hours = f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"
            return Words(zh=f"在 {hours}", en=f"during {hours}")
        case m.Mode(mode=mode, values=values):
            said = "/".join(values)
            return Words(zh=f"模式 {mode} 为 {said}", en=f"mode {mode} is {said}")
        case m.Case(kind=kind, open=is_open):
            return Words(
                zh=f"{'有' if is_open else '没有'} {kind} 案件在办",
                en=f"{'a' if is_open else 'no'} {kind} case is open",
            )
        case m.After(after_s=after_s):
            return Words(zh=f"{span(after_s)} 后", en=f"{span(after_s)} later")
        case _:
            return Words(zh="条件成立", en="its condition holds")


def _step(step: m.AnyStep, lexicon: Lexicon) -> Words:
    later = (
        (f"{span(step.after_s)} 后", f" after {span(step.after_s)}") if step.after_s else ("", "")
    )
    match step:
        case m.Command(service=service):
            said = lexicon.service(service)
        case m.OpenCase(kind=kind):
            said = Words(zh=f"立案 {kind}", en=f"open a case {kind}")
        case m.Broadcast(text=text):
            said = Words(zh=f"广播“{text.zh}”", en=f"broadcast “{text.en}”")
        case m.Notify(to=to, text=text):
            said = Words(zh=f"通知 {to}“{text.zh}”", en=f"notify {to} “{text.en}”")
        case m.SetMode(mode=mode, value=value):
            said = Words(zh=f"把 {mode} 设为 {value}", en=f"set {mode} to {value}")
    return Words(zh=later[0] + said.zh, en=said.en + later[1])
