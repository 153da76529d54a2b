"""What a day of use cost was told by the price of today: each day keeps its own from now on.

What days of earlier months would have cost nobody knows: they have no price and are never billed.
Days of the month under way have the price of today.
"""

from django.db import migrations, models
from django.utils import timezone


def forth(apps, editor):
    parties = apps.get_model("openapi", "ThirdParty").rows
    usage = apps.get_model("openapi", "Usage").rows
    first = timezone.localdate().replace(day=1)
    usage.filter(statement=None, day__lt=first).update(price_fen=None)
    for party in parties.filter(price_fen__gt=0):
        usage.filter(party=party, price_fen=0).update(price_fen=party.price_fen)


class Migration(migrations.Migration):
    dependencies = [("openapi", "0004_statements_and_a_second_secret")]

    operations = [
        migrations.AlterField(
            model_name="usage", name="price_fen", field=models.PositiveIntegerField(null=True)
        ),
        migrations.RunPython(forth, migrations.RunPython.noop, elidable=True),
    ]
