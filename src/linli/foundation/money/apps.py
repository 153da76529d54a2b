from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "linli.foundation.money"
    label = "money"
