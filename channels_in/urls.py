"""The addresses of the channels_in app."""

from django.urls import URLPattern, URLResolver

app_name = "channels_in"
urlpatterns: list[URLPattern | URLResolver] = []
