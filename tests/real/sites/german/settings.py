from pathlib import Path

SITE = "german"
DEBUG = False
SECRET_KEY = "two"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "german.urls"
LANGUAGE_CODE = "de"
INSTALLED_APPS = ["visits.apps.VisitsConfig"]
MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [Path(__file__).parent / "templates"]}]
