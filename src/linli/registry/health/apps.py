from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "linli.registry.health"
    label = "health"
