import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import * as alarm from "./alarm.js";
import * as keys from "./keys.js";
import "./passkey.js";
import "./push.js";

// Nothing that builds code from text: the policy of the pages forbids it.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "[45]..", swap: true, error: true },
];

const SILENT_MS = 8000;
const body = document.body;
const words = body.dataset;
const live = document.getElementById("live");
const cover = document.getElementById("cover");

let stream = null;
let heard = Date.now();
let truth = new Date();
let ended = false;
let skew = 0;

// --- the live part ---

function morph(html) {
  keys.kept(() => put(html));
  htmx.process(live);
  settle();
}

function put(html) {
  Idiomorph.morph(live, html, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    callbacks: {
      // What somebody is filling in, has opened or that draws itself stays as it is.
      beforeNodeMorphed: (old) => !(old.nodeType === 1 && old.matches(".filling, [data-keep]")),
      beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS"),
    },
  });
}

function settle() {
  const state = live.querySelector("[data-title]");
  if (!state || ended) return;
  document.title = state.dataset.title;
  if (!body.classList.contains("lost")) alarm.need(state.dataset.sound || null);
  hear();
  count();
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => {
    if (style !== "morph") return false;
    const box = document.createElement("div");
    box.append(fragment);
    morph(box.innerHTML);
    return [live];
  },
});
document.addEventListener("htmx:beforeSwap", (said) => {
  if (said.detail.xhr.status < 400) {
    document.getElementById("refused")?.replaceChildren();
    // Only now: what was refused stays as it was filled in.
    said.detail.requestConfig.elt.classList.remove("filling");
  }
  if (said.detail.xhr.status === 401) {
    say(body.dataset.wordNotSent);
    over();
  }
});
document.addEventListener("htmx:sendError", () => say(body.dataset.wordNotSent));
document.addEventListener("input", (said) => said.target.closest("form[data-fill]")?.classList.add("filling"));

function say(sentence) {
  const line = document.createElement("p");
  line.className = "refused";
  line.setAttribute("role", "alert");
  line.textContent = sentence;
  document.getElementById("refused")?.replaceChildren(line);
}

// --- whether it is still true ---

function clock(at) {
  return new Intl.DateTimeFormat("nl", { hour: "2-digit", minute: "2-digit", timeZone: words.zone }).format(at);
}

function lost() {
  if (ended || body.classList.contains("lost")) return;
  body.classList.add("lost");
  cover.hidden = false;
  cover.querySelector("[data-say]").textContent = words.wordLost.replace("{clock}", clock(truth));
  cover.querySelector("a").hidden = true;
  document.title = `! ${words.wordLostTitle}`;
  alarm.need("lost");
}

function found(at) {
  heard = Date.now();
  truth = new Date(at);
  skew = truth.getTime() - heard;
  if (!body.classList.contains("lost") || ended) return;
  body.classList.remove("lost");
  cover.hidden = true;
  settle();
}

function end() {
  ended = true;
  stream?.close();
  body.classList.add("lost");
  cover.hidden = false;
  cover.querySelector("[data-say]").textContent = words.wordEnded.replace("{clock}", clock(truth));
  cover.querySelector("a").hidden = false;
  document.title = `! ${words.wordEndedTitle}`;
  alarm.need("lost");
}

async function look() {
  if (ended) return;
  if (Date.now() - heard > SILENT_MS) lost();
  if (stream.readyState !== EventSource.CLOSED) return;
  over();
}

// Is the session over? Or does it go on under a new secret, since the person proved again who he is?
async function over() {
  stream?.close();
  try {
    const answer = await fetch("/session", { cache: "no-store" });
    if (answer.status === 401) return end();
  } catch { /* not reachable: the cover says so */ }
  open();
}

function open() {
  stream?.close();
  stream = new EventSource(words.live);
  stream.addEventListener("truth", (said) => {
    const told = JSON.parse(said.data);
    found(told.at);
    morph(told.html);
  });
  stream.addEventListener("beat", (said) => found(JSON.parse(said.data).at));
  stream.addEventListener("doubt", lost);
  stream.addEventListener("ended", over);
  stream.addEventListener("gone", () => location.assign("/"));
}

// --- running times, sound, keys ---

function count() {
  for (const each of live.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + skew - Date.parse(each.dataset.since)) / 1000));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    each.textContent = h ? `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}` : `${m}:${String(s).padStart(2, "0")}`;
  }
}

function hear() {
  const off = document.getElementById("sound-off");
  if (off) off.hidden = alarm.audible();
  body.dataset.audible = String(alarm.audible());
}

alarm.onChange(hear);
document.addEventListener("click", (said) => said.target.closest("[data-wake]") && alarm.test());
document.addEventListener("click", (said) => said.target.closest("[data-print]") && window.print());
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => alarm.audible() || alarm.wake(), { passive: true });
document.addEventListener("keydown", (said) => {
  // A function key: no screen reader and no text field uses it for a letter.
  if (said.key !== "F2" || said.ctrlKey || said.altKey || said.metaKey) return;
  const button = live?.querySelector("button[data-key]");
  if (!button || body.classList.contains("lost")) return;
  said.preventDefault();
  button.click();
});

if (live) {
  document.getElementById("not-live").remove();
  truth = new Date(words.at);
  skew = truth.getTime() - Date.now();
  settle();
  keys.start();
  open();
  setInterval(look, 1000);
  setInterval(count, 1000);
  // A time line that is wider than a phone begins at its end, which is now.
  for (const each of live.querySelectorAll(".scroll:has(.lanes)")) each.scrollLeft = each.scrollWidth;
  alarm.wake();
}
// A page that comes back from the browser's memory is a picture of the past.
window.addEventListener("pageshow", (said) => said.persisted && location.reload());
