"""Names on the bus. Streams keep; bare subjects are heard by whoever listens now.

INPUT    everything that the live half must hear, in one order a community: batches of readings,
         and signals (`linli.in.<community>`). A frame is acknowledged when it is stored here.
EFFECTS  what scenes did and what devices answered (`linli.fx.<community>`), in batches.
FACTS    facts of the record half, from the outbox (`linli.facts.<community>.<Fact>`).
"""

INPUT_STREAM = "LINLI_INPUT"
EFFECTS_STREAM = "LINLI_EFFECTS"
FACTS_STREAM = "LINLI_FACTS"

LEFT = "linli.left"
"""Published with the number of an account that signed out: its live lines end."""

OUTBOX_WAKE = "linli.wake.outbox"
"""Published after a commit that recorded facts: the relay need not poll."""


def inputs(community: str) -> str:
    """Return where the live half of a community reads."""
    return f"linli.in.{community}"


def effects(community: str) -> str:
    """Return where the live half of a community writes."""
    return f"linli.fx.{community}"


def facts(community: str, name: str) -> str:
    """Return where a kind of fact of a community appears."""
    return f"linli.facts.{community}.{name}"


def twin_changes(community: str) -> str:
    """Return where changed last values are told, a few times a second, to live screens."""
    return f"linli.twin.{community}"


def ask(question: str, community: str) -> str:
    """Return where a question is asked: `twin`, `ingest`, `fetch`, `frames`, `live`, `history`,
    `desk`.
    """
    return f"linli.ask.{question}.{community}"
