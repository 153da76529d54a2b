"""What the rest of the system may know of the outbox."""

from linli.kernel.port import Port

wake: Port[[], None] = Port("outbox.wake")
"""Called after a commit that recorded a fact, so that the relay need not poll."""
