from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "linli.domains.wallet"
    label = "wallet"
