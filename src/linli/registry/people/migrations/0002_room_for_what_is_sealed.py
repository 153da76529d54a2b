import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def text(length):
    return models.CharField(blank=True, max_length=length)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_people_households_staff"),
        ("vault", "0001_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("person", "one_person_for_each_id_number"),
        migrations.RemoveIndex("person", "person_by_phone"),
        migrations.AddField("person", "vault_key", text(32)),
        migrations.AddField("person", "id_number_sealed", text(120)),
        migrations.AddField("person", "id_number_index", text(32)),
        migrations.AddField("person", "phone_sealed", text(120)),
        migrations.AddField("person", "phone_index", text(32)),
        migrations.AddField("person", "phone_tail", text(32)),
        migrations.AddField("person", "erased_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "person",
            "account",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("staff", "vault_key", text(32)),
        migrations.AddField("staff", "phone_sealed", text(120)),
        migrations.AddField("staff", "phone_tail", text(32)),
        migrations.AddField("staff", "position_sealed", text(120)),
    ]
