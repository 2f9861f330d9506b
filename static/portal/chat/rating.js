/** The question how it was, below a chat that is over or in place of the message that asks it: one click rates, a word
 * may follow. */
import { at, part, word } from "./page.js";
import * as session from "./session.js";

/** `asks` as the desk tells it; told again, what the visitor is just writing stays. */
export function show(asks) {
  const place = asks.seq ? at("log").querySelector(`li[data-seq="${asks.seq}"] .bubble`) : at("asked");
  if (!place) return;
  place.hidden = false;
  place.querySelector(".text")?.remove();
  let card = place.querySelector(".rating");
  if (card?.dataset.request !== String(asks.request)) {
    card?.remove();
    card = draw(asks);
    place.append(card);
  }
  update(card, asks);
}

function draw({ request, language, scale, question, choices, words }) {
  const card = part("rating");
  const form = card.querySelector("form");
  const title = card.querySelector(".question");
  card.lang = language;
  card.dataset.scale = scale;
  card.dataset.request = request;
  title.textContent = question;
  title.id = `question-${request}`;
  card.querySelector(".scores").setAttribute("aria-labelledby", title.id);
  card.querySelector(".scores").append(...choices.map((choice) => drawChoice(card, request, choice)));
  form.querySelector(".ask-why").textContent = words.comment;
  form.querySelector("button").textContent = words.send;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const comment = form.elements.comment.value.trim();
    rate(card, { request, score: Number(card.dataset.score), comment }, { isLast: true });
  });
  return card;
}

function drawChoice(card, request, { score, name, mouth }) {
  const choice = part(mouth ? "face" : "star");
  choice.dataset.score = score;
  choice.querySelector(".said").textContent = name;
  choice.title = name;
  choice.querySelector(".mouth")?.setAttribute("d", mouth);
  const { comment } = card.querySelector("form").elements;
  choice.addEventListener("click", () => rate(card, { request, score, comment: comment.value.trim() }));
  return choice;
}

function update(card, { score, comment, open, words }) {
  const form = card.querySelector("form");
  const isOver = !open || !score || Boolean(comment) || "done" in card.dataset;
  card.dataset.score = score;
  for (const choice of card.querySelectorAll("[data-score]")) {
    const own = Number(choice.dataset.score);
    choice.setAttribute("aria-pressed", String(own === score));
    choice.toggleAttribute("data-lit", own <= score);
    choice.disabled = !open;
  }
  form.hidden = isOver;
  if (isOver) form.elements.comment.value = comment;
  say(card, score ? words.thanks : "");
}

async function rate(card, answer, { isLast = false } = {}) {
  if (card.getAttribute("aria-busy") === "true") return;
  card.setAttribute("aria-busy", "true");
  try {
    const { asks } = await session.rate(answer);
    if (isLast) card.dataset.done = "";
    if (asks) update(card, asks);
  } catch (problem) {
    say(card, problem.message || word("unavailable"));
  } finally {
    card.removeAttribute("aria-busy");
  }
}

function say(card, text) {
  card.querySelector(".told").textContent = text || "";
}
