"""A scene from its file, every mistake named. The text is handed in; nothing is read here."""

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from linli.contracts.effects import Severity
from linli.contracts.things import Service, ThingModel
from linli.kernel.fault import Fault
from linli.kernel.table import Table, parse
from linli.scenes import faults, sizes, vocabulary
from linli.scenes.load_when import Reader, read_of, read_where
from linli.scenes.model import (
    BOARDS,
    PLACE_KINDS,
    AnyCondition,
    AnyStep,
    Broadcast,
    Command,
    Happened,
    Held,
    Not,
    Notify,
    OpenCase,
    Scene,
    SetMode,
    Story,
)
from linli.scenes.vocabulary import Vocabulary
from linli.scenes.walk import is_momentary, leaves, looks

_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+){2}")
_LEAST_STORIES = 2


def load(
    text: str, *, file: str, models: Mapping[str, ThingModel], expected_id: str | None = None
) -> Scene:
    """Return the scene of one file.

    :param expected_id: the id that the file's place promises: `<board>.<category>.<name>`
    :raises Mistake: naming the file, the key, and what to do
    """
    sizes.check_text(text, file=file)
    rows = parse(text, file=file)
    sizes.check_rows(rows, file=file)
    table = Table(file=file, path="", rows=rows)
    words = vocabulary.of(models.values())
    scene_id = _id(table, expected_id)
    board, category, _ = scene_id.split(".")
    reader = Reader(words=words, of=read_of(table, "any"))
    when = reader.condition(table.table("when"), key="")
    clear = _clear(reader, table, when)
    needs = table.table("needs")
    alarm = table.flag("alarm", default=True)
    actuators = _actuators(needs, words)
    scene = Scene(
        id=scene_id,
        name=table.words("name"),
        board=board,
        category=category,
        severity=Severity(table.choice("severity", [one.value for one in Severity])),
        source=table.text("source"),
        sensors=_sensors(needs, words),
        actuators=actuators,
        at=_at(table),
        scope=table.choice("scope", ("device", *PLACE_KINDS), "device"),
        alarm=alarm,
        cooldown_s=table.span("cooldown", "0s"),
        when=when,
        clear=clear,
        do=_steps(table, words, alarm=alarm),
        stories=_stories(table),
        toml=text,
    )
    needs.end()
    table.end()
    sizes.check_scene(scene, file=file)
    return _bound(scene, file)


def load_all(
    files: Mapping[str, str], *, models: Mapping[str, ThingModel]
) -> tuple[list[Scene], list[Fault]]:
    """Return the scenes that load, in the order of their ids, and what is wrong with the others.

    :param files: text by path; the path below `scenes/` promises the id
    """
    scenes: dict[str, Scene] = {}
    wrong: list[Fault] = []
    for path, text in files.items():
        try:
            scene = load(text, file=path, models=models, expected_id=promised_id(path))
            if scene.id in scenes:
                raise faults.DoubleId(file=path, key="id", found=scene.id)
            scenes[scene.id] = scene
        except Fault as fault:
            wrong.append(fault)
    return [scenes[key] for key in sorted(scenes)], wrong


def promised_id(path: str) -> str | None:
    """Return the id that `…/scenes/<board>/<category>/<name>.toml` promises, if it is so laid."""
    board, category, name = ["", "", "", *path.split("/")][-3:]
    if board not in BOARDS or not name.endswith(".toml"):
        return None
    return f"{board}.{category}.{name.removesuffix('.toml')}".replace("-", "_")


def _id(table: Table, expected: str | None) -> str:
    found = table.text("id")
    if not _ID.fullmatch(found) or (expected is not None and found != expected):
        raise faults.WrongId(
            file=table.file, key="id", found=found, expected=expected or "board.category.name"
        )
    if found.split(".")[0] not in BOARDS:
        raise faults.WrongBoard(file=table.file, key="id", found=found, options=", ".join(BOARDS))
    return found


def _sensors(needs: Table, words: Vocabulary) -> tuple[str, ...]:
    names = _names(needs, "sensor")
    for name in names:
        if name not in words.properties and name not in words.events:
            raise faults.UnknownPoint(file=needs.file, key=needs.name("sensor"), found=name)
    return names


def _actuators(needs: Table, words: Vocabulary) -> tuple[str, ...]:
    names = tuple(vocabulary.family(name) for name in _names(needs, "actuator"))
    for name in names:
        if name not in words.families():
            raise faults.UnknownActuator(file=needs.file, key=needs.name("actuator"), found=name)
    return names


def _names(table: Table, key: str) -> tuple[str, ...]:
    """Return one name or several; none if the key is not there."""
    if not table.has(key):
        return ()
    found = table.take(key)
    if isinstance(found, str):
        return (found,)
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        return tuple(found)
    raise table.wrong(key, '"…" / ["…", "…"]')


def _at(table: Table) -> tuple[str, ...]:
    return _names(table, "at")


