"""What the store apart asks of whoever keeps its tokens."""

from collections.abc import Collection, Sequence

from linli.kernel.port import Port

named: Port[[str, Sequence[str]], Collection[str]] = Port("apart.named")
"""Asked with a community and names (tokens, and names of those whose values they open to): which of
them some row still bears. What none does is destroyed.
"""
