// "Print / PDF": the browser's own dialog, on paper that static/css/reports-print.css lays out.

const button = document.querySelector("[data-print]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
