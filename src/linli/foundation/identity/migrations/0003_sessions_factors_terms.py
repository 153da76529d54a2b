import django.db.models.deletion
import django.db.models.manager
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import migrations, models


class Old(AbstractBaseSession):
    """Where Django kept sessions until now: without whose they are. People sign in anew."""

    class Meta:
        app_label = 'identity'
        db_table = 'django_session'
        apps = Apps()


def drop(apps, schema_editor):
    """Take away the old table, where there is one."""
    if Old._meta.db_table in schema_editor.connection.introspection.table_names():
        schema_editor.delete_model(Old)


def put_back(apps, schema_editor):
    """Make the old table again, empty."""
    schema_editor.create_model(Old)


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_looks_are_in_the_trail'),
    ]

    operations = [
        migrations.RunPython(drop, put_back, elidable=True),
        migrations.CreateModel(
            name='EmergencyAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('community', models.CharField(max_length=32)),
                ('role', models.CharField(max_length=32)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(max_length=300)),
                ('began_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('justified', models.BooleanField(null=True)),
                ('review', models.CharField(blank=True, max_length=300)),
            ],
            managers=[
                ('rows', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('credential', models.CharField(max_length=700, unique=True)),
                ('public_key', models.BinaryField()),
                ('signs', models.BigIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('device', models.CharField(blank=True, max_length=120)),
                ('began_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Totp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.BinaryField()),
                ('proved', models.BooleanField(default=False)),
                ('used_step', models.BigIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='grant',
            name='a_role_is_granted_once',
        ),
        migrations.AddField(
            model_name='grant',
            name='at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='grant',
            name='by',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='grant',
            name='days',
            field=models.CharField(blank=True, max_length=7),
        ),
        migrations.AddField(
            model_name='grant',
            name='emergency',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='grant',
            name='ends',
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name='grant',
            name='purposes',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='grant',
            name='starts',
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name='grant',
            name='until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(fields=('account', 'role', 'community', 'place', 'emergency'), name='a_role_is_granted_once'),
        ),
        migrations.AddField(
            model_name='emergencyaccess',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='emergencyaccess',
            name='reviewed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='passkey',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recoverycode',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='session',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='totp',
            name='account',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='totp', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(fields=['community', '-began_at'], name='emergency_by_time'),
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(fields=['account', 'until'], name='emergency_in_force'),
        ),
        migrations.AddIndex(
            model_name='emergencyaccess',
            index=models.Index(condition=models.Q(('reviewed_at', None)), fields=['community', 'id'], name='emergency_open'),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('account', 'digest'), name='a_recovery_code_is_once'),
        ),
    ]
