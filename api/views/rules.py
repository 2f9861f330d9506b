"""Rules for programs of managers: read, switched, tried and kept as a file; and why one did something to a ticket."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.paged_schema import PAGING, paged_schema
from api.rule_answers import (
    RuleFile,
    RuleOut,
    RuleRunOut,
    RuleSwitchIn,
    RuleTriedOut,
    RuleTryIn,
    rule_out,
    run_out,
    tried_out,
)
from api.views.base import ApiView, page_size, paged, valid
from core.errors import NotFound
from core.paging import keyset_page
from people.policy import require
from routing.models import Rule, RuleRun
from routing.selectors.dry_run import dry_run, explain
from routing.selectors.rules import rules
from routing.services.rule_files import exported, imported, read_one
from routing.services.rules import switch, unsaved
from tickets.selectors.access import ticket_for, tickets_visible_to


class RulesDoor(ApiView):
    """Only for who manages the desk, whatever the token's scopes say."""

    resource = "rules"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require(self.agent, "manage_desk")

    def rule(self, rule_id: int) -> Rule:
        found = rules().filter(pk=rule_id).first()
        if found is None:
            raise NotFound("There is no such rule.")
        return found


class RulesView(RulesDoor):
    @extend_schema(operation_id="list_rules", responses=RuleOut(many=True))
    def get(self, request: Request) -> Response:
        """In the order in which they run; archived ones are left out."""
        return Response([rule_out(rule) for rule in rules()])


class RuleView(RulesDoor):
    @extend_schema(operation_id="get_rule", responses=RuleOut)
    def get(self, request: Request, rule_id: int) -> Response:
        return Response(rule_out(self.rule(rule_id)))

    @extend_schema(operation_id="switch_rule", request=RuleSwitchIn, responses=RuleOut)
    @idempotent
    def patch(self, request: Request, rule_id: int) -> Response:
        switch(self.rule(rule_id), on=valid(RuleSwitchIn, request)["is_active"], by=self.agent)
        return Response(rule_out(self.rule(rule_id)))


class RuleRunsView(RulesDoor):
    @extend_schema(operation_id="list_rule_runs", parameters=PAGING, responses=paged_schema(RuleRunOut))
    def get(self, request: Request, rule_id: int) -> Response:
        """What it did, the newest first, with the reasons."""
        found = self.rule(rule_id).runs.filter(ticket__in=tickets_visible_to(self.agent))
        cursor = request.query_params.get("cursor", "")
        rows = found.select_related("rule", "ticket")
        return paged(keyset_page(rows, order="-id", cursor=cursor, size=page_size(request)), run_out)


class RuleFileView(RulesDoor):
    @extend_schema(operation_id="export_rules", responses=RuleFile)
    def get(self, request: Request) -> Response:
        """All rules as YAML, with names instead of ids."""
        return Response({"text": exported(rules())})

    @extend_schema(operation_id="import_rules", request=RuleFile, responses=RuleOut(many=True))
    @idempotent
    def post(self, request: Request) -> Response:
        """Saves every rule of the YAML, or none: new ones switched off, known names as a new version."""
        saved = {rule.pk for rule in imported(valid(RuleFile, request)["text"], by=self.agent)}
        return Response([rule_out(rule) for rule in rules().filter(pk__in=saved)])


class RuleTryView(RulesDoor):
    @extend_schema(operation_id="try_rule", request=RuleTryIn, responses=RuleTriedOut)
    def post(self, request: Request) -> Response:
        """Which of the newest tickets the one rule of the YAML would have touched, or why (not) this one; nothing is
        saved or done."""
        given = valid(RuleTryIn, request)
        rule = unsaved(read_one(given["text"]))
        if number := given.get("ticket"):
            return Response(tried_out(1, [explain(rule, ticket_for(self.agent, number))]))
        found = dry_run(rule, self.agent)
        return Response(tried_out(found.looked_at, [*found.touched, *found.past]))


class TicketRuleRunsView(ApiView):
    @extend_schema(operation_id="list_ticket_rule_runs", parameters=PAGING, responses=paged_schema(RuleRunOut))
    def get(self, request: Request, number: int) -> Response:
        """Why the ticket is as it is: every rule that acted on it, or would have, the newest first."""
        found = RuleRun.objects.filter(ticket=ticket_for(self.agent, number)).select_related("rule", "ticket")
        cursor = request.query_params.get("cursor", "")
        return paged(keyset_page(found, order="-id", cursor=cursor, size=page_size(request)), run_out)