def _bound(scene: Scene, file: str) -> Scene:
    """Return the scene with the sensor it binds to: its first point, where it names none."""
    tells = any(isinstance(leaf, Happened) for leaf in leaves(scene.when))
    if tells and scene.clear is None and not is_momentary(scene):
        raise faults.NeedsClear(file=file, key="clear")
    if scene.sensors:
        return scene
    own = [look.point for look in looks(scene.when) if look.where in (None, "device")]
    if scene.scope == "device" and not any(own) and not scene.actuators and own != [""]:
        raise faults.UnknownPoint(file=file, key="needs.sensor", found="")
    return msgspec.structs.replace(scene, sensors=tuple(name for name in own[:1] if name))


def _clear(reader: Reader, table: Table, when: AnyCondition) -> AnyCondition | None:
    if not table.has("clear"):
        return None
    inner = table.table("clear")
    if set(inner.keys()) == {"hold"}:
        bare = when.part if isinstance(when, Held) else when
        undone = Not(node=reader.node(), key="clear.", part=bare)
        return Held(node=reader.node(), key="clear.", part=undone, hold_s=inner.span("hold"))
    return reader.condition(inner, key="clear.", clear=True)


def _steps(table: Table, words: Vocabulary, *, alarm: bool) -> tuple[AnyStep, ...]:
    steps = [_step(one, number, words) for number, one in enumerate(table.tables("do"))]
    if not steps and not alarm:
        raise faults.NothingToDo(file=table.file, key="do")
    return tuple(sorted(steps, key=lambda step: step.after_s))


def _step(table: Table, number: int, words: Vocabulary) -> AnyStep:
    kinds = [kind for kind in _STEPS if table.has(kind)]
    if len(kinds) != 1:
        raise faults.OneEffect(file=table.file, key=table.path, options=", ".join(_STEPS))
    after_s = table.span("after", "0s")
    where = read_where(table) if table.has("where") else None
    step = _STEPS[kinds[0]](table, words)
    table.end()
    return msgspec.structs.replace(step, number=number, after_s=after_s, where=where)


def _command(table: Table, words: Vocabulary) -> Command:
    service = table.text("command")
    if service not in words.services:
        raise faults.UnknownService(file=table.file, key=table.name("command"), found=service)
    undo = table.flag("undo", default=True)
    made = words.services[service]
    args = _args(table, made)
    inverse = next((one.inverse for one in made if one.inverse), None)
    needed = [one for s in words.services.get(inverse or "", ()) for one in s.arguments.values()]
    if undo and any(one.required for one in needed):
        raise faults.NoInverse(file=table.file, key=table.name("undo"), found=inverse)
    return Command(number=0, service=service, args=args, undo=undo)


def _args(table: Table, made: Iterable[Service]) -> dict[str, float | str | bool]:
    inner = table.table("args")
    known = {name for service in made for name in service.arguments}
    args: dict[str, float | str | bool] = {}
    for name in inner.keys():  # noqa: SIM118 - a Table is no mapping
        found = inner.take(name)
        if name not in known:
            raise faults.UnknownArgument(
                file=table.file, key=inner.name(name), options=", ".join(sorted(known))
            )
        if not isinstance(found, (bool, int, float, str)):
            raise inner.wrong(name, "数、文字 number, text, true / false")
        args[name] = found
    for name in sorted({n for s in made for n, a in s.arguments.items() if a.required} - set(args)):
        raise inner.wrong(name, "…")
    return args


def _case(table: Table, _: Vocabulary) -> OpenCase:
    within = table.span("within") if table.has("within") else None
    to = table.text("to", " ").strip().removeprefix("nearest ")
    return OpenCase(number=0, kind=table.text("case"), to=to, within_s=within)


def _broadcast(table: Table, _: Vocabulary) -> Broadcast:
    urgent = table.flag("urgent", default=False)
    return Broadcast(number=0, text=table.words("broadcast"), urgent=urgent)


def _notify(table: Table, _: Vocabulary) -> Notify:
    urgent = table.flag("urgent", default=False)
    return Notify(number=0, to=table.text("notify"), text=table.words("text"), urgent=urgent)


def _set_mode(table: Table, _: Vocabulary) -> SetMode:
    inner = table.table("mode")
    names = inner.keys()
    if len(names) != 1:
        raise table.wrong("mode", '{ lighting = "night" }')
    return SetMode(number=0, mode=names[0], value=inner.text(names[0]))


_STEPS: dict[str, Callable[[Table, Vocabulary], AnyStep]] = {
    "command": _command,
    "case": _case,
    "broadcast": _broadcast,
    "notify": _notify,
    "mode": _set_mode,
}


def _stories(table: Table) -> tuple[Story, ...]:
    stories = []
    for one in table.tables("story"):
        title = one.words("title", plain=True)
        stories.append(Story(title=title, given=one.texts("given"), then=one.texts("then")))
        one.end()
    acts = any(story.then for story in stories)
    rests = any(not story.then for story in stories)
    if len(stories) < _LEAST_STORIES or not acts or not rests:
        raise faults.MissingStories(file=table.file, key="story")
    return tuple(stories)
