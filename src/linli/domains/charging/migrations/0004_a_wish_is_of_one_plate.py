from django.db import migrations, models
import django.db.models.deletion
import django.db.models.manager


class Migration(migrations.Migration):
    """A wish to charge by plate is of one vehicle. What was said of all plates at once is not taken
    over: nobody is made to pay for a plate that he did not name.
    """

    dependencies = [
        ('charging', '0003_a_charging_is_over_since'),
        ('people', '0007_numbers_of_organisations_are_sealed'),
    ]

    operations = [
        migrations.DeleteModel(name='PlateWish'),
        migrations.CreateModel(
            name='PlateWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('community', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.vehicle')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'vehicle'), name='one_wish_a_plate')],
            },
            managers=[
                ('rows', django.db.models.manager.Manager()),
            ],
        ),
    ]
