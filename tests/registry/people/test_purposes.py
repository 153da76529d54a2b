"""A field of people without a declared purpose cannot be kept."""

import pytest
from django.apps import apps

from linli.registry.people.purposes import FIELDS, NOT_PERSONAL, PURPOSES

FIELDS_KEPT = [
    (model.__name__, field.name)
    for model in apps.get_app_config("people").get_models()
    for field in model._meta.concrete_fields
]


@pytest.mark.parametrize(("table", "field"), FIELDS_KEPT)
def test_every_field_says_why_it_is_kept_or_that_it_is_not_personal(table, field):
    assert (f"{table}.{field}" in FIELDS) != (field in NOT_PERSONAL.get(table, frozenset()))


def test_every_declaration_is_of_a_field_that_there_is():
    kept = {f"{table}.{field}" for table, field in FIELDS_KEPT}

    assert set(FIELDS) <= kept
    assert {
        f"{table}.{field}" for table, fields in NOT_PERSONAL.items() for field in fields
    } <= kept


def test_every_purpose_is_said_in_both_languages():
    for declared in FIELDS.values():
        assert declared.read_for <= set(PURPOSES)
        assert declared.why.zh
        assert declared.why.en
        assert declared.grade in {"general", "sensitive"}
