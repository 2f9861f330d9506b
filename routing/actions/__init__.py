"""Every action that rules and macros can take, by key; the order is that of the menus."""

from __future__ import annotations

from routing.actions.add_note import AddNote
from routing.actions.add_tag import AddTag
from routing.actions.ask_for_csat import AskForCsat
from routing.actions.assign_agent import AssignAgent
from routing.actions.assign_team import AssignTeam
from routing.actions.base import Action
from routing.actions.call_webhook import CallWebhook
from routing.actions.follow_up import FollowUp
from routing.actions.mail_outside import MailOutside
from routing.actions.merge_into import MergeInto
from routing.actions.notify_agent import NotifyAgent
from routing.actions.remove_tag import RemoveTag
from routing.actions.reply_with_template import ReplyWithTemplate
from routing.actions.require_skill import RequireSkill
from routing.actions.set_field import SetField
from routing.actions.set_priority import SetPriority
from routing.actions.set_status import SetStatus
from routing.actions.snooze import Snooze
from routing.actions.start_sla import StartSla

_ALL: tuple[type[Action], ...] = (
    AssignTeam,
    AssignAgent,
    RequireSkill,
    SetStatus,
    SetPriority,
    AddTag,
    RemoveTag,
    SetField,
    AddNote,
    NotifyAgent,
    ReplyWithTemplate,
    MailOutside,
    StartSla,
    Snooze,
    FollowUp,
    MergeInto,
    AskForCsat,
    CallWebhook,
)

ACTIONS: dict[str, Action] = {action.key: action() for action in _ALL}
