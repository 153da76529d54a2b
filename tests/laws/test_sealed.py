"""What is declared sensitive is sealed: in the vault, apart, among the files, or as a digest."""

import pytest
from django.apps import apps

from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.others import OTHERS
from linli.foundation.vault.sealed import Sealed
from tests.laws.source import PACKAGE

IN_BYTES = {
    "apart.Kept.sealed": ("foundation/apart/operations.py", "row.sealed = sealed.sealed_text("),
    "imports.Upload.content": ("registry/imports/operations.py", 'b"".join(blobs.sealed('),
    "pictures.Picture.file": ("foundation/files/operations.py", "blobs.sealed([content], key="),
    "identity.Session.session_data": ("foundation/identity/sessions.py", "sealing.seal(words"),
    "identity.Totp.secret": ("foundation/identity/operations/factors.py", "sealing.seal("),
    "vault.KeptKey.key": ("foundation/vault/kept.py", "key=sealing.seal(key, use=use)"),
    "vault.WrappingKey.wrapped": (
        "foundation/vault/operations.py",
        "row.wrapped = wrap_by_master(",
    ),
    "vault.DataKey.wrapped": ("foundation/vault/operations.py", "wrapped = wrap(queries."),
}
"""Sealed by whoever writes it: which module, and by which words there."""

DIGESTS = {
    "identity.Account.password": "Argon2id, as Django writes it",
    "identity.RecoveryCode.digest": "a keyed digest; the code itself is told once",
    "identity.OneTimeCode.digest": "a keyed digest; the code itself goes by SMS or paper",
}
"""Kept so that it can be compared and never read."""


def holdings(model):
    return OTHERS.get(model._meta.label) or declared(model)


def sensitive():
    """Return every sensitive field of every table, and its model."""
    return {
        f"{model._meta.label}.{datum.field}": model
        for model in apps.get_models()
        for datum in holdings(model).values()
        if datum.sensitive
    }


def in_the_vault(name, model):
    return isinstance(vars(model).get(name.rpartition(".")[2]), Sealed)


def test_every_sensitive_field_is_sealed_or_it_is_said_here_why_not():
    open_ones = [name for name, model in sensitive().items() if not in_the_vault(name, model)]

    assert sorted(open_ones) == sorted([*IN_BYTES, *DIGESTS])


def test_a_field_in_the_vault_has_no_column_that_says_it_openly():
    for name, model in sensitive().items():
        if in_the_vault(name, model):
            field = name.rpartition(".")[2]
            columns = {one.name for one in model._meta.concrete_fields}
            assert field not in columns, name
            assert {"vault_key", f"{field}_sealed"} <= columns, name


@pytest.mark.parametrize("name", IN_BYTES)
def test_who_writes_it_seals_it(name):
    module, words = IN_BYTES[name]

    assert words in (PACKAGE / module).read_text("utf-8")
