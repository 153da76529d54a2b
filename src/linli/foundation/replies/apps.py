from django.apps import AppConfig


class RepliesConfig(AppConfig):
    name = "linli.foundation.replies"
    label = "replies"
