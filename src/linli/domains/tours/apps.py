from django.apps import AppConfig


class ToursConfig(AppConfig):
    name = "linli.domains.tours"
    label = "tours"
