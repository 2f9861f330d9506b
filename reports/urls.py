"""The addresses of the reports."""

from django.urls import URLPattern, URLResolver, path

from reports import views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.reports_page, name="index"),
    path("counted/", views.counted_page, name="counted"),
    path("<slug:slug>/", views.one_report_page, name="report"),
    path("<slug:slug>/export.csv", views.export_action, name="export"),
    path("<slug:slug>/export.xlsx", views.workbook_action, name="workbook"),
]
