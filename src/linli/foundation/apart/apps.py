from django.apps import AppConfig


class ApartConfig(AppConfig):
    name = "linli.foundation.apart"
    label = "apart"
