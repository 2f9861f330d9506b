"""The addresses of the API."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView

from api.problems import no_such_address
from api.views.callbacks import CallbackSlotsView, CallbacksView, CallbackView
from api.views.chats import ChatView
from api.views.contacts import ContactsView, ContactView
from api.views.desk import AgentsView, BrandsView, EventsView, ExpectedResponseView, InboxesView, TeamsView
from api.views.macros import MacrosView, TicketMacroView
from api.views.ratings import RatingsView
from api.views.reports import ReportsView, ReportView
from api.views.rules import (
    RuleFileView,
    RuleRunsView,
    RulesView,
    RuleTryView,
    RuleView,
    TicketRuleRunsView,
)
from api.views.tickets import MessagesView, TicketEventsView, TicketsView, TicketView, TicketWaitingView

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", TicketsView.as_view(), name="tickets"),
    path("tickets/<int:number>/", TicketView.as_view(), name="ticket"),
    path("tickets/<int:number>/messages/", MessagesView.as_view(), name="messages"),
    path("tickets/<int:number>/events/", TicketEventsView.as_view(), name="ticket-events"),
    path("tickets/<int:number>/waiting/", TicketWaitingView.as_view(), name="ticket-waiting"),
    path("tickets/<int:number>/chat/", ChatView.as_view(), name="chat"),
    path("tickets/<int:number>/rule-runs/", TicketRuleRunsView.as_view(), name="ticket-rule-runs"),
    path("tickets/<int:number>/macros/<int:macro_id>/", TicketMacroView.as_view(), name="ticket-macro"),
    path("macros/", MacrosView.as_view(), name="macros"),
    path("rules/", RulesView.as_view(), name="rules"),
    path("rules/file/", RuleFileView.as_view(), name="rules-file"),
    path("rules/try/", RuleTryView.as_view(), name="rules-try"),
    path("rules/<int:rule_id>/", RuleView.as_view(), name="rule"),
    path("rules/<int:rule_id>/runs/", RuleRunsView.as_view(), name="rule-runs"),
    path("ratings/", RatingsView.as_view(), name="ratings"),
    path("tickets/<int:number>/callback-slots/", CallbackSlotsView.as_view(), name="callback-slots"),
    path("callbacks/", CallbacksView.as_view(), name="callbacks"),
    path("callbacks/<int:callback_id>/", CallbackView.as_view(), name="callback"),
    path("contacts/", ContactsView.as_view(), name="contacts"),
    path("contacts/<int:contact_id>/", ContactView.as_view(), name="contact"),
    path("events/", EventsView.as_view(), name="events"),
    path("agents/", AgentsView.as_view(), name="agents"),
    path("teams/", TeamsView.as_view(), name="teams"),
    path("brands/", BrandsView.as_view(), name="brands"),
    path("inboxes/", InboxesView.as_view(), name="inboxes"),
    path("inboxes/<int:inbox_id>/expected-response/", ExpectedResponseView.as_view(), name="expected-response"),
    path("reports/", ReportsView.as_view(), name="reports"),
    path("reports/<slug:slug>/", ReportView.as_view(), name="report"),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]), name="schema"),
    re_path(r"^(?P<rest>.*)$", no_such_address),
]
