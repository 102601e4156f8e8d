// One letter for what is done most. Never while somebody types or chooses, nor with a
// modifier, and whoever speaks to his computer can turn them off (WCAG 2.1.4).

const OFF = "keys-off";
const ITEM = "[data-item]";
const FOCUSABLE = "a[href], button:not(:disabled), summary";
const TYPING = "input, textarea, select, dialog[open], [contenteditable]";
const help = document.getElementById("keys");
const on = help?.querySelector("[data-keys-on]");

function items() {
  return [...document.querySelectorAll(ITEM)].filter((one) => one.offsetParent && one.querySelector(FOCUSABLE));
}

function here() {
  return document.activeElement?.closest(ITEM) ?? null;
}

function reach(item) {
  const target = item?.querySelector(FOCUSABLE);
  target?.focus({ focusVisible: true, preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = items();
  const at = all.indexOf(here());
  reach(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function take() {
  const button = here()?.querySelector("[data-take]") ?? document.querySelector("button[data-key]");
  button?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => (here() ?? items()[0])?.querySelector("a[href]")?.click(),
  t: take,
  "?": () => help?.showModal(),
};

function pressed(said) {
  if (said.ctrlKey || said.altKey || said.metaKey || said.repeat) return;
  const does = KEYS[said.key];
  // A dialog that has just closed holds the focus for a moment still.
  const types = said.target.closest?.(TYPING) && !said.target.closest("dialog:not([open])");
  if (!does || types || document.body.classList.contains("lost")) return;
  if (localStorage.getItem(OFF) && said.key !== "?") return;
  said.preventDefault();
  does();
}

// Whatever the page tells anew, whoever goes by key stays where he was.
export function kept(change) {
  const id = here()?.id;
  change();
  if (id && !here() && document.activeElement === document.body) reach(document.getElementById(id));
}

export function start() {
  if (!help) return;
  on.checked = !localStorage.getItem(OFF);
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  document.addEventListener("click", (said) => said.target.closest("[data-keys]") && help.showModal());
  document.addEventListener("keydown", pressed);
}
