from django.apps import AppConfig


class ScenesConfig(AppConfig):
    name = "linli.registry.scenes"
    label = "scenes"
