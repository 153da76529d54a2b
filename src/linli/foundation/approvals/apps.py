from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "linli.foundation.approvals"
    label = "approvals"
