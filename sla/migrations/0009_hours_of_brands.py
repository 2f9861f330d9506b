"""Hours of a brand count for its inboxes that have none of their own."""

import django.db.models.deletion
from django.db import migrations, models

HOURS_OF = """
CREATE OR REPLACE FUNCTION sla_hours_of(of_team bigint, of_inbox bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- The hours that count for a ticket: its team's, else its inbox's, else its brand's, else the desk's, else none.
    SELECT coalesce(
        (SELECT hours_id FROM sla_hoursuse WHERE team_id = of_team),
        (SELECT hours_id FROM sla_hoursuse WHERE inbox_id = of_inbox),
        (SELECT u.hours_id FROM tickets_inbox i JOIN sla_hoursuse u ON u.brand_id = i.brand_id WHERE i.id = of_inbox),
        (SELECT id FROM sla_businesshours WHERE is_default))
$$;
"""

HOURS_OF_BEFORE = """
CREATE OR REPLACE FUNCTION sla_hours_of(of_team bigint, of_inbox bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT hours_id FROM sla_hoursuse WHERE team_id = of_team),
        (SELECT hours_id FROM sla_hoursuse WHERE inbox_id = of_inbox),
        (SELECT id FROM sla_businesshours WHERE is_default))
$$;
-- The former rows belonged to a team or an inbox.
DELETE FROM sla_hoursuse WHERE brand_id IS NOT NULL;
"""

OF_ONE = (
    models.Q(team__isnull=False, inbox__isnull=True, brand__isnull=True)
    | models.Q(team__isnull=True, inbox__isnull=False, brand__isnull=True)
    | models.Q(team__isnull=True, inbox__isnull=True, brand__isnull=False)
)


class Migration(migrations.Migration):
    dependencies = [("sla", "0008_tickets_put_under_a_policy"), ("tickets", "0012_brands_of_inboxes")]

    operations = [
        migrations.AddField(
            model_name="hoursuse",
            name="brand",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tickets.brand",
            ),
        ),
        migrations.RemoveConstraint(model_name="hoursuse", name="hoursuse_team_or_inbox"),
        migrations.AddConstraint(
            model_name="hoursuse", constraint=models.CheckConstraint(name="hoursuse_of_one", condition=OF_ONE)
        ),
        migrations.RunSQL(HOURS_OF, HOURS_OF_BEFORE),
    ]
