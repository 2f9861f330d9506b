"""Every address of the desk, app by app; helpdesk/health.py answers `/healthz`, `/readyz` and `/metrics` before."""

from django.urls import include, path

handler500 = "helpdesk.outage.server_error_page"

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("api.urls")),
    path("reports/", include("reports.urls")),
    path("", include("channels_in.urls")),
    path("", include("portal.urls")),
    path("", include("workspace.urls")),
]
