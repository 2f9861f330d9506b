"""The addresses of the workspace app."""

from django.urls import URLPattern, URLResolver, path

from workspace.views import (
    bodies,
    changes,
    compose,
    contacts,
    desk,
    live,
    me,
    new_ticket,
    notifications,
    options,
    problems,
    search,
    settings_agents,
    settings_desk,
    settings_inboxes,
    settings_me,
    settings_promises,
    settings_rules,
    ticket,
)

app_name = "workspace"

_tickets: list[URLPattern | URLResolver] = [
    path("", desk.home_page, name="home"),
    path("tickets/", desk.tickets_page, name="tickets"),
    path("tickets/list/", desk.list_page, name="list"),
    path("tickets/rows/", desk.rows_page, name="rows"),
    path("tickets/new/", new_ticket.new_ticket_page, name="new-ticket"),
    path("tickets/bulk/<slug:verb>/", changes.bulk_action, name="bulk"),
    path("tickets/<int:number>/", desk.ticket_page_, name="ticket"),
    path("tickets/<int:number>/pane/", desk.pane_page, name="ticket-pane"),
    path("tickets/<int:number>/side/", ticket.side_page, name="ticket-side"),
    path("tickets/<int:number>/after/<int:seq>/", ticket.after_page, name="ticket-after"),
    path("tickets/<int:number>/earlier/", ticket.earlier_page, name="ticket-earlier"),
    path("tickets/<int:number>/canned/", options.canned_page, name="ticket-canned"),
    path("tickets/<int:number>/reply/", compose.reply_action, name="ticket-reply"),
    path("tickets/<int:number>/note/", compose.note_action, name="ticket-note"),
    path("tickets/<int:number>/draft/", compose.draft_action, name="ticket-draft"),
    path("tickets/<int:number>/change/<slug:verb>/", changes.change_action, name="ticket-change"),
    path("m/<int:message_id>/body/", bodies.message_body_page, name="message-body"),
    path("m/<int:message_id>/undo/", compose.undo_action, name="message-undo"),
    path("m/<int:message_id>/retry/", compose.retry_action, name="message-retry"),
    path("attachments/<uuid:attachment_id>/", bodies.attachment_page, name="attachment"),
    path("uploads/", compose.upload_action, name="upload"),
    path("options/", options.options_page, name="options"),
]

_live: list[URLPattern | URLResolver] = [
    path("live/changes/", live.changes_page, name="live-changes"),
    path("live/counts/", live.counts_page, name="live-counts"),
    path("live/belonging/", live.belonging_page, name="live-belonging"),
]

_pages: list[URLPattern | URLResolver] = [
    path("search/", search.search_page, name="search"),
    path("search/suggest/", search.suggest_page, name="suggest"),
    path("contacts/", contacts.contacts_page, name="contacts"),
    path("contacts/<int:contact_id>/", contacts.contact_page_, name="contact"),
    path("notifications/", notifications.notifications_page, name="notifications"),
    path("notifications/count/", notifications.count_page, name="notifications-count"),
    path("notifications/read/", notifications.read_action, name="notifications-read"),
    path("problems/", problems.problems_page, name="problems"),
    path("problems/<int:delivery_id>/", problems.problem_page_, name="problem"),
    path("problems/<int:delivery_id>/retry/", problems.retry_action, name="problem-retry"),
    path("problems/<int:delivery_id>/discard/", problems.discard_action, name="problem-discard"),
]

_settings: list[URLPattern | URLResolver] = [
    path("me/availability/", me.availability_action, name="availability"),
    path("me/preference/", me.preference_action, name="preference"),
    path("settings/", settings_me.profile_page, name="settings-profile"),
    path("settings/canned/", settings_me.canned_list_page, name="settings-canned"),
    path("settings/canned/new/", settings_me.canned_edit_page, name="settings-canned-new"),
    path("settings/canned/<int:canned_id>/", settings_me.canned_edit_page, name="settings-canned-edit"),
    path("settings/canned/<int:canned_id>/delete/", settings_me.canned_delete_action, name="settings-canned-delete"),
    path("settings/teams/", settings_desk.teams_page, name="settings-teams"),
    path("settings/teams/new/", settings_desk.team_page, name="settings-team-new"),
    path("settings/teams/<int:team_id>/", settings_desk.team_page, name="settings-team"),
    path("settings/inboxes/", settings_inboxes.inboxes_page, name="settings-inboxes"),
    path("settings/inboxes/new/<slug:kind>/", settings_inboxes.new_inbox_page, name="settings-inbox-new"),
    path("settings/inboxes/<int:inbox_id>/", settings_inboxes.inbox_page, name="settings-inbox"),
    path("settings/inboxes/<int:inbox_id>/checks/", settings_inboxes.checks_page, name="settings-inbox-checks"),
    path("settings/inboxes/<int:inbox_id>/check/", settings_inboxes.check_action, name="settings-inbox-check"),
    path("settings/agents/", settings_agents.agents_page, name="settings-agents"),
    path("settings/agents/<int:agent_id>/", settings_agents.agent_page_, name="settings-agent"),
    path("settings/promises/", settings_promises.promises_page, name="settings-promises"),
    path("settings/promises/new/", settings_promises.policy_page, name="settings-policy-new"),
    path("settings/promises/<int:policy_id>/", settings_promises.policy_page, name="settings-policy"),
    path("settings/hours/new/", settings_promises.hours_page, name="settings-hours-new"),
    path("settings/hours/<int:hours_id>/", settings_promises.hours_page, name="settings-hours"),
    path("settings/rules/", settings_rules.rules_page, name="settings-rules"),
    path("settings/rules/new/", settings_rules.rule_page, name="settings-rule-new"),
    path("settings/rules/<int:rule_id>/", settings_rules.rule_page, name="settings-rule"),
    path("settings/rules/condition/<int:index>/", settings_rules.condition_page, name="settings-condition"),
    path("settings/rules/action/<int:index>/", settings_rules.action_page, name="settings-action"),
    path("settings/macros/", settings_rules.macros_page, name="settings-macros"),
    path("settings/macros/new/", settings_rules.macro_page, name="settings-macro-new"),
    path("settings/macros/<int:macro_id>/", settings_rules.macro_page, name="settings-macro"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_tickets, *_live, *_pages, *_settings]
