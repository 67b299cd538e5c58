from pathlib import Path

SITE = "english"
DEBUG = True
SECRET_KEY = "one"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "english.urls"
LANGUAGE_CODE = "en"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "visits"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [Path(__file__).parent / "templates"]}]
