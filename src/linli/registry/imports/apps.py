from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "linli.registry.imports"
    label = "imports"
