from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "linli.domains.visits"
    label = "visits"
