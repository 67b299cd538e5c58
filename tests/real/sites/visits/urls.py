import logging

from django.shortcuts import render
from django.urls import path


def page(request, who):
    logging.getLogger("django.request").warning("%s is here", who)
    return render(request, "page.html", {"who": who, "items": ["tea", "<milk>"]})


urlpatterns = [path("hello/<str:who>/", page, name="hello")]
