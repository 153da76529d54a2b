from django.apps import AppConfig


class CausesConfig(AppConfig):
    name = "linli.foundation.causes"
    label = "causes"
