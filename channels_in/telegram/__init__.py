"""Telegram: a bot's private chats, by webhook in and by the Bot API out."""
