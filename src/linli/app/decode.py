"""`./linli decode PROTOCOL FRAME`: what a frame says, for the engineer with a laptop."""

import sys
from collections.abc import Iterable, Iterator

import click
import msgspec

from linli.drivers import known
from linli.drivers.frames import BadFrame
from linli.drivers.line import Decoder

_STANDARD_INPUT = "-"
_WRONG = 2


@click.command()
@click.argument("protocol")
@click.argument("frames", nargs=-1, required=True, metavar="FRAME…")
@click.option("--dpt", default="", help="knx: the data point type, as 9.001.")
def decode(protocol: str, frames: tuple[str, ...], dpt: str) -> None:
    """Print one JSON object for a frame; `-` reads standard input, one frame a line.

    A frame is hex (blanks and case do not matter), bits for wiegand, JSON for senml and ctwing. A
    bad one gives {"error": …}; the status is then 2, and the frames after it are decoded still.
    """
    try:
        read = known.decoder(protocol)
    except known.UnknownProtocol as fault:
        raise click.BadParameter(f"{protocol}: one of {fault.values['known']}") from fault
    wrong = False
    for text in _lines(frames):
        told = _decoded(read, text, {"dpt": dpt} if dpt else {})
        wrong |= "error" in told
        click.echo(msgspec.json.encode(told))
    sys.exit(_WRONG if wrong else 0)


def _lines(frames: tuple[str, ...]) -> Iterable[str]:
    """Yield the frames. Blanks on the command line are blanks of one frame."""
    if frames != (_STANDARD_INPUT,):
        return [" ".join(frames)]
    return _said()


def _said() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


def _decoded(read: Decoder, text: str, options: dict[str, str]) -> dict[str, object]:
    try:
        return read(text, options)
    except BadFrame as bad:
        return {"error": bad.why}
