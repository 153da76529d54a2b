from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "linli.registry.alarms"
    label = "alarms"
