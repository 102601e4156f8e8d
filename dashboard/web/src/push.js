// Messages in this browser: asked for by a button, never by itself.

const SCOPE = "/worker.js";

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

function word(key) {
  return btoa(String.fromCharCode(...new Uint8Array(key))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function subscribe(form) {
  if (!("serviceWorker" in navigator && "PushManager" in window)) return form.dataset.wordUnable;
  if ((await Notification.requestPermission()) !== "granted") return form.dataset.wordRefused;
  await navigator.serviceWorker.register(SCOPE);
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) });
  form.elements.endpoint.value = made.endpoint;
  form.elements.p256dh.value = word(made.getKey("p256dh"));
  form.elements.auth.value = word(made.getKey("auth"));
  return null;
}

document.addEventListener("submit", async (said) => {
  const form = said.target.closest("form[data-push]");
  if (!form) return;
  said.preventDefault();
  const say = form.querySelector("[data-say]");
  say.hidden = true;
  let trouble = form.dataset.wordUnable;
  try {
    trouble = await subscribe(form);
  } catch {
    // What the browser says is for nobody here; the sentence is.
  }
  if (trouble === null) return form.submit();
  say.textContent = trouble;
  say.hidden = false;
});
