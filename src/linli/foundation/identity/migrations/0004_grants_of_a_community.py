from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0003_sessions_factors_terms'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='grant',
            index=models.Index(fields=['community', 'id'], name='grant_by_community'),
        ),
    ]
