from django.db import migrations


def beside(apps, schema_editor):
    del schema_editor
    passages = apps.get_model("doors", "Passage")._base_manager
    passages.filter(reason="duress").update(reason="right", duress=True)


def instead(apps, schema_editor):
    del schema_editor
    passages = apps.get_model("doors", "Passage")._base_manager
    passages.filter(reason="right", duress=True).update(reason="duress")


class Migration(migrations.Migration):
    """That somebody called for help stood in the place of why the door opened."""

    dependencies = [("doors", "0004_who_left_and_what_is_held")]

    operations = [migrations.RunPython(beside, instead, elidable=True)]
