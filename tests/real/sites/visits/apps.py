from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"
    ready_for = None

    def ready(self):
        from django.conf import settings

        type(self).ready_for = settings.SITE
