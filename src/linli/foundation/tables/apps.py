from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "linli.foundation.tables"
    label = "tables"
