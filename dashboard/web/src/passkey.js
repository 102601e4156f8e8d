import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";

// A form whose button asks the person's passkey, and sends what it signed.

class Refused extends Error {}

async function send(address, form, fields) {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams({ token: form.elements.token.value, ...fields }),
    headers: { "hx-request": "true" },
  });
  if (answer.ok) return answer;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Refused(page.querySelector(".refused p")?.textContent ?? form.dataset.wordFailed);
}

function sentence(form, error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return form.dataset.wordKnown;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.wordCancelled;
  return form.dataset.wordFailed;
}

async function ask(form) {
  const optionsJSON = await (await send(form.dataset.options, form, {})).json();
  const made = form.dataset.passkey === "create" ? await startRegistration({ optionsJSON }) : await startAuthentication({ optionsJSON });
  const answer = JSON.stringify(made);
  if (form.dataset.inPlace) {
    await send(form.action, form, { answer });
    const line = document.createElement("p");
    line.textContent = form.dataset.inPlace;
    form.parentElement.replaceChildren(line);
  } else {
    form.elements.answer.value = answer;
    form.submit();
  }
}

document.addEventListener("submit", async (said) => {
  const form = said.target.closest("form[data-passkey]");
  if (!form) return;
  said.preventDefault();
  const say = form.querySelector("[data-say]");
  const button = form.querySelector("button");
  say.hidden = true;
  button.disabled = true;
  try {
    if (!browserSupportsWebAuthn()) throw new Refused(form.dataset.wordUnsupported);
    await ask(form);
  } catch (error) {
    say.textContent = sentence(form, error);
    say.hidden = false;
    button.disabled = false;
  }
});
