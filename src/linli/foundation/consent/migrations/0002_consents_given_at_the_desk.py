from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_consents_requests_assessments")]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="guardian",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="consent",
            name="how",
            field=models.CharField(
                choices=[("own", "Own"), ("paper", "Paper"), ("spoken", "Spoken")],
                default="own",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="said_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="sheet",
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
