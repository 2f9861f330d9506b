"""Open time between instants, and due times, as two index probes: a writer sets clocks in one statement."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION sla_open_micros(of_hours bigint, at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- Open microseconds up to `at`, counted from the first known opening; without hours every moment is open.
    SELECT CASE WHEN of_hours IS NULL THEN (extract(epoch FROM at) * 1000000)::bigint ELSE coalesce((
        SELECT i.open_before + (extract(epoch FROM least(at, i.ends_at) - i.starts_at) * 1000000)::bigint
        FROM sla_openinterval i
        WHERE i.hours_id = of_hours AND i.starts_at <= at
        ORDER BY i.starts_at DESC LIMIT 1
    ), 0) END
$$;

CREATE FUNCTION sla_due_at(of_hours bigint, since timestamptz, seconds double precision) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    -- The earliest instant by which so many open seconds have passed since `since`.
    SELECT CASE
        WHEN round(seconds * 1000000) <= 0 THEN since
        WHEN of_hours IS NULL THEN since + round(seconds * 1000000) * interval '1 microsecond'
        ELSE coalesce((
            SELECT i.starts_at + (w.wanted - i.open_before) * interval '1 microsecond'
            FROM (SELECT sla_open_micros(of_hours, since) + round(seconds * 1000000)::bigint AS wanted) w,
                sla_openinterval i
            WHERE i.hours_id = of_hours AND i.open_before < w.wanted
            ORDER BY i.open_before DESC LIMIT 1
        ), since) END
$$;

CREATE FUNCTION sla_open_seconds(of_hours bigint, since timestamptz, until timestamptz)
RETURNS double precision LANGUAGE sql STABLE AS $$
    SELECT greatest(sla_open_micros(of_hours, until) - sla_open_micros(of_hours, since), 0)
        / 1000000.0::double precision
$$;
"""

BACKWARD = """
DROP FUNCTION sla_open_seconds(bigint, timestamptz, timestamptz);
DROP FUNCTION sla_due_at(bigint, timestamptz, double precision);
DROP FUNCTION sla_open_micros(bigint, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_policies_hours_clocks")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
