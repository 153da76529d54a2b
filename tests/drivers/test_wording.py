"""What an engineer chooses, and why he is refused, is said in two languages."""

import ast
import re
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from linli.contracts.wires import Wire
from linli.devices.model import ThingModel
from linli.drivers import known, wording
from linli.drivers.wiring import BadOptions, Wires
from linli.kernel.words import Words

MODEL = ThingModel(id="meter", name=Words(zh="表", en="meter"), category="energy", period="1m")


def wires():
    return Wires(tables={}, models={"meter": MODEL})


def refused(driver, **options):
    wire = Wire(driver=driver, address="", model="meter", options=options, is_line=True)
    with pytest.raises(BadOptions) as refusal:
        wires().check(wire)
    return refusal.value.values


def structs():
    for name in known.names():
        driver = known.driver(name)
        yield from (one for one in (driver.line, driver.member) if msgspec.structs.fields(one))


def messages():
    """Return what the options' own checks may say: the texts of `raise ValueError` around them."""
    modules = {base.__module__ for kind in structs() for base in kind.__mro__}
    found = set()
    for module in sorted(one for one in modules if one.startswith("linli.drivers")):
        tree = ast.parse(Path(import_module(module).__file__).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "__post_init__":
                found |= {text for one in ast.walk(node) if (text := said(one))}
    return sorted(found)


def said(node):
    if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
        return ""
    if getattr(node.exc.func, "id", "") != "ValueError":
        return ""
    text = node.exc.args[0]
    if isinstance(text, ast.Constant):
        return text.value
    parts = (p.value if isinstance(p, ast.Constant) else "7" for p in text.values)
    return "".join(parts)


def in_options(text):
    """Leave out what tables of the catalogue are refused for: that an author reads."""
    return not re.search(r"topic|small letters|argument and release", text)


class TestReasons:
    @pytest.mark.parametrize("why", [one for one in messages() if in_options(one)])
    def test_each_check_of_options_has_chinese_words(self, why):
        assert wording.knows(why)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"listen": "nowhere"}, "应写成“主机:端口”，不是 'nowhere'"),
            ({}, "connect、listen、serial 三项中填且只填一项"),
            ({"connect": "h:1", "odd": 1}, "没有“odd”这一项"),
            ({"connect": "h:1", "variant": "1066"}, "variant 不能取 '1066'"),
            ({"connect": "h:1", "tries": "x"}, "tries 的类型应为 int，不是 str"),
            ({"connect": "h:1", "tries": 99}, "answer_within_s 最大为 60，tries 最大为 10"),
        ],
    )
    def test_a_refusal_says_why_in_both(self, options, words):
        values = refused("dlt645", **options)

        assert values["why_zh"] == words
        assert values["why"].isascii()

    def test_says_as_it_stands_what_no_pattern_knows(self):
        assert wording.in_chinese("the moon is full") == "the moon is full"


class TestChoices:
    def test_each_choice_of_each_driver_has_words_of_its_own(self):
        found = [
            (one.name, choice)
            for protocol in wires().protocols()
            for one in (*protocol.line, *protocol.member)
            for choice in one.choices
        ]

        assert {name for name, _ in found} >= {"variant", "closing", "mode", "transport", "xml"}
        unsaid = [
            (name, choice.value)
            for name, choice in found
            if str(choice.value) not in wording._choices().get(name, {})
        ]
        assert unsaid == []

    def test_says_whether_many_may_be_chosen(self):
        [gb] = [one for one in wires().protocols() if one.name == "gb28181"]
        many = {one.name: one.many for one in gb.line if one.choices}

        assert many == {"xml": False, "subscribe": True}

    def test_one_that_may_be_anything_has_none(self):
        [dlt] = [one for one in wires().protocols() if one.name == "dlt645"]

        assert [one.choices for one in dlt.line if one.name == "connect"] == [[]]
