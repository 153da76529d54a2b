"""Notes that lay sealed with the records go apart, and back. Those apart are brought up to date
before (`./linli migrate` does). Cut off half-way all of it is done again: what had been kept apart by
then is named by no row, and is swept.
"""

from django.utils import timezone

from linli.foundation.apart import operations, queries
from linli.foundation.vault import logic, sealed
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault.queries import APART, MAIN

_USE, _WHAT = "emergency", "incident.note"


def _by_community(apps):
    """Yield each community that has notes, and its notes with their emergencies."""
    rows = apps.get_model("incidents", "IncidentNote").rows
    for community in rows.order_by().values_list("community", flat=True).distinct():
        yield community, list(rows.filter(community=community).select_related("incident"))


def _name(note):
    return note.vault_key or note.incident.vault_key


def _bound(community, name):
    return f"{community}|IncidentNote|text|{name}"


def apart(apps, editor):
    """Keep each note apart, and destroy the keys that it was under; one whose key was destroyed
    before stays so.
    """
    vault.overwrite_freed(store=MAIN)
    for community, notes in _by_community(apps):
        names = sorted({_name(note) for note in notes})
        found = keys.data_keys(community=community, use=_USE, subjects=names)
        gone = {one.subject for one in keys.master().destroyed()}
        for note in notes:
            name = _name(note)
            if name in found and name not in gone:
                note.token = _keep(community, note, name, found[name])
            note.text_sealed = ""
            note.save(update_fields=["token", "text_sealed"])
        vault.discard(community=community, subjects=names)


def _keep(community, note, name, key):
    plain = logic.unseal(key=key, sealed=note.text_sealed, bound=_bound(community, name))
    return operations.keep(
        community=community, subject=name, what=_WHAT, value=plain.decode(), purpose=_USE,
        now=note.at,
    )


def back(apps, editor):
    """Seal each note with the records again, under keys that each emergency has once more."""
    incidents = apps.get_model("incidents", "Incident").rows.filter(destroyed_at=None)
    for community in incidents.order_by().values_list("community", flat=True).distinct():
        _grow(community, incidents.filter(community=community).values_list("vault_key", flat=True))
    for community, notes in _by_community(apps):
        tokens = [note.token for note in notes if note.token]
        texts = queries.opened(community=community, tokens=tokens, purpose=_USE)
        _grow(community, [_name(note) for note in notes if note.token in texts])
        names = sorted({_name(note) for note in notes})
        found = keys.data_keys(community=community, use=_USE, subjects=names)
        for note in notes:
            if note.token in texts:
                name = _name(note)
                note.text_sealed = sealed.sealed_text(
                    key=found[name], value=texts[note.token], bound=_bound(community, name)
                )
            note.token = ""
            note.save(update_fields=["token", "text_sealed"])
        operations.discard(community=community, tokens=tokens)
        vault.discard(community=community, subjects=names, store=APART)


def _grow(community, names):
    wanted = sorted(set(names))
    there = keys.data_keys(community=community, use=_USE, subjects=wanted)
    fresh = [name for name in wanted if name not in there]
    vault.grow(community=community, use=_USE, subjects=fresh, today=timezone.localdate())
