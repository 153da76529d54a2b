"""Every field of every table has a class and a purpose, declared beside it."""

import ast

import pytest
from django.apps import apps

from linli.foundation.privacy.classes import GRADES, Grade, declared
from linli.foundation.privacy.others import OTHERS
from linli.foundation.privacy.purposes import BASES, PURPOSES, Basis
from linli.foundation.vault.sealed import columns
from tests.laws.source import PACKAGE, modules

FREE_ID = {"id"}
"""Declared for every table of a community; a few have a key of their own instead."""


def holdings(model):
    return OTHERS.get(model._meta.label) or declared(model)


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda m: m._meta.label)
def test_every_field_has_a_class_and_a_purpose(model):
    kept = {field.name for field in model._meta.concrete_fields} - set(columns(model))

    assert kept - set(holdings(model)) == set()


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda m: m._meta.label)
def test_nothing_is_declared_that_there_is_not(model):
    kept = {field.name for field in model._meta.concrete_fields}
    sealed = {name for name in holdings(model) if f"{name}_sealed" in kept}

    assert set(holdings(model)) - kept - sealed <= FREE_ID


def test_nothing_personal_is_kept_for_a_purpose_of_nothing_personal():
    astray = [
        f"{model._meta.label}.{datum.field}"
        for model in apps.get_models()
        for datum in holdings(model).values()
        for purpose in datum.purposes
        if datum.grade not in {"public", "internal"} and PURPOSES[purpose].basis is Basis.NONE
    ]

    assert astray == []


def test_all_is_said_in_both_languages():
    words = [*GRADES.values(), *BASES.values()]
    for purpose in PURPOSES.values():
        words += [purpose.name, *([purpose.withdrawal] if purpose.withdrawal else [])]

    assert all(one.zh and one.en for one in words)


def test_tables_of_libraries_that_are_declared_are_there():
    assert set(OTHERS) <= {model._meta.label for model in apps.get_models()}


def test_what_is_highly_sensitive_lies_apart_and_nowhere_else():
    there = {
        f"{model._meta.label}.{datum.field}"
        for model in apps.get_models()
        for datum in holdings(model).values()
        if datum.grade is Grade.HIGHLY_SENSITIVE
    }

    assert there == {"apart.Kept.sealed"}


def test_nobody_reads_what_is_kept_apart_but_by_its_operations():
    own = PACKAGE / "foundation" / "apart"
    readers = [
        str(path)
        for path, tree in modules()
        if not path.is_relative_to(own)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        if any(name.startswith(WAYS_AROUND) for name in imported(node))
    ]

    assert readers == []


WAYS_AROUND = ("linli.foundation.apart.models", "linli.foundation.apart.queries")


def imported(node):
    """Return the full names that a statement imports."""
    module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    return [f"{module}{one.name}" for one in node.names]
