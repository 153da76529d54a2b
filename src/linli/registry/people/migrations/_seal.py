"""Sealing what lay open, and opening it again: by the tables as they were at this migration.

Each row is written by one prepared statement; SQLite is told to overwrite what it frees.
"""

import secrets
from collections import defaultdict
from datetime import date

from django.conf import settings
from django.utils import timezone

from linli.foundation.vault import logic
from linli.foundation.vault.master import Master, MasterKeyGone
from linli.registry.places.logic import normalised

USE, INDEX = "sensitive", "index"
_AT_ONCE = 2_000


class Keys:
    """The keys of one community, made where there are none."""

    def __init__(self, apps, community):
        self._wrapping = apps.get_model("vault", "WrappingKey")
        self._data = apps.get_model("vault", "DataKey")
        self.community = community
        self._master = Master(settings.KEYS)

    def wrapping(self, use):
        """Return number and key of the wrapping key in use."""
        row = self._wrapping.rows.filter(
            community=self.community, use=use, retired_on=None
        ).first()
        if row is None:
            row = self._make(use)
        bound = f"{self.community}|wrapping|{use}|{row.number}"
        wrapped = row.wrapped.rpartition(":")[2]  # a later row says which master key it is under
        return row.number, logic.unseal(key=self._master.key(), sealed=wrapped, bound=bound)

    def _make(self, use):
        if not self._master.file.exists() and self._wrapping.rows.exists():
            raise MasterKeyGone(file=self._master.file.name)
        self._master.make()
        bound = f"{self.community}|wrapping|{use}|1"
        wrapped = seal(self._master.key(), secrets.token_bytes(logic.KEY_BYTES), bound)
        return self._wrapping.rows.create(
            community=self.community, use=use, number=1, wrapped=wrapped, made_on=today()
        )

    def grow(self, subjects):
        """Make a key for each; return them."""
        number, above = self.wrapping(USE)
        fresh = {subject: secrets.token_bytes(logic.KEY_BYTES) for subject in subjects}
        self._data.rows.bulk_create(
            [
                self._data(
                    community=self.community, subject=subject, use=USE, number=number,
                    wrapped=seal(above, key, f"{self.community}|data|{USE}|{subject}"),
                )
                for subject, key in fresh.items()
            ],
            batch_size=400,
        )
        return fresh

    def of(self, subjects):
        """Return the keys of these, as far as they have one."""
        above = {
            row.number: logic.unseal(
                key=self._master.key(), sealed=row.wrapped.rpartition(":")[2],
                bound=f"{self.community}|wrapping|{USE}|{row.number}",
            )
            for row in self._wrapping.rows.filter(community=self.community, use=USE)
        }
        found = {}
        for at in range(0, len(subjects), 500):
            part = subjects[at : at + 500]
            for row in self._data.rows.filter(
                community=self.community, use=USE, subject__in=part
            ):
                bound = f"{self.community}|data|{USE}|{row.subject}"
                found[row.subject] = logic.unseal(
                    key=above[row.number], sealed=row.wrapped, bound=bound
                )
        return found


def today() -> date:
    return timezone.localdate()


def seal(key, plain, bound):
    return logic.seal(
        key=key, nonce=secrets.token_bytes(logic.NONCE_BYTES), plain=plain, bound=bound
    )


class Kind:
    """What of a table is sealed: its fields, as (name, found whole, found by its last four).
    `words` are the fields that a search looks at; `said` is what it looked at of a number as well.
    """

    def __init__(self, model, fields, words=(), app="people", said=lambda phone: phone[-4:]):
        self.model, self.fields, self.words, self.app, self.said = model, fields, words, app, said


def plain_of(row, field):
    """Return a field as text as it lay open."""
    if field == "position":
        there = row.longitude_deg is not None and row.latitude_deg is not None
        return f"{row.longitude_deg:.6f},{row.latitude_deg:.6f}" if there else ""
    if field == "group" and row.token:
        return ""  # its word lies apart
    return getattr(row, field)


def put_plain(row, field, value):
    """Lay a field open again."""
    if field != "position":
        setattr(row, field, value)
    elif value:
        longitude, _, latitude = value.partition(",")
        row.longitude_deg, row.latitude_deg = float(longitude), float(latitude)


