"""Who gets a message, as properties: nobody is dropped, nobody is slipped in, we never write to ourselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.recipients import Known, Recipients, recipients

OWN = ["help@desk.example", "sales@desk.example"]
address = st.sampled_from(
    ["rosa@x.example", "Ben@x.example", "ben@X.example", "eva@y.example", "zoe@z.example", "Help@Desk.example", *OWN]
)
person = st.builds(lambda name, value: {"name": name, "address": value}, st.sampled_from(["", "A", "B"]), address)
people = st.lists(person, max_size=5)
message = st.fixed_dictionaries(
    {"from": person, "to": people, "cc": people, "bcc": people}, optional={"reply_to": people}
)


def addresses(items: list[dict[str, str]]) -> set[str]:
    return {item["address"].lower() for item in items}


def everybody(found: Recipients) -> set[str]:
    return addresses([*found.to, *found.cc, *found.offered])


@given(message, st.sampled_from(["reply", "reply_all", "forward", "new"]))
def test_desk_never_writes_to_itself(answered: dict[str, Any], mode: Any) -> None:
    found = recipients(answered, mode=mode, own_addresses=OWN)
    sender = answered["from"]["address"].lower()
    assert everybody(found) & {*OWN} <= {sender}


@given(message, st.sampled_from(["reply", "reply_all"]))
def test_hidden_copies_stay_hidden(answered: dict[str, Any], mode: Any) -> None:
    shown = addresses([answered["from"], *answered["to"], *answered["cc"], *answered.get("reply_to", [])])
    assert everybody(recipients(answered, mode=mode, own_addresses=OWN)) <= shown


@given(message)
def test_reply_to_all_drops_nobody(answered: dict[str, Any]) -> None:
    found = recipients(answered, mode="reply_all", own_addresses=OWN)
    wanted = addresses([*answered["to"], *answered["cc"]]) - {*OWN} - addresses([answered["from"]])
    assert wanted <= addresses([*found.to, *found.cc])


@given(message)
def test_reply_and_reply_to_all_reach_the_same_sender(answered: dict[str, Any]) -> None:
    one = recipients(answered, mode="reply", own_addresses=OWN)
    every = recipients(answered, mode="reply_all", own_addresses=OWN)
    assert addresses(one.to) <= addresses(every.to)
    assert everybody(one) == everybody(every)
    assert one.cc == []


@given(message)
def test_nobody_is_named_twice(answered: dict[str, Any]) -> None:
    found = recipients(answered, mode="reply_all", own_addresses=OWN)
    named = [item["address"].lower() for item in [*found.to[1:], *found.cc]]
    assert len(named) == len(set(named))


@given(message, people)
def test_copies_are_those_that_were_chosen(answered: dict[str, Any], chosen: list[dict[str, str]]) -> None:
    base = recipients(answered, mode="reply", own_addresses=OWN)
    found = base.with_copies(chosen, own_addresses=OWN)
    assert addresses([*found.to, *found.cc]) <= addresses([*base.to, *chosen])
    assert addresses(chosen) - {*OWN} <= addresses([*found.to, *found.cc])
    assert base.with_copies(base.offered, own_addresses=OWN) == Recipients(
        to=[*base.to, *base.offered_to], cc=base.offered_cc
    )


@given(message)
def test_forward_begins_empty(answered: dict[str, Any]) -> None:
    assert everybody(recipients(answered, mode="forward", own_addresses=OWN)) == set()


def test_new_message_goes_to_the_requester() -> None:
    rosa = {"name": "Rosa", "address": "rosa@x.example"}
    assert recipients({}, mode="new", requester=rosa).to == [rosa]
    assert recipients({}, mode="new").to == []


@pytest.mark.parametrize(
    ("who", "role", "is_new"),
    [
        ("Rosa@x.example", "requester", False),
        ("mia@desk.example", "agent", True),
        ("ben@x.example", "copy", False),
        ("stranger@y.example", "third_party", True),
    ],
)
def test_roles_are_what_the_ticket_knows(who: str, role: str, is_new: bool) -> None:
    known = Known(
        requester=frozenset({"rosa@x.example"}),
        agents=frozenset({"mia@desk.example"}),
        part=frozenset({"ben@x.example"}),
    )
    assert (known.role_of(who), known.is_new(who)) == (role, is_new)
