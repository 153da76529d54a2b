from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "linli.registry.devices"
    label = "devices"
