"""Let every table of a community grow: copies of the rows that are there, each with marks of its
own where a mark must be its own. Written by the database itself, so that 100,000 take a second.
"""

import msgspec
from django.apps import apps
from django.db import IntegrityError, connection, models, router, transaction

from linli.domains.charging.logic import tariffs as charging
from tests.laws.source import ROOT
from tests.registry.conftest import NOW

ALONE = {"Membership", "GroupMembership"}
"""Not copied: a household of a thousand, one person in a thousand groups, are nobody's."""

OF_A_SET = {"community", "role", "kind", "use", "driver", "consumer"}
"""Fields that take one of a few words, which no mark can be put to."""

OF_ONE = {
    "cases.Move.case", "cases.Photo.case", "fleet.BulkItem.bulk",
    "campaigns.Target.campaign", "charging.TariffVersion.site", "charging.Session.site",
    "doors.CredentialStep.credential", "doors.Passage.door", "doors.Right.door",
    "incidents.IncidentNote.incident", "money.PostingLine.account", "openapi.Deed.party",
    "openapi.Delivery.subscription", "parking.Bay.lot", "parking.LotTariff.lot",
    "parking.Permit.lot", "parking.Stay.lot", "sos.Deed.call", "tours.Tour.route",
    "visits.Visit.household", "visits.Call.household", "devices.Device.gateway",
}  # fmt: skip
"""What copies are all of one's own, so that his list grows: the moves of a case, a lot's stays."""

_WORDS = {"role": "guard", "action": "enable", "state": "running"}
"""What such fields are filled with, by their names."""

_LEAST = {
    models.DateTimeField: NOW, models.DateField: NOW.date(), models.TimeField: NOW.time(),
    models.IntegerField: 1, models.FloatField: 1.0, models.BooleanField: False,
    models.JSONField: {}, models.BinaryField: b"",
}  # fmt: skip

_NUMBERS = """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
WHERE n < %s) """


def grow(*, community, rows, only=(), his=None):
    """Copy a row of each table of a community so many times, or of some (`app.Model`); return how
    many each table got.

    What has no row gets one first, in which fields (`Model.field`) are somebody's, as `his` says.
    What can have one row only does not grow and is not named.
    """
    grown = {}
    for model in _tables():
        _plant(model, community, his or {})
        if only and model._meta.label not in only:
            continue
        first, last, above = _edges(model, community)
        if first is not None and any(_copied(model, pk, rows, grown) for pk in (first, last)):
            grown[model] = _next(model, above)
    return {model.__name__: rows for model in grown}


def _plant(model, community, his):
    """Enter the least row there can be, where there is none and there can be one."""
    first, _, _ = _edges(model, community)
    if first is None:
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        try:
            with transaction.atomic():
                row = model(**{field.attname: _least(field, community, his) for field in fields})
                row.save_base(raw=True, force_insert=True)
        except IntegrityError:
            return


def _tariff(name):
    return (ROOT / "catalog" / "tariffs" / f"{name}.toml").read_text("utf-8")


def _of_a_field():
    """Return what fields are filled with that take one of a few words, or a text that is read."""
    ev = _tariff("charging/ev_by_hour")
    return {
        "Visit.state": "expected", "Deed.what": "raised", "Tree.rungs": [],
        "LotTariff.text": _tariff("parking/garage_hourly"), "TariffVersion.text": ev,
        "Site.tariff": charging.load(ev).id,
        "Session.tariff": msgspec.to_builtins(charging.load(ev)),
    }  # fmt: skip


def _least(field, community, his):
    """Return the least that a field takes."""
    told = (_of_a_field() | his).get(f"{field.model.__name__}.{field.name}")
    if told is not None:
        return told
    if field.has_default() or field.null:
        return field.get_default() if field.has_default() else None
    if field.is_relation:
        return _some(field.related_model, community)
    if field.name in {"community", "place"}:
        return community
    if field.choices:
        return field.choices[0][0]
    told = (value for kind, value in _LEAST.items() if isinstance(field, kind))
    return _WORDS.get(field.name, next(told, "x"))


def _some(model, community):
    """Return the key of some row: of the community, where it has one."""
    if model in _tables():
        return _edges(model, community)[0]
    return model._base_manager.values_list("pk", flat=True).first()


def _copied(model, pk, rows, grown):
    """Copy a row; tell whether the database lets it be there more than once."""
    try:
        with transaction.atomic():
            _copy(model, pk, rows, grown)
    except IntegrityError:
        return False
    return True


def _edges(model, community):
    """Return the keys of the first and last row of a community, and of the last row of all."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min({key}), max({key}) FROM {table} WHERE community = %s", [community]
        )
        first, last = cursor.fetchone()
        cursor.execute(f"SELECT max({key}) FROM {table}")
        return first, last, cursor.fetchone()[0]


def _next(model, above):
    """Return the key of the first copy, where keys are numbers."""
    if not isinstance(above, int):
        return None
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({key}) FROM {table} WHERE {key} > %s", [above])
        return cursor.fetchone()[0]


def _tables():
    names = [m for m in apps.get_models() if m.__module__.startswith("linli.")]
    names = [m for m in names if m.__name__ not in ALONE]
    names = [m for m in names if router.allow_migrate_model(connection.alias, m)]
    return [m for m in names if any(f.name == "community" for f in m._meta.concrete_fields)]


def _own(model):
    """Return the fields that make a row its own."""
    sets = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    counted = models.AutoField
    sets += [
        (f.name,) for f in model._meta.concrete_fields if f.unique and not isinstance(f, counted)
    ]
    return [[model._meta.get_field(name) for name in names] for names in sets if names]


def _mark(fields, grown):
    """Return the field by which copies differ: what each belongs to, or a mark of its own."""
    owners = [field for field in fields if _owner(field, grown)]
    return next(iter([*owners, *filter(_varies, fields)]), None)


def _owner(field, grown):
    """Return the key of the first copy of what a field names; none where all copies name one."""
    if not field.is_relation or f"{field.model._meta.label}.{field.name}" in OF_ONE:
        return None
    return grown.get(field.related_model)


def _varies(field):
    text = isinstance(field, models.CharField | models.TextField) and not field.choices
    number = isinstance(field, models.IntegerField) and not field.is_relation
    return (text or number) and field.name not in OF_A_SET


def _copy(model, pk, rows, grown):
    marks = [_mark(fields, grown) for fields in _own(model)]
    varied = {field.column for field in marks if field is not None and not field.is_relation}
    columns, values = [], []
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField | models.BigAutoField):
            continue
        columns.append(f'"{field.column}"')
        values.append(_value(field) if field.column in varied else _like(field, grown))
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) {_NUMBERS}"
            f"SELECT {', '.join(values)} FROM {table}, numbers WHERE {table}.{key} = %s",
            [rows, pk],
        )


def _like(field, grown):
    """Return the value of a copy: the same, but each belongs to a copy of its own of what grew."""
    first = _owner(field, grown) if not field.null else None
    return f"{first} + numbers.n - 1" if first else f'"{field.column}"'


def _value(field):
    if isinstance(field, models.IntegerField):
        return f'"{field.column}" + numbers.n + 1000000'
    longest = field.max_length or 200
    return f"""substr("{field.column}", 1, {longest - 8}) || 'n' || numbers.n"""
