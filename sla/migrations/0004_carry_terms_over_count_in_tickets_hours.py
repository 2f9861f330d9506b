"""Conditions, pauses, warnings and calendars of what is there already; and the hours of a ticket, in the database."""

from django.db import migrations

CARRY = """
UPDATE sla_policy SET
    conditions = CASE WHEN inbox_ids = '{}' AND team_ids = '{}' AND organization_ids = '{}' AND tags = '{}' THEN '{}'
        ELSE jsonb_build_object('all',
            CASE WHEN inbox_ids = '{}' THEN '[]'::jsonb ELSE jsonb_build_array(
                jsonb_build_object('fact', 'inbox', 'op', 'in', 'value', to_jsonb(inbox_ids))) END
            || CASE WHEN team_ids = '{}' THEN '[]'::jsonb ELSE jsonb_build_array(
                jsonb_build_object('fact', 'team', 'op', 'in', 'value', to_jsonb(team_ids))) END
            || CASE WHEN organization_ids = '{}' THEN '[]'::jsonb ELSE jsonb_build_array(
                jsonb_build_object('fact', 'organization', 'op', 'in', 'value', to_jsonb(organization_ids))) END
            || CASE WHEN tags = '{}' THEN '[]'::jsonb ELSE jsonb_build_array(
                jsonb_build_object('fact', 'tags', 'op', 'in', 'value', to_jsonb(tags))) END) END,
    pauses_on = CASE WHEN pauses_while_snoozed THEN '{pending,on_hold,snoozed}' ELSE '{pending,on_hold}' END::varchar[],
    paused_metrics = '{resolution,update}',
    warnings = coalesce((
        SELECT jsonb_agg(jsonb_build_object('percent', w.percent))
        FROM (SELECT DISTINCT warn_percent AS percent FROM sla_target WHERE policy_id = sla_policy.id) w), '[]');

UPDATE sla_target SET warn_after = ARRAY[(seconds::bigint * warn_percent / 100)::int];

UPDATE sla_clock c SET
    hours_id = p.hours_id, allowed_seconds = c.target_seconds, warn_after = ARRAY[c.warn_seconds],
    warnings_done = CASE WHEN c.warned_at IS NULL THEN 0 ELSE 1 END
FROM sla_policy p WHERE p.id = c.policy_id;

INSERT INTO sla_policyversion (policy_id, number, terms, saved_at)
SELECT p.id, p.version, jsonb_build_object(
    'name', p.name, 'conditions', p.conditions, 'hours', p.hours_id, 'prefers_ticket_hours', false,
    'pauses_on', to_jsonb(p.pauses_on), 'paused_metrics', to_jsonb(p.paused_metrics), 'warnings', p.warnings,
    'escalation', p.escalation, 'is_active', p.is_active, 'position', p.position,
    'targets', coalesce((
        SELECT jsonb_object_agg(g.metric || ' ' || g.priority, g.seconds) FROM sla_target g WHERE g.policy_id = p.id
    ), '{}')), p.updated_at
FROM sla_policy p;
"""

CARRY_BACK = """
UPDATE sla_policy SET pauses_while_snoozed = 'snoozed' = ANY (pauses_on);
UPDATE sla_target SET warn_percent = greatest(1, least(100, warn_after[1]::bigint * 100 / seconds))
WHERE warn_after <> '{}';
UPDATE sla_clock SET warn_seconds = coalesce(warn_after[1], target_seconds);
DELETE FROM sla_policyversion;
"""

FUNCTIONS = """
CREATE FUNCTION sla_step_at(of_hours bigint, since timestamptz, elapsed double precision, step double precision)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    -- When a clock that has used `elapsed` and runs since `since` reaches `step`; never, when it stands still.
    SELECT CASE WHEN since IS NULL OR step IS NULL THEN '9999-01-01 00:00:00+00'::timestamptz
        ELSE sla_due_at(of_hours, since, step - elapsed) END
$$;

CREATE FUNCTION sla_hours_of(of_team bigint, of_inbox bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- The hours that count for a ticket: its team's, else its inbox's, else the desk's own, else none.
    SELECT coalesce(
        (SELECT hours_id FROM sla_hoursuse WHERE team_id = of_team),
        (SELECT hours_id FROM sla_hoursuse WHERE inbox_id = of_inbox),
        (SELECT id FROM sla_businesshours WHERE is_default))
$$;

CREATE FUNCTION sla_keep_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are never changed: void them by a later one';
END
$$;

CREATE TRIGGER sla_fact_is_kept BEFORE UPDATE OR DELETE ON sla_fact
FOR EACH ROW EXECUTE FUNCTION sla_keep_fact();
"""

DROP_FUNCTIONS = """
DROP TRIGGER sla_fact_is_kept ON sla_fact;
DROP FUNCTION sla_keep_fact();
DROP FUNCTION sla_hours_of(bigint, bigint);
DROP FUNCTION sla_step_at(bigint, timestamptz, double precision, double precision);
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_versions_escalation_facts_predictions")]

    operations = [
        migrations.RunSQL(CARRY, CARRY_BACK),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
    ]
