"""What linters cannot see of tables."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command

from linli.foundation.scope.models import Scoped
from tests.laws.source import modules

NOT_OF_A_COMMUNITY = {
    "Account": "signs in to several communities",
    "Grant": "names its community itself",
    "Line": "the audit trail: one chain over all communities",
    "Outgoing": "read by the relay for all communities at once",
    "Handled": "a consumer's own memory",
    "Position": "a consumer's own memory",
    "Mark": "one of a database, by which two know each other",
    "Undelivered": "kept for the operator, with its community",
    "Cause": "reached by id, with the community in the query",
    "Reply": "kept for whoever asked, whatever he asked",
    "FailedSignIn": "counts tries of a name before anybody is signed in",
    "OneTimeCode": "of an account, or of nobody, before anybody is signed in",
    "Link": "of an account, which signs in to several communities",
    "CodesSent": "counts codes for a name, an account, an address, before anybody is signed in",
    "Session": "of an account, which signs in to several communities",
    "Totp": "of an account",
    "RecoveryCode": "of an account",
    "Passkey": "of an account",
    "KeptKey": "of the installation, as the secret from which it followed",
}


def own_models():
    return [m for m in apps.get_models() if m.__module__.startswith("linli.")]


def test_foreign_keys_point_only_at_the_register_or_the_foundation():
    strangers = []
    for model in own_models():
        home = ".".join(model.__module__.split(".")[:3])
        for field in model._meta.get_fields():
            target = field.related_model if field.many_to_one or field.one_to_one else None
            if target is None or not hasattr(field, "attname"):
                continue
            there = target.__module__
            if not there.startswith((home, "linli.registry.", "linli.foundation.")):
                strangers.append(f"{model.__name__}.{field.name} → {there}")

    assert strangers == []


def test_every_table_belongs_to_a_community_or_says_why_not():
    free = {m.__name__ for m in own_models() if not issubclass(m, Scoped)}

    assert free <= set(NOT_OF_A_COMMUNITY)


@pytest.mark.django_db(databases=["default", "apart"])
def test_migrations_say_what_the_models_say():
    said = io.StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=said, verbosity=1)

    assert "No changes detected" in said.getvalue()


def test_no_signals():
    users = [
        str(path) for path, _ in modules() if "django.db.models.signals" in path.read_text("utf-8")
    ]

    assert users == []
