"""What is about no ticket, such as who was on duty, is a fact too."""

import django.db.models.deletion
from django.db import migrations, models

# On the way back what is about no ticket has no place; nothing else ever takes facts away.
DROP_THEM = """
ALTER TABLE sla_fact DISABLE TRIGGER sla_fact_is_kept;
DELETE FROM sla_fact WHERE ticket_id IS NULL;
ALTER TABLE sla_fact ENABLE TRIGGER sla_fact_is_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0006_adoption_of_edited_policies"), ("tickets", "0011_index_the_mails_that_were_seen")]

    operations = [
        migrations.AlterField(
            model_name="fact",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="sla_facts",
                to="tickets.ticket",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, DROP_THEM),
    ]
