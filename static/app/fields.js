// Custom fields in the sidebar: each is kept as soon as it is changed, one after the other.

import { showNews } from "./live/timeline.js";
import { post, reason } from "./server.js";
import { announce, toast } from "./toast.js";

let going = Promise.resolve();

document.addEventListener("change", (event) => {
  const field = event.target.closest?.("[data-field]");
  const address = field?.closest("[data-fields]")?.dataset.fields;
  if (!address) return;
  const boxes = field.matches("fieldset") ? [...field.querySelectorAll("input:checked")] : [field];
  const values = { field: field.dataset.field, value: boxes.map((box) => box.value).join("\n") };
  going = going.then(() => keep(field, address, values));
});

async function keep(field, address, values) {
  const seq = document.querySelector("#timeline")?.dataset.seq ?? "";
  const answer = await post(address, { ...values, seq });
  field.toggleAttribute("aria-invalid", !answer.ok);
  if (!answer.ok) {
    toast(reason(answer), { bad: true });
    return;
  }
  showNews(answer.data);
  announce("Saved");
}
