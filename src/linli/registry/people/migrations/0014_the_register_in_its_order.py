from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists and searches take the register in its order, and stop where a page is full."""

    dependencies = [("people", "0013_groups_are_sealed")]

    operations = [
        migrations.AddIndex(
            model_name=model,
            index=models.Index(fields=["community", "id"], name=f"{model}_list"),
        )
        for model in ("person", "organisation", "staff", "vehicle", "equipment")
    ]
