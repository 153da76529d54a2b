from django.apps import AppConfig


class CopiesConfig(AppConfig):
    name = "linli.foundation.copies"
    label = "copies"
