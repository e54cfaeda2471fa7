// Keyboard shortcuts. The console works without this file.
"use strict";

const one = (selector) => document.querySelector(selector);
const rows = () => [...document.querySelectorAll("[data-row]")];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function choose(key) {
  const choice = one(`[data-review] input[data-key="${CSS.escape(key)}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  agree(choice);
  return true;
}

function look(key) {
  const list = one(`[data-review] select[data-focus="${CSS.escape(key)}"]`);
  list?.focus();
  return Boolean(list);
}

// What a listing out of scope is, is said only of one that is out of scope.
function agree(changed) {
  const list = one("[data-review] [data-implies]");
  const outside = one(`[data-review] input[data-key="${list?.dataset.implies}"]`);
  if (changed === list && list.value) outside.checked = true;
  if (changed.name === "decision" && changed !== outside) list.value = "";
}

const actions = {
  "/": () => (one("#words") || one("[data-find]")).select(),
  j: () => move(1),
  k: () => move(-1),
  n: () => one("[data-next]")?.click(),
  q: () => one("[data-back]")?.click(),
  z: () => one("[data-undo]")?.click(),
};

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("textarea, select, input:not([type=radio])");
  const form = one("[data-review]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.contains(event.target)) {
    form.requestSubmit();
    return;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actions[event.key];
  if (action) action();
  if (action || choose(event.key) || look(event.key)) event.preventDefault();
});
one("[data-review]")?.addEventListener("change", (event) => agree(event.target));

// A form that was sent is not sent twice.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) button.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

one("[data-keys]")?.removeAttribute("hidden");
