from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_bulk")]

    operations = [
        migrations.AddIndex(
            model_name="newcomer",
            index=models.Index(
                fields=["community", "state", "-last_at", "-id"], name="newcomer_last_heard"
            ),
        ),
        migrations.RemoveIndex(model_name="newcomer", name="newcomer_by_state"),
    ]
