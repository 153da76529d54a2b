from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "linli.domains.doors"
    label = "doors"
