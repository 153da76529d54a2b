from django.db import migrations, models


class Migration(migrations.Migration):
    """What is not settled at some connectors is found without all that was ever charged. An index
    of that alone would not do: SQLite knows no list of states by its values.
    """

    dependencies = [("charging", "0009_sites_hang_on_feeders_and_limits_are_confirmed")]

    operations = [
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                fields=["community", "connector", "state"], name="charging_at_connector"
            ),
        ),
    ]
