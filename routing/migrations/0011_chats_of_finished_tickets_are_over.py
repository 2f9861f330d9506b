"""Chats of tickets that were finished before anybody noted when a chat is over are over, too."""

from django.db import migrations

OVER = """
UPDATE routing_chatwait w SET over_at = w.ended_at FROM tickets_ticket t
WHERE t.id = w.ticket_id AND w.over_at IS NULL AND w.ended_at IS NOT NULL
    AND t.status NOT IN ('open', 'pending', 'on_hold')
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0010_when_chats_were_over"), ("tickets", "0012_brands_of_inboxes")]

    operations = [migrations.RunSQL(OVER, migrations.RunSQL.noop)]
