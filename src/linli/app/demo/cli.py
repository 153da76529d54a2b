"""`./linli demo …`: make things happen in 和睦里 while it runs."""

import time

import click

from linli.app.demo import control
from linli.app.demo.hands import TAKES
from linli.app.demo.incidents import INCIDENTS
from linli.app.up import home_folder

_PATIENCE_S, _PAUSE_S = 10.0, 0.2


@click.group()
def demo() -> None:
    """Make things happen in the demo community 和睦里, while `./linli up` runs."""


@demo.command()
@click.argument("name", type=click.Choice(list(INCIDENTS)), metavar="NAME")
@click.option("--device", default="", help="Befall this device (a code or a pattern) instead.")
def incident(*, name: str, device: str) -> None:
    """Let an incident begin; `./linli demo list` names them."""
    befallen = _ask(control.Order(do="incident", name=name, device=device))
    words = INCIDENTS[name].words
    click.echo(f"{words.zh} · {words.en} · {befallen}")


@demo.command("list")
def list_() -> None:
    """Name the incidents there are."""
    for name, one in INCIDENTS.items():
        click.echo(f"{name:<14} {one.words.zh} · {one.words.en} ({one.usual})")


@demo.command()
def reset() -> None:
    """End every incident; what flowed is gone, what was stuck goes again."""
    _ask(control.Order(do="reset"))
    click.echo("一切恢复正常 · all is well again")


@demo.command()
@click.argument("factor", type=click.FloatRange(0.1, 100))
def speed(*, factor: float) -> None:
    """Let nature go so many times as fast: gases, heat, the hours of the day."""
    click.echo(f"× {_ask(control.Order(do='speed', factor=factor))}")


@demo.command()
@click.argument("lane")
@click.argument("way", type=click.Choice(["in", "out"]))
@click.argument("plate", default="")
def drive(*, lane: str, way: str, plate: str) -> None:
    """Let a car stand at a lane (its barrier's code), coming in or going out; without a plate, one
    that has none.
    """
    click.echo(_ask(control.Order(do="drive", device=lane, name=f"{way}:{plate}")))


@demo.command()
@click.argument("lane")
@click.argument("way", type=click.Choice(["in", "out"]))
@click.argument("plate", default="")
def follow(*, lane: str, way: str, plate: str) -> None:
    """Let a second car drive through a lane behind another; without a plate, none was read."""
    click.echo(_ask(control.Order(do="follow", device=lane, name=f"{way}:{plate}")))


@demo.command()
@click.argument("charger")
@click.argument("way", type=click.Choice(["in", "out"]))
@click.argument("plate")
def park(*, charger: str, way: str, plate: str) -> None:
    """Let the camera of a charging bay (its charger's code) see a car come in or go out; tell what
    it was told. A charging begins where the owner of the plate wishes that.
    """
    click.echo(_answered(control.Order(do="park", device=charger, name=f"{way}:{plate}")))


@demo.command()
@click.argument("door")
@click.argument("way", type=click.Choice(["card", "qr", "pin", "code", "face"]))
@click.argument("value", default="")
def show(*, door: str, way: str, value: str) -> None:
    """Show a card's number (else that of the account `resident`), a QR code's text, digits or a
    face (else the one that was taken there last) at a door; tell whether it opened, for whom and
    why.
    """
    click.echo(_answered(control.Order(do="show", device=door, name=f"{way}:{value}")))


@demo.command()
@click.argument("door")
@click.argument("room")
def ring(*, door: str, room: str) -> None:
    """Ring at a door for a room, by its number (302) or path; tell whether it rings there."""
    click.echo(_answered(control.Order(do="ring", device=door, name=room)))


@demo.command()
@click.argument("text")
@click.option("--speaker", default="", help="Its code; else the one of the account `resident`.")
def say(*, text: str, speaker: str) -> None:
    """Say something to the loudspeaker of a home, as 开门 while somebody rings; tell what came of
    it.
    """
    click.echo(_answered(control.Order(do="say", device=speaker, name=text)))


@demo.command()
@click.option("--speaker", default="", help="Its code; else the one of the account `resident`.")
def listen(*, speaker: str) -> None:
    """Tell what the loudspeaker of a home said lately."""
    click.echo(_ask(control.Order(do="heard", device=speaker)))


@demo.command()
@click.argument("fen", type=click.IntRange(min=1))
@click.option("--card", default="", help="Its number; else that of the account `resident`.")
@click.option("--till", default="", help="Its code; else that of the canteen.")
def pay(*, fen: int, card: str, till: str) -> None:
    """Hold a card to the canteen's till for a meal of so many fen; tell what is left."""
    click.echo(_answered(control.Order(do="pay", device=till, name=card, fen=fen)))


@demo.command()
@click.argument("kind", type=click.Choice(list(TAKES)))
@click.argument("kg", type=click.FloatRange(0.1, 100))
@click.option("--card", default="", help="Its number; else that of the account `resident`.")
@click.option("--machine", default="", help="Its code.")
def recycle(*, kind: str, kg: float, card: str, machine: str) -> None:
    """Put so much into the recycling machine, which rewards a card; tell what is there then."""
    order = control.Order(do="recycle", device=machine, name=f"{kind}:{card}", factor=kg)
    click.echo(_answered(order))


@demo.command()
def state() -> None:
    """Say how the simulator is."""
    click.echo(_ask(control.Order(do="state")))


def _answered(order: control.Order) -> str:
    """Give the order, and wait for what its device is told.

    :raises ClickException: if it is not, in time
    """
    number, end = _ask(order), time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        said = control.ask(home_folder(), control.Order(do="answer", name=number))
        if said.ok:
            return said.text
        time.sleep(_PAUSE_S)
    raise click.ClickException("设备没有得到回答 · the device was told nothing")


def _ask(order: control.Order) -> str:
    try:
        said = control.ask(home_folder(), order)
    except control.NoSimulator as error:
        raise click.ClickException(
            "模拟器没有运行，请先启动 ./linli up · the simulator does not run: ./linli up first"
        ) from error
    if not said.ok:
        raise click.ClickException(said.text)
    return said.text
