"""Every address of the desk, app by app."""

from django.urls import include, path

from helpdesk import health

urlpatterns = [
    path("healthz", health.healthz_page, name="healthz"),
    path("readyz", health.readyz_page, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("api.urls")),
    path("reports/", include("reports.urls")),
    path("", include("channels_in.urls")),
    path("", include("portal.urls")),
    path("", include("workspace.urls")),
]