PERSON = Kind("Person", (("id_number", True, 0), ("phone", True, 4)), ("name", "code"))
STAFF = Kind("Staff", (("phone", False, 4), ("position", False, 0)), ("name", "code", "post"))


def seal_kind(apps, editor, kind):
    """Seal a table, a part at a time."""
    model = apps.get_model(kind.app, kind.model)
    columns = ["vault_key", *(["words"] if kind.words else [])]
    for name, whole, tail in kind.fields:
        columns.append(f"{name}_sealed")
        columns += [f"{name}_index"] if whole else []
        columns += [f"{name}_tail"] if tail else []
    for community, rows in _parts(model):
        keys = Keys(apps, community)
        held = [row for row in rows if any(plain_of(row, field) for field, _, _ in kind.fields)]
        for row in held:
            row.vault_key = secrets.token_hex(16)
        fresh = keys.grow([row.vault_key for row in held])
        index = keys.wrapping(INDEX)[1]
        for row in held:
            _seal_row(row, kind, community, fresh[row.vault_key], index)
        for row in rows if kind.words else ():
            row.words = words_of(row, kind)
        write(editor, model, rows, columns)


def _seal_row(row, kind, community, key, index):
    for name, whole, tail in kind.fields:
        value = plain_of(row, name)
        bound = f"{community}|{kind.model}|{name}|{row.vault_key}"
        field = f"{kind.model}.{name}"
        if value:
            setattr(row, f"{name}_sealed", seal(key, value.encode(), bound))
        if whole:
            setattr(row, f"{name}_index", logic.index(key=index, field=field, value=value))
        if tail:
            end = logic.index(key=index, field=f"{field}.tail", value=value[-tail:])
            setattr(row, f"{name}_tail", end)


def open_kind(apps, editor, kind):
    """Lay a table open again, a part at a time."""
    model = apps.get_model(kind.app, kind.model)
    columns = ["words"] if kind.words else []
    for name, _, _ in kind.fields:
        columns += ["longitude_deg", "latitude_deg"] if name == "position" else [name]
    for community, rows in _parts(model):
        keys = Keys(apps, community).of([row.vault_key for row in rows if row.vault_key])
        for row in rows:
            for name, _, _ in kind.fields:
                body, key = getattr(row, f"{name}_sealed"), keys.get(row.vault_key)
                if body and key:
                    bound = f"{community}|{kind.model}|{name}|{row.vault_key}"
                    put_plain(row, name, logic.unseal(key=key, sealed=body, bound=bound).decode())
            if kind.words:
                forms = [*words_of(row, kind).split("\n"), kind.said(row.phone)]
                row.words = "\n".join(dict.fromkeys(form for form in forms if form))
        write(editor, model, rows, columns)


def words_of(row, kind):
    """Return what a search looks at, without the end of the telephone number."""
    forms = (normalised(str(getattr(row, field))) for field in kind.words)
    return "\n".join(dict.fromkeys(form for form in forms if form))


def _parts(model):
    """Yield (community, rows) of the whole table, a bounded part at a time."""
    last = 0
    while rows := list(model.rows.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = rows[-1].pk
        by_community = defaultdict(list)
        for row in rows:
            by_community[row.community].append(row)
        yield from by_community.items()


def write(editor, model, rows, columns):
    """Write columns of rows by one prepared statement."""
    quote = editor.connection.ops.quote_name
    told = ", ".join(f"{quote(column)} = %s" for column in columns)
    table = quote(model._meta.db_table)
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete=ON")
        cursor.executemany(
            f"UPDATE {table} SET {told} WHERE id = %s",
            [[*(getattr(row, column) for column in columns), row.pk] for row in rows],
        )


def seal_all(apps, editor):
    """Seal what lies open in the register."""
    for kind in (PERSON, STAFF):
        seal_kind(apps, editor, kind)


def open_all(apps, editor):
    """Lay it open as it was; what was destroyed stays so."""
    for kind in (PERSON, STAFF):
        open_kind(apps, editor, kind)
