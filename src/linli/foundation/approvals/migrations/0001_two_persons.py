import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('community', models.CharField(max_length=32)),
                ('kind', models.CharField(max_length=32)),
                ('about', models.CharField(max_length=200)),
                ('words_zh', models.CharField(max_length=300)),
                ('words_en', models.CharField(max_length=300)),
                ('request', models.JSONField(default=dict)),
                ('digest', models.CharField(max_length=64)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'Approved'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('changed', 'Changed')], default='waiting', max_length=12)),
                ('asked_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, max_length=300)),
                ('used_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['community', '-id'], name='approval_by_time'), models.Index(fields=['community', 'asked_by', '-id'], name='approval_by_asker')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('community', 'kind', 'about', 'asked_by'), name='one_wish_waits_for_a_thing')],
            },
            managers=[
                ('rows', django.db.models.manager.Manager()),
            ],
        ),
    ]
