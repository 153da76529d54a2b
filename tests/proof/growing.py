"""Let every table of a community grow: copies of the rows that are there, each with marks of its
own where a mark must be its own. Written by the database itself, so that 100,000 take a second.
"""

from django.apps import apps
from django.db import connection, models

_NUMBERS = """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
WHERE n < %s) """


def grow(*, community, rows):
    """Copy one row of each table of a community so many times; return how many each table got.

    What can have one row only (a row that belongs to one other) does not grow and is not named.
    """
    grown = {}
    for model in _tables():
        first = _first(model, community)
        if first is not None and _may_grow(model):
            _copy(model, first, rows)
            grown[model.__name__] = rows
    return grown


def _first(model, community):
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({key}) FROM {table} WHERE community = %s", [community])
        return cursor.fetchone()[0]


def _tables():
    names = [m for m in apps.get_models() if m.__module__.startswith("linli.")]
    return [m for m in names if any(f.name == "community" for f in m._meta.concrete_fields)]


def _own(model):
    """Return the fields that make a row its own."""
    sets = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    counted = models.AutoField
    sets += [
        (f.name,) for f in model._meta.concrete_fields if f.unique and not isinstance(f, counted)
    ]
    return [[model._meta.get_field(name) for name in names] for names in sets if names]


def _may_grow(model):
    return all(any(_varies(field) for field in fields) for fields in _own(model))


def _varies(field):
    text = isinstance(field, models.CharField | models.TextField) and not field.choices
    number = isinstance(field, models.IntegerField) and not field.is_relation
    return (text or number) and field.name != "community"


def _copy(model, pk, rows):
    varied = {next(f for f in fields if _varies(f)).column for fields in _own(model)}
    columns, values = [], []
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField | models.BigAutoField):
            continue
        columns.append(f'"{field.column}"')
        values.append(_value(field) if field.column in varied else f'"{field.column}"')
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) {_NUMBERS}"
            f"SELECT {', '.join(values)} FROM {table}, numbers WHERE {table}.{key} = %s",
            [rows, pk],
        )


def _value(field):
    if isinstance(field, models.IntegerField):
        return f'"{field.column}" + numbers.n + 1000000'
    longest = field.max_length or 200
    return f"""substr("{field.column}", 1, {longest - 8}) || 'n' || numbers.n"""
