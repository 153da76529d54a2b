from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_words_of_health_move_apart")]

    operations = [
        migrations.AddConstraint(
            "groupmembership",
            models.CheckConstraint(
                condition=models.Q(
                    ("group__in", ("disabled", "frail", "dementia", "severe_illness")),
                    _negated=True,
                ),
                name="words_of_health_lie_apart",
            ),
        ),
    ]
