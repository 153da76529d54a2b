"""The scope that was said to show places was the permission for all of the register but people."""

from django.db import migrations

_FIELDS = {"ThirdParty": ("wanted", "scopes"), "Agreement": ("scopes",), "Code": ("scopes",), "Token": ("scopes",)}  # fmt: skip


def _each(apps, change):
    """Change every list of scopes."""
    for model, fields in _FIELDS.items():
        rows = apps.get_model("openapi", model).rows
        for row in rows.all():
            for field in fields:
                setattr(row, field, change(getattr(row, field)))
            row.save(update_fields=fields)


def forth(apps, editor):
    def renamed(said):
        return ["places.read" if one == "register.read" else one for one in said]

    _each(apps, renamed)


def back(apps, editor):
    """Take it from whoever has it: the older name opens more than was agreed to."""
    _each(apps, lambda said: [one for one in said if one != "places.read"])


class Migration(migrations.Migration):
    dependencies = [("openapi", "0002_since_when_agreed")]

    operations = [migrations.RunPython(forth, back, elidable=True)]
