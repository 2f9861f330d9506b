"""Chat stories: a customer on the shop's site, agents at the desk, everything between them real."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from channels_in.email.parse import parse
from channels_in.models import ChatVisitor, DemoMail
from core.clock import now
from core.events.bus import publish
from core.events.catalogue import AgentTyped, TicketSeen
from csat.models import Rating
from csat.services.surveys import SurveyDraft, save_survey
from people.models import Agent, Availability
from routing.services.chat_ends import end_by_agent
from tests.browser.chats import Customer, violations
from tests.browser.held import HeldAnswers
from tests.browsers import PageMaker
from tests.cast import Cast
from tests.channels_in.webchat.people import SECRET, signed
from tests.desk import agent_replies
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Message, Ticket, TicketEvent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def desk(live_stack: Stack, cast: Cast) -> Stack:
    cache.clear()
    return live_stack


def come_online(agent: Agent) -> None:
    agent.availability, agent.last_seen_at = Availability.AVAILABLE, now()
    agent.save()


def types_and_is_seen(customer: Customer, agent: Page) -> bool:
    """A screen tells that it is there after a glance, so the customer goes on typing until it does."""
    customer.box.press_sequentially("o")
    agent.wait_for_timeout(200)
    return "is typing" in agent.locator("#presence").inner_text()


def schemes_of_frames(page: Page) -> list[str]:
    page.wait_for_timeout(10)  # lets the browser's own events in
    return [frame.url.partition(":")[0] for frame in page.frames]


def sign_in(page: Page, desk: Stack, agent: Agent) -> None:
    """By the session cookie; the sign-in page has stories of its own."""
    client = Client()
    client.force_login(agent)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": desk.url}])
    page.goto(desk.url)


def ticket() -> Ticket:
    return poll_until(lambda: Ticket.objects.first())  # type: ignore[return-value]  # truthy is there


def test_customer_and_agent_talk_and_a_reload_keeps_it(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    customer = Customer(page).visits(desk.url).opens_the_chat()
    expect(customer.box).to_be_focused()
    customer.says("Where is my parcel?")
    expect(customer.own("Where is my parcel?")).to_have_attribute("data-state", "sent")
    publish(TicketSeen(ticket_id=ticket().pk, agent_id=cast.ana.pk))
    expect(customer.own("Where is my parcel?")).to_have_attribute("data-state", "seen")
    publish(AgentTyped(ticket_id=ticket().pk, agent_id=cast.ana.pk, agent_name=cast.ana.name))
    expect(customer.chat.get_by_text("Ana is typing").first).to_be_visible()
    reply = agent_replies(ticket(), cast.ana, "It left us yesterday.")
    expect(customer.answer("It left us yesterday.")).to_be_visible()
    expect(customer.chat.locator("#typing")).to_be_hidden()
    poll_until(lambda: Message.objects.get(pk=reply.pk).delivery == "read")
    page.reload()
    customer.opens_the_chat()
    expect(customer.answer("It left us yesterday.")).to_be_visible()
    assert Ticket.objects.count() == 1
    save_survey(SurveyDraft(name="After every chat", quiet_days=0, questions={"en": "Happy with us?"}))
    ends_the_chat_and_writes_again(customer)
    rates_in_the_chat(customer, cast)


def ends_the_chat_and_writes_again(customer: Customer) -> None:
    end, over = customer.chat.get_by_role("button", name="End chat"), customer.chat.get_by_text("The chat has ended.")
    question = customer.chat.get_by_role("group", name="Happy with us?")
    end.click()
    expect(over).to_be_visible()
    expect(end).to_be_hidden()
    expect(question).to_be_visible()
    expect(customer.box).to_be_focused()
    assert TicketEvent.objects.get(kind="ChatEnded").data == {"how": "visitor", "is_answered": True}
    customer.says("One more thing")
    expect(customer.own("One more thing")).to_have_attribute("data-state", "sent")
    expect(over).to_be_hidden()
    expect(question).to_be_hidden()
    expect(end).to_be_visible()
    assert Ticket.objects.count() == 1


def rates_in_the_chat(customer: Customer, cast: Cast) -> None:
    """An agent ends the chat, and the question stands in the open panel at once; one click rates, a word may follow,
    and a reload keeps both."""
    agent_replies(ticket(), cast.ana, "Of course.")
    expect(customer.answer("Of course.")).to_be_visible()
    end_by_agent(ticket(), actor=cast.ana.as_actor())
    question = customer.chat.get_by_role("group", name="Happy with us?")
    question.get_by_role("button", name="Good", exact=True).click()
    poll_until(lambda: Rating.objects.filter(score=4).exists())
    assert violations(customer.chat) == []
    customer.chat.get_by_label("Would you like to tell us why?").fill("Quick <b>and</b> kind")
    customer.chat.get_by_role("button", name="Send", exact=True).first.click()
    expect(customer.chat.locator(".rating .told")).to_have_text("Thank you for your answer.")
    expect(customer.chat.locator(".rating form")).to_be_hidden()
    poll_until(lambda: Rating.objects.get().comment == "Quick <b>and</b> kind")
    customer.page.reload()
    customer.opens_the_chat()
    chosen = customer.chat.get_by_role("group", name="Happy with us?").get_by_role("button", pressed=True)
    expect(chosen).to_have_text("Good")


def test_agent_types_and_answers_at_the_desk_while_the_customer_watches(
    desk: Stack, cast: Cast, new_page: PageMaker
) -> None:
    agent = new_page()
    sign_in(agent, desk, cast.ana)
    poll_until(lambda: Agent.objects.get(pk=cast.ana.pk).last_seen_at)
    Agent.objects.filter(pk=cast.ana.pk).update(availability=Availability.AVAILABLE)
    customer = Customer(new_page()).visits(desk.url).opens_the_chat()
    customer.says("Is the Huila in stock?")
    agent.goto(f"{desk.url}/tickets/{ticket().number}/")
    expect(customer.own("Is the Huila in stock?")).to_have_attribute("data-state", "seen")
    poll_until(lambda: types_and_is_seen(customer, agent), 15)
    reply = agent.get_by_label("Reply to")
    reply.press_sequentially("Plenty of it", delay=20)
    expect(customer.chat.get_by_text("Ana is typing").first).to_be_visible()
    reply.press("Control+Enter")
    expect(customer.answer("Plenty of it")).to_be_visible()
    over = customer.chat.get_by_text("The chat has ended.")
    agent.get_by_role("button", name="End chat").click()
    expect(over).to_be_visible()
    agent.get_by_role("button", name="Undo").click()
    expect(over).to_be_hidden()


def test_agent_who_opens_the_chat_from_the_list_is_seen_typing(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    come_online(cast.ana)
    agent = new_page()
    sign_in(agent, desk, cast.ana)
    agent.goto(f"{desk.url}/tickets/?view=all")
    expect(agent.locator("body")).to_have_attribute("data-live", "open")
    customer = Customer(new_page()).visits(desk.url).opens_the_chat()
    customer.says("Is the Huila in stock?")
    agent.locator(f'.row[data-number="{ticket().number}"] a').first.click()
    expect(customer.own("Is the Huila in stock?")).to_have_attribute("data-state", "seen")
    agent.get_by_label("Reply to").press_sequentially("Plenty of it is here", delay=100)
    expect(customer.chat.get_by_text("Ana is typing").first).to_be_visible()


def test_agent_who_types_at_once_is_seen_typing(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    come_online(cast.ana)
    customer = Customer(new_page()).visits(desk.url).opens_the_chat()
    customer.says("Is the Huila in stock?")
    agent = new_page()
    sign_in(agent, desk, cast.ana)
    agent.goto(f"{desk.url}/tickets/{ticket().number}/")
    agent.get_by_label("Reply to").press_sequentially("Plenty of it", delay=150)
    expect(customer.chat.get_by_text("Ana is typing").first).to_be_visible()


def test_nobody_is_there_and_the_answer_comes_by_mail_into_the_same_ticket(desk: Stack, cast: Cast, page: Page) -> None:
    customer = Customer(page).visits(desk.url)
    # The first words of the site come while the frame's page does: its language changes, and nothing said is lost.
    page.evaluate("Helpdesk('identify', {name: 'Eva'}); Helpdesk('setLocale', 'fr'); Helpdesk('open')")
    for language, send in (("de-CH", "Nachricht senden"), ("en", "Send message")):
        page.evaluate(f"Helpdesk('setLocale', '{language}')")
        expect(customer.chat.get_by_role("button", name=send)).to_be_visible()
        expect(customer.chat.locator("#away").get_by_label("Name")).to_have_value("Eva")
    page.reload()
    chat = customer.opens_the_chat().chat
    expect(chat.locator("#away").get_by_label("Name")).to_be_focused()
    chat.locator("#away").get_by_label("Name").fill("Eva Berg")
    chat.get_by_role("button", name="Send message").click()
    expect(chat.get_by_label("E-mail", exact=False).first).to_be_focused()
    chat.get_by_label("E-mail", exact=False).first.fill("eva@customer.example")
    chat.locator("#away-message").fill("Do you have decaf?")
    chat.get_by_role("button", name="Send message").click()
    expect(chat.get_by_text("We will answer to eva@customer.example").first).to_be_visible()
    agent_replies(ticket(), cast.ana, "We do, in two roasts.")
    mail = poll_until(lambda: DemoMail.objects.filter(mailbox="eva@customer.example").first())
    assert mail is not None
    read = parse(bytes(mail.raw))
    assert "We do, in two roasts." in read.text
    assert any(f"+r{ticket().pk}." in address.address for address in read.reply_to)


def test_desk_restarts_and_what_was_written_meanwhile_arrives_once(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    customer = Customer(page).visits(desk.url).opens_the_chat()
    customer.says("one")
    expect(customer.own("one")).to_have_attribute("data-state", "sent")
    desk.kill("web")
    customer.says("two")
    customer.says("three")
    expect(customer.own("three")).to_have_attribute("data-state", "sending")
    agent_replies(ticket(), cast.ana, "Answered while you were cut off.")
    desk.start("web")
    expect(customer.own("three")).to_have_attribute("data-state", "sent")
    expect(customer.answer("Answered while you were cut off.")).to_have_count(1)
    poll_until(lambda: Message.objects.filter(direction="in").count() == 3)
    texts = Message.objects.filter(direction="in").order_by("seq").values_list("text", flat=True)
    assert list(texts) == ["one", "two", "three"]
    expect(customer.chat.locator("#log > li")).to_have_count(4)


def test_customer_has_two_tabs_and_both_show_the_same(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    first = Customer(page).visits(desk.url).opens_the_chat()
    first.says("from the first")
    expect(first.own("from the first")).to_have_attribute("data-state", "sent")
    second = Customer(page.context.new_page()).visits(desk.url).opens_the_chat()
    expect(second.own("from the first")).to_be_visible()
    second.says("from the second")
    expect(first.own("from the second")).to_be_visible()
    assert Ticket.objects.count() == 1


def test_signed_user_finds_the_conversation_on_another_device(desk: Stack, cast: Cast, new_page: PageMaker) -> None:
    come_online(cast.ana)
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    phone, laptop = Customer(new_page()), Customer(new_page())
    phone.visits(desk.url).page.evaluate("jwt => Helpdesk('identify', {jwt})", signed(cast.chat))
    phone.opens_the_chat().says("Written on the phone")
    expect(phone.own("Written on the phone")).to_have_attribute("data-state", "sent")
    laptop.visits(desk.url).opens_the_chat()
    expect(laptop.box).to_be_visible()
    laptop.page.evaluate("jwt => Helpdesk('identify', {jwt})", signed(cast.chat))
    expect(laptop.own("Written on the phone")).to_be_visible()
    laptop.says("Gone on with on the laptop")
    expect(phone.own("Gone on with on the laptop")).to_be_visible()
    assert ticket().contact.name == "Eva Berg"
    laptop.page.evaluate("Helpdesk('reset')")
    expect(laptop.chat.locator("#log > li")).to_have_count(0)
    expect(laptop.box).to_be_visible()


def test_user_signs_in_slowly_and_what_they_write_meanwhile_is_theirs(desk: Stack, cast: Cast, page: Page) -> None:
    """The answer to the sign-in is held back; the token that the panel still has is worth nothing by then."""
    come_online(cast.ana)
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    customer = Customer(page).visits(desk.url).opens_the_chat()
    expect(customer.box).to_be_focused()
    answers = HeldAnswers(page, "**/session/", lambda request: bool((request.post_data_json or {}).get("jwt")))
    page.evaluate("jwt => Helpdesk('identify', {jwt})", signed(cast.chat))
    customer.says("Written while signing in")
    answers.wait()
    # The socket is cut and comes back in the middle of it.
    desk.restart("web")
    expect(customer.own("Written while signing in")).to_have_attribute("data-state", "sending")
    answers.release()
    expect(customer.own("Written while signing in")).to_have_attribute("data-state", "sent")
    assert ticket().contact.name == "Eva Berg"
    assert [visitor.is_verified for visitor in ChatVisitor.objects.all()] == [True]


def test_user_signs_in_in_one_tab_and_the_other_tab_follows(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    cast.chat.secrets = {"identity_secret": SECRET}
    cast.chat.save()
    first = Customer(page).visits(desk.url).opens_the_chat()
    first.says("as nobody")
    expect(first.own("as nobody")).to_have_attribute("data-state", "sent")
    second = Customer(page.context.new_page()).visits(desk.url).opens_the_chat()
    second.page.evaluate("jwt => Helpdesk('identify', {jwt})", signed(cast.chat))
    poll_until(lambda: ChatVisitor.objects.filter(is_verified=True).exists())
    first.says("in the first tab")
    expect(second.own("in the first tab")).to_be_visible()
    expect(first.own("as nobody")).to_be_visible()
    assert ChatVisitor.objects.count() == Ticket.objects.count() == 1


def test_customer_sends_a_picture_and_sees_it(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    customer = Customer(page).visits(desk.url).opens_the_chat()
    expect(customer.box).to_be_visible()
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 30})
    customer.chat.locator("#picker").set_input_files({"name": "label.png", "mimeType": "image/png", "buffer": picture})
    customer.chat.get_by_role("button", name="Send").click()
    expect(customer.chat.get_by_role("img", name="label.png")).to_be_visible()
    assert Message.objects.get().attachments.get().name == "label.png"
    agent_replies(ticket(), cast.ana, "Thank you for the picture.")
    expect(customer.answer("Thank you for the picture.")).to_be_visible()


def test_keyboard_alone_opens_writes_and_closes(desk: Stack, cast: Cast, page: Page) -> None:
    come_online(cast.ana)
    customer = Customer(page).visits(desk.url)
    page.evaluate("Helpdesk('on', 'close', () => { document.title = 'closed' })")
    page.get_by_role("button", name="Ask us anything").focus()
    page.keyboard.press("Enter")
    expect(customer.box).to_be_focused()
    page.keyboard.type("Typed, not clicked")
    page.keyboard.press("Enter")
    expect(customer.own("Typed, not clicked")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_title("closed")
    assert page.evaluate("document.activeElement.localName") == "helpdesk-widget"


def test_foreign_site_neither_frames_nor_steers_the_chat(desk: Stack, cast: Cast, page: Page) -> None:
    """A page elsewhere gets no chat, and a frame that is not the chat's parent gets no hearing."""
    evil = f'<title>evil</title><iframe src="{desk.url}/chat/{cast.chat.token}/"></iframe>'
    page.route("http://localhost:9/", lambda route: route.fulfill(body=evil, content_type="text/html"))
    page.goto("http://localhost:9/")
    poll_until(lambda: schemes_of_frames(page) == ["http", "chrome-error"])
    come_online(cast.ana)
    cache.clear()
    customer = Customer(page).visits(desk.url).opens_the_chat()
    expect(customer.box).to_be_visible()
    customer.chat.evaluate("window.postMessage({helpdesk: 1, type: 'prefill', text: 'stolen'}, '*')")
    page.evaluate("window.postMessage({helpdesk: 1, type: 'unread', count: 7}, '*')")
    page.evaluate("Helpdesk('showNewMessage', 'asked for')")
    expect(customer.box).to_have_value("asked for")
    stored = page.evaluate("JSON.stringify(localStorage)")
    token = customer.chat.evaluate("import('/static/portal/chat/store.js').then(({store}) => store.get('token'))")
    assert token
    assert token not in stored
    assert token not in page.evaluate("document.cookie")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark"), (320, "light")])
def test_everybody_can_use_it(
    desk: Stack, cast: Cast, new_page: PageMaker, scheme: str, width: int, browser: Browser
) -> None:
    """axe-core finds nothing serious on shop, form and conversation; nothing is wider than the screen."""
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    customer = Customer(page).visits(desk.url)
    assert violations(page) == []
    customer.opens_the_chat()
    expect(customer.chat.locator("#away-message")).to_be_visible()
    assert violations(customer.chat) == []
    come_online(cast.ana)
    cache.clear()
    page.reload()
    page.wait_for_function("window.Helpdesk && window.Helpdesk.isLoaded")
    customer.opens_the_chat()
    customer.says("Hello https://example.com/" + "x" * 80)
    expect(customer.own("Hello")).to_have_attribute("data-state", "sent")
    agent_replies(ticket(), cast.ana, "Hello to you")
    expect(customer.answer("Hello to you")).to_be_visible()
    assert violations(customer.chat) == []
    assert customer.chat.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
