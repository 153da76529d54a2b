from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "linli.domains.cases"
    label = "cases"
