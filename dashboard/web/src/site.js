import uPlot from "uplot";

// Charts under the time line, on its axis: the label column is as wide as the lanes' own.
const holder = document.querySelector("[data-charts]");
const LABEL = 190 / 1190;


function resolved(name) {
  const probe = document.createElement("i");
  probe.className = `ink-${name}`;
  holder.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function joined(series) {
  const at = [...new Set(series.flatMap((one) => one.at))].sort((a, b) => a - b);
  const values = series.map((one) => {
    const value = bridged(one.value);
    const by = new Map(one.at.map((each, place) => [each, value[place]]));
    return at.map((each) => (by.has(each) ? by.get(each) : null));
  });
  return [at, ...values];
}

// A hole in the measurements is drawn as a hole; a sensor that speaks less often than once a bin has none.
function bridged(values) {
  const out = [...values];
  let last = -1;
  values.forEach((each, place) => {
    if (each === null) return;
    if (last >= 0 && place - last <= 3) out.fill(undefined, last + 1, place);
    last = place;
  });
  return out;
}

// The newest number in words, with its time: one point at the edge of a day is hard to see.
function latest(series, zone) {
  const lang = document.documentElement.lang;
  const last = series
    .map((one) => one.value.findLastIndex((each) => each !== null))
    .map((place, which) => ({ at: series[which].at[place], value: series[which].value[place] }))
    .sort((a, b) => b.at - a.at)[0];
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 3, maximumSignificantDigits: 4 }).format(last.value);
  const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", timeZone: zone, hour12: false }).format(last.at * 1000);
  return `${number}, ${clock}`;
}

function draw(series, told, label) {
  const box = document.createElement("div");
  box.className = "chart";
  holder.append(box);
  const wide = holder.clientWidth;
  const inks = [resolved("accent"), resolved("blind"), resolved("calm"), resolved("attention")];
  const axis = { stroke: resolved("soft"), grid: { stroke: resolved("line"), width: 1 }, ticks: { stroke: resolved("line") }, font: "12px IBM Plex Sans, sans-serif" };
  return new uPlot(
    {
      width: wide,
      height: 170,
      title: `${label}: ${latest(series, told.zone)}`,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), told.zone),
      scales: { x: { time: true, min: told.since, max: told.until, range: () => [told.since, told.until] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((at) => at > told.until - (told.until - told.since) / 40 ? "" : new Intl.DateTimeFormat(document.documentElement.lang, { hour12: false, hour: "2-digit", minute: "2-digit", timeZone: told.zone }).format(at * 1000)) }, { ...axis, size: Math.max(60, wide * LABEL) }],
      legend: { show: false },
      padding: [null, 0, null, null],
      series: [{}, ...series.map((one, place) => ({ stroke: inks[place % inks.length], width: 1.5, points: { show: one.value.filter((each) => each !== null).length < 4 } }))],
    },
    joined(series),
    box,
  );
}

async function show() {
  const answer = await fetch(holder.dataset.charts, { cache: "no-store" });
  if (!answer.ok) return;
  const told = await answer.json();
  const labels = JSON.parse(holder.dataset.labels);
  holder.replaceChildren();
  for (const quantity of Object.keys(labels)) {
    const own = told.series.filter((one) => one.quantity === quantity);
    if (own.length) draw(own, told, labels[quantity]);
  }
  holder.dataset.drawn = String(holder.children.length);
}

if (holder) {
  show();
  let wait = null;
  window.addEventListener("resize", () => {
    clearTimeout(wait);
    wait = setTimeout(show, 200);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  setInterval(show, 60_000);
}
