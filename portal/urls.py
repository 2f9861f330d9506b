"""The addresses of the portal app."""

from django.urls import URLPattern, URLResolver, path

from portal.views import booking, chat, demo, demo_mail, files, panel, question, rating, widget

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("widget.js", widget.widget_script, name="widget-script"),
    path("chat/<str:inbox_token>/", panel.chat_page, name="chat"),
    path("chat/<str:inbox_token>/session/", chat.session_action, name="chat-session"),
    path("chat/<str:inbox_token>/sign-out/", chat.sign_out_action, name="chat-sign-out"),
    path("chat/<str:inbox_token>/status/", chat.status_page, name="chat-status"),
    path("chat/<str:inbox_token>/messages/", chat.messages_page, name="chat-messages"),
    path("chat/<str:inbox_token>/away/", chat.away_action, name="chat-away"),
    path("chat/<str:inbox_token>/end/", chat.end_action, name="chat-end"),
    path("chat/<str:inbox_token>/address/", chat.address_action, name="chat-address"),
    path("chat/<str:inbox_token>/files/<uuid:file_id>/", chat.file_page, name="chat-file"),
    path("chat/<str:inbox_token>/callback/", booking.callback_page, name="chat-callback"),
    path("chat/<str:inbox_token>/callback/<int:callback_id>/", booking.booked_action, name="chat-booked"),
    path("chat/<str:inbox_token>/rating/", question.rating_action, name="chat-rating"),
    path("files/<uuid:file_id>/<int:until>/<slug:mark>/", files.linked_file_page, name="linked-file"),
    path("rate/<str:token>/", rating.rating_page, name="rate"),
    path("demo/shop/", demo.shop_page, name="shop"),
    path("demo/mail/", demo_mail.mailboxes_page, name="demo-mail"),
    path("demo/mail/<str:mailbox>/", demo_mail.mailboxes_page, name="demo-mailbox"),
    path("demo/mail/<str:mailbox>/<int:mail_id>/", demo_mail.mail_page, name="demo-mail-read"),
    path("demo/mail/<str:mailbox>/<int:mail_id>/html/", demo_mail.mail_html_page, name="demo-mail-html"),
    path("demo/mail/<str:mailbox>/<int:mail_id>/<int:number>/", demo_mail.mail_file_page, name="demo-mail-file"),
]
