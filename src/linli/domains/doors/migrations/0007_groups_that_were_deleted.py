from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("doors", "0006_when_a_door_was_called_last")]

    operations = [
        migrations.AddField(
            model_name="doorgroup", name="ended_at", field=models.DateTimeField(null=True)
        ),
        migrations.RemoveConstraint(model_name="doorgroup", name="one_door_group_a_code"),
        migrations.AddConstraint(
            model_name="doorgroup",
            constraint=models.UniqueConstraint(
                condition=Q(("ended_at", None)),
                fields=("community", "code"),
                name="one_door_group_a_code",
            ),
        ),
    ]
