from django.apps import AppConfig


class TrialsConfig(AppConfig):
    name = "linli.registry.trials"
    label = "trials"
