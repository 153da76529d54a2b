import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_ACCOUNT = settings.AUTH_USER_MODEL


def _number():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _key(to, **more):
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("parking", "0006_the_newest_first"),
        migrations.swappable_dependency(_ACCOUNT),
    ]

    operations = [
        migrations.CreateModel(
            name="Booth",
            fields=[
                ("id", _number()),
                ("community", models.CharField(max_length=32)),
                ("code", models.CharField(max_length=32)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, max_length=60)),
                ("lot", _key("parking.lot", related_name="booths")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["community", "code"], name="one_booth_a_code")
                ],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="BoothShift",
            fields=[
                ("id", _number()),
                ("community", models.CharField(max_length=32)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("mended", models.PositiveIntegerField(default=0)),
                ("cash_fen", models.BigIntegerField(default=0)),
                ("handed_fen", models.PositiveIntegerField(null=True)),
                ("handed_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("received_at", models.DateTimeField(null=True)),
                ("booth", _key("parking.booth", related_name="shifts")),
                ("clerk", _key(_ACCOUNT, related_name="+")),
                ("received_by", _key(_ACCOUNT, null=True, related_name="+")),
                ("relieved_by", _key(_ACCOUNT, null=True, related_name="+")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["community", "-id"], name="booth_shift_list"),
                    models.Index(
                        condition=Q(handed_at=None),
                        fields=["community", "clerk"],
                        name="booth_shift_not_handed_over",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(ended_at=None), fields=["booth"], name="one_clerk_a_booth"
                    ),
                    models.UniqueConstraint(
                        condition=Q(ended_at=None),
                        fields=["community", "clerk"],
                        name="a_clerk_sits_in_one_booth",
                    ),
                ],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
        migrations.RenameField("lane", "booth", "booth_said"),
        migrations.AddField(
            "lane", "booth", _key("parking.booth", null=True, related_name="lanes")
        ),
        migrations.AddField("misparked", "hosted", models.BooleanField(default=False)),
        migrations.AddIndex(
            "staymark", models.Index(fields=["community", "by", "at"], name="stay_mark_of_whom")
        ),
    ]
