"""A town of sensors for the benches: half a million points, each watched by exactly four of 256
scenes with hold and hysteresis.

Its devices t00000… are of seven models, with sixty-four names of points between them. Their limits
lie at 80, 84, 88 and 92 and must hold for 15 to 18 seconds: one reading out of band is no alarm,
two that follow each other in ten seconds are.
"""

from bench.engine import _models, _scene
from linli.contracts.directory import DeviceEntry, PlaceEntry

NAMES = [f"p{n:03d}" for n in range(64)]
HOLDS_S = (15, 16, 17, 18)
LIMITS = (80, 84, 88, 92)
GATEWAYS = 100
_PLACES = 200


def models():
    """Return the models of the town by id."""
    return _models(NAMES)


def scenes():
    """Return the 256 scenes."""
    known = models()
    return [
        _scene(
            name, f"{name}_{step}", limit=f'above = {limit}\nhold = "{hold}s"\nhysteresis = 2',
            undo="undo = true", alarm="alarm = true", models=known,
        )
        for name in NAMES
        for step, (limit, hold) in enumerate(zip(LIMITS, HOLDS_S, strict=True))
    ]  # fmt: skip


def roll(points):
    """Yield (device code, model) until there are so many points."""
    known = list(models().values())
    number = 0
    while points > 0:
        model = known[number % len(known)]
        yield f"t{number:05d}", model
        points -= len(model.properties)
        number += 1


def gateway_of(number):
    """Return the gateway that speaks for a device of the town."""
    return f"tg{number % GATEWAYS:02d}"


def devices(points, secret_hash):
    """Return the devices of a town of so many points, and their gateways."""
    if not points:
        return []
    gateways = [
        DeviceEntry(code=f"tg{n:02d}", model="gateway", place="bench/garage",
                    secret_hash=secret_hash)
        for n in range(GATEWAYS)
    ]  # fmt: skip
    return gateways + [
        DeviceEntry(code=code, model=model.id, place=f"bench/b{n % _PLACES}", gateway=gateway_of(n))
        for n, (code, model) in enumerate(roll(points))
    ]


def places(points):
    """Return the buildings of the town."""
    count = _PLACES if points else 0
    return [PlaceEntry(path=f"bench/b{n}", kind="building") for n in range(count)]
