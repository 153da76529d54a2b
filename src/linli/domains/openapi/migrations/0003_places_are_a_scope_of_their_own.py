"""The scope that was said to show places was the permission for all of the register but people."""

from django.db import migrations

_FIELDS = {"ThirdParty": ("wanted", "scopes"), "Agreement": ("scopes",), "Code": ("scopes",), "Token": ("scopes",)}  # fmt: skip


def _renamed(apps, before, after):
    for model, fields in _FIELDS.items():
        rows = apps.get_model("openapi", model).rows
        for row in rows.all():
            for field in fields:
                said = getattr(row, field)
                setattr(row, field, [after if one == before else one for one in said])
            row.save(update_fields=fields)


def forth(apps, editor):
    _renamed(apps, "register.read", "places.read")


def back(apps, editor):
    _renamed(apps, "places.read", "register.read")


class Migration(migrations.Migration):
    dependencies = [("openapi", "0002_since_when_agreed")]

    operations = [migrations.RunPython(forth, back, elidable=True)]
