from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("openapi", "0001_third_parties")]

    operations = [migrations.AddField("token", "agreed_at", models.DateTimeField(null=True))]
