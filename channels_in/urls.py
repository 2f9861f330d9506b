"""The addresses of the channels_in app."""

from django.urls import URLPattern, URLResolver, path

from channels_in import views

app_name = "channels_in"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hooks/<slug:token>/", views.hook_page, name="hook"),
]
