"""What is written under a key is written in a transaction. At run time it is refused otherwise; the
caller is found here who never opens one, before anybody calls him.
"""

import ast
from textwrap import dedent

import pytest

from tests.laws.in_transactions import unmet
from tests.laws.source import PACKAGE, modules

LOCKS = "linli.foundation.vault.locks"
WANTED = [f"{LOCKS}.share", f"{LOCKS}.alone"]
"""Every write of a sealed field or a blind index takes one of these: `seal_all`, `index_key`."""

KEYS = """
    def share(lock): ...
    def index_key(): share(1)
    def seal_all(rows): index_key()
    class Box:
        def put(self): seal_all([])
"""
PACKED = "from house.keys import index_key, seal_all, share, Box"


def full_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def house(text):
    """Return who is found in a house of four rooms, of which the last is told."""
    rooms = {
        "house": PACKED,
        "house.keys": KEYS,
        "house.good": """
            from django.db import transaction
            from house.keys import Box
            @transaction.atomic
            def all_of_it(): Box().put()
        """,
        "house.room": text,
    }
    trees = {name: ast.parse(dedent(said)) for name, said in rooms.items()}
    return unmet(trees, wanted=["house.keys.share"])


def test_whatever_is_written_under_a_key_is_written_in_a_transaction():
    trees = {full_name(path): tree for path, tree in modules()}

    assert unmet(trees, wanted=WANTED) == []
    assert {name.rpartition(".")[0] for name in WANTED} <= set(trees)


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("invite", "from house.keys import seal_all\ndef invite(row): seal_all([row])"),
        ("invite", "from house import seal_all as seal\ndef invite(row): seal([row])"),
        ("invite", "from house import keys\ndef invite(): return keys.index_key()"),
        ("door", "from house import Box\ndef write(box): box.put()\ndef door(): write(Box())"),
        ("late", """
            from django.db import transaction
            from house.keys import seal_all
            def late():
                with transaction.atomic():
                    row = 1
                seal_all([row])
        """),
        ("later", """
            from django.db import transaction
            from house.keys import seal_all
            @transaction.atomic
            def later(): transaction.on_commit(lambda: seal_all([]))
        """),
        ("", "from house.keys import seal_all\nTABLE = {'x': seal_all}"),
        ("wire", "from house.keys import seal_all\ndef wire(port): port.answer_with(seal_all)"),
    ],
)  # fmt: skip
def test_finds_who_writes_outside_of_one(who, text):
    assert house(text) == [f"house.room.{who}".rstrip(".")]


def test_lets_pass_who_opens_one_himself_or_is_called_in_one():
    assert house("""
        from django.db import transaction
        from house import Box, index_key, seal_all
        def _write(): seal_all([])
        def invite():
            with transaction.atomic(using="apart"):
                _write()
                list(map(lambda one: index_key(), [1]))
        class Desk:
            def _put(self): Box().put()
            @transaction.atomic
            def take(self): self._put()
    """) == []  # fmt: skip
