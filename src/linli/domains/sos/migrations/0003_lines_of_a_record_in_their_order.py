from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sos", "0002_the_newest_first")]

    operations = [
        migrations.AddIndex(
            model_name="deed",
            index=models.Index(fields=["call", "id"], name="record_of_a_call"),
        ),
        migrations.AlterField(
            model_name="deed",
            name="call",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="deeds",
                to="sos.call",
            ),
        ),
    ]
