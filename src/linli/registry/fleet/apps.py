from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "linli.registry.fleet"
    label = "fleet"
