import pytest

from linli.devices import validate
from linli.devices.model import Argument, Service, ThingModel
from linli.kernel.words import Words

NAME = Words(zh="名", en="name")


def argument(**more):
    return Argument(name=NAME, **more)


MODEL = ThingModel(
    id="thing",
    name=NAME,
    category="x",
    period="1m",
    services={
        "speaker.say": Service(
            name=NAME,
            arguments={
                "text": argument(type="text", longest=5),
                "times": argument(type="integer", range=(1, 3), required=False),
                "loud": argument(type="boolean", required=False),
            },
        )
    },
)


@pytest.mark.parametrize(
    "args", [{"text": "你好"}, {"text": "a", "times": 3}, {"text": "a", "times": 2.0, "loud": True}]
)
def test_what_fits_is_taken(args):
    assert validate.command(model=MODEL, service="speaker.say", args=args)


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ({}, "missing"),
        ({"text": "a", "more": 1}, "unknown"),
        ({"text": ""}, "length"),
        ({"text": "123456"}, "length"),
        ({"text": 3}, "type"),
        ({"text": "a", "times": 4}, "range"),
        ({"text": "a", "times": 1.5}, "type"),
        ({"text": "a", "times": True}, "type"),
        ({"text": "a", "times": float("nan")}, "type"),
        ({"text": "a", "loud": 1}, "type"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(args, why):
    with pytest.raises(validate.BadArgument) as refused:
        validate.command(model=MODEL, service="speaker.say", args=args)

    assert refused.value.values["why"] == why


def test_refuses_a_service_of_another_model():
    with pytest.raises(validate.UnknownService):
        validate.command(model=MODEL, service="fan.on", args={})
