"""The addresses of the reports."""

from django.urls import URLPattern, URLResolver, path

from reports import backlog_views, comments, saved_views, views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.reports_page, name="index"),
    path("counted/", views.counted_page, name="counted"),
    path("backlog/tickets/", backlog_views.backlog_page, name="backlog-tickets"),
    path("csat/comments/", comments.comments_page, name="comments"),
    path("wallboard/", views.wallboard_page, name="wallboard"),
    path("upcoming/", views.upcoming_page, name="upcoming"),
    path("now/<slug:figure>/", backlog_views.now_page, name="now"),
    path("saved/", saved_views.save_action, name="save"),
    path("saved/<int:saved_id>/delete/", saved_views.delete_saved_action, name="saved-delete"),
    path("<slug:slug>/", views.one_report_page, name="report"),
    path("<slug:slug>/export.csv", views.export_action, name="export"),
    path("<slug:slug>/chart/<slug:key>.csv", views.chart_action, name="chart"),
    path("<slug:slug>/export.xlsx", views.workbook_action, name="workbook"),
]
