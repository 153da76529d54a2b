from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "linli.foundation.vault"
    label = "vault"
