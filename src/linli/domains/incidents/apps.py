from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "linli.domains.incidents"
    label = "incidents"
