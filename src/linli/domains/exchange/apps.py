from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "linli.domains.exchange"
    label = "exchange"
