// What an incident that nobody has taken sounds like. Made here: no file is loaded.

const PATTERNS = {
  // [hertz, begins at, lasts] in seconds; `every` seconds again until it is taken.
  urgent: { every: 1.6, level: 0.5, notes: [[988, 0, 0.18], [740, 0.2, 0.18], [988, 0.4, 0.18], [740, 0.6, 0.18]] },
  attention: { every: 6, level: 0.35, notes: [[659, 0, 0.22], [523, 0.26, 0.3]] },
  notice: { every: 20, level: 0.25, notes: [[523, 0, 0.25]] },
  lost: { every: 8, level: 0.4, notes: [[330, 0, 0.3], [294, 0.35, 0.3], [262, 0.7, 0.45]] },
};

let context = null;
let wanted = null;
let timer = null;
let whenChanged = () => {};

function sound({ level, notes }) {
  const now = context.currentTime + 0.02;
  for (const [hertz, begins, lasts] of notes) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.type = "triangle";
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, now + begins);
    volume.gain.linearRampToValueAtTime(level, now + begins + 0.015);
    volume.gain.setValueAtTime(level, now + begins + lasts - 0.04);
    volume.gain.linearRampToValueAtTime(0, now + begins + lasts);
    tone.connect(volume).connect(context.destination);
    tone.start(now + begins);
    tone.stop(now + begins + lasts + 0.02);
  }
}

function again() {
  clearTimeout(timer);
  timer = null;
  if (!wanted || !audible()) return;
  sound(PATTERNS[wanted]);
  document.body.dataset.sounding = wanted;
  document.body.dataset.sounded = String(Number(document.body.dataset.sounded ?? 0) + 1);
  timer = setTimeout(again, PATTERNS[wanted].every * 1000);
}

export function audible() {
  return context?.state === "running";
}

// Browsers let a page sound only after a gesture of the person.
export async function wake() {
  context ??= new AudioContext();
  context.onstatechange = () => {
    whenChanged();
    if (audible() && wanted && !timer) again();
  };
  if (context.state !== "running") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  whenChanged();
  return audible();
}

export async function test() {
  if (await wake()) sound(PATTERNS.attention);
  return audible();
}

export function need(pattern) {
  const next = pattern && PATTERNS[pattern] ? pattern : null;
  if (next === wanted) return;
  wanted = next;
  if (!next) delete document.body.dataset.sounding;
  again();
}

export function onChange(told) {
  whenChanged = told;
}
