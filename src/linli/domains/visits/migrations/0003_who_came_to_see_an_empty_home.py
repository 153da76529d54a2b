import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0002_questions_that_were_put_to_nobody"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="unheard", name="room", field=models.CharField(blank=True, max_length=200)
        ),
        migrations.AddField(
            model_name="unheard", name="attended_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="unheard",
            name="attended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
