"""Rules that wait, versions and reasons of rules, reminders and calls; macros hold texts apart from actions.

Every rule gets its present state as a version to go back to. A macro that replied by an action now offers that text
for the draft.
"""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

CONTENT = ("name", "description", "event", "wait", "wait_seconds", "conditions", "actions", "during")
LIMITS = ("most_per_hour", "most_per_ticket", "stops")
REPLY = "reply_with_template"


def remember_rules_and_move_texts(apps, schema_editor):
    version = apps.get_model("routing", "RuleVersion")
    for rule in apps.get_model("routing", "Rule").objects.all():
        content = {name: getattr(rule, name) for name in (*CONTENT, *LIMITS)}
        version.objects.create(rule=rule, version=rule.version, content={**content, "hours": None})
    for macro in apps.get_model("routing", "Macro").objects.all():
        said = [item["params"]["text"] for item in macro.actions if item["action"] == REPLY]
        if said:
            macro.texts = [{"language": "", "channel": "", "text": "\n\n".join(said)}]
            macro.actions = [item for item in macro.actions if item["action"] != REPLY]
            macro.save(update_fields=["texts", "actions"])


def move_texts_back(apps, schema_editor):
    for macro in apps.get_model("routing", "Macro").objects.exclude(texts=[]):
        reply = {"action": REPLY, "params": {"text": macro.texts[0]["text"]}}
        macro.actions = [*macro.actions, reply]
        macro.save(update_fields=["actions"])


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0001_rules_macros_turns"),
        ("sla", "0002_due_times_in_open_time"),
        ("tickets", "0006_side_conversations_and_merged_tickets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("text", models.CharField(blank=True, default="", max_length=300)),
                ("set_by", models.CharField(blank=True, default="", max_length=160)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RuleTimer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("episode", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("was_missed", models.BooleanField(default=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ("-version",),
            },
        ),
        migrations.CreateModel(
            name="WebhookCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("url", models.CharField(max_length=500)),
                ("payload", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("done", "Done"), ("failed", "Failed")],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("status_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.AddField(
            model_name="macro",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="macro",
            name="texts",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="macro",
            name="use_count",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="macro",
            name="used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="rule",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="rule",
            name="during",
            field=models.CharField(
                choices=[("always", "at any time"), ("inside", "only within"), ("outside", "only outside of")],
                default="always",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="hours",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rules",
                to="sla.businesshours",
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="most_per_hour",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="rule",
            name="most_per_ticket",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="rule",
            name="wait",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="rule",
            name="wait_seconds",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="actions",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="findings",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="outcome",
            field=models.CharField(
                choices=[("done", "Done"), ("refused", "Could not"), ("held", "Held back")],
                default="done",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="waiting_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="macro",
            name="actions",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="rule",
            name="event",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AlterField(
            model_name="rulerun",
            name="event_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="rulerun",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rule_runs",
                to="tickets.ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="rule",
            index=models.Index(
                condition=models.Q(("is_active", True), models.Q(("wait", ""), _negated=True)),
                fields=["wait"],
                name="rule_wait",
            ),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(
                models.F("rule"), models.OrderBy(models.F("at"), descending=True), name="rulerun_of_rule"
            ),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(
                models.F("ticket"), models.OrderBy(models.F("at"), descending=True), name="rulerun_of_ticket"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="ruletimer",
            name="rule",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="timers", to="routing.rule"
            ),
        ),
        migrations.AddField(
            model_name="ruletimer",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rule_timers", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="rule",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="routing.rule"
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="saved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="webhookcall",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="webhook_calls", to="tickets.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["due_at", "id"], name="reminder_due"
            ),
        ),
        migrations.AddIndex(
            model_name="ruletimer",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["due_at", "id"], name="ruletimer_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruletimer",
            constraint=models.UniqueConstraint(fields=("rule", "ticket", "episode"), name="ruletimer_once"),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(fields=("rule", "version"), name="ruleversion_unique"),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["next_attempt_at", "id"], name="webhookcall_due"
            ),
        ),
        migrations.RunPython(remember_rules_and_move_texts, move_texts_back),
    ]
