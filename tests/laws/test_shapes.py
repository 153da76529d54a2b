"""A schema has one name in the whole API: the second of a name would silently take its place."""

from collections import defaultdict

from ninja import Schema

import linli.web.api  # noqa: F401


def schemas(base: type = Schema):
    """Yield every schema of ours that the doors of the API import."""
    for one in base.__subclasses__():
        if one.__module__.startswith("linli."):
            yield one
        yield from schemas(one)


def test_no_two_schemas_share_a_name():
    homes = defaultdict(set)
    for one in schemas():
        homes[one.__name__].add(one.__module__)

    assert {name: found for name, found in homes.items() if len(found) > 1} == {}
    assert len(homes) > 100
