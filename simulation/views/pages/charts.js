// Without `eval` (the page's own policy forbids it), with nothing to fetch, and as SVG, so that style sheets reach it.
const embedding = { ast: true, actions: false, renderer: "svg" };
const specifications = JSON.parse(document.getElementById("charts").textContent);

const drawings = new WeakMap();

/** Draw a chart in a place of the page; the promise is kept when it is drawn. */
export function draw(place, specification, options = {}) {
  place.setAttribute("aria-busy", "true");
  drawings.get(place)?.finalize();
  return vegaEmbed(place, specification, { ...embedding, ...options }).then(drawn => {
    place.removeAttribute("aria-busy");
    drawings.set(place, drawn);
    return drawn;
  });
}

/** Let go of what is drawn in a part of the page that is about to be filled anew. */
export function forget(part) {
  for (const place of part.querySelectorAll(".chart")) {
    waiting.delete(place);
    drawings.get(place)?.finalize();
  }
}

// A chart is drawn when somebody comes near it, so that long pages open at once; a printer comes near all of them.
const waiting = new Map();
function arrive(place) {
  const act = waiting.get(place);
  if (waiting.delete(place)) act();
}
const arrivals = new IntersectionObserver(
  seen => seen.forEach(({ target, isIntersecting }) => isIntersecting && arrive(target)), { rootMargin: "600px" });

/** Do something once, when somebody comes near a place of the page. */
export function whenNear(place, act) {
  waiting.set(place, act);
  arrivals.observe(place);
}
addEventListener("beforeprint", () => {
  while (waiting.size) [...waiting.keys()].forEach(arrive);
});

const CONTINUOUS = ["linear", "log", "pow", "sqrt", "symlog"];

/** Draw charts that show the same of several runs: each by itself, and all again on scales that have room for each. */
async function drawAlike(places) {
  const found = await Promise.all(places.map(place => draw(place, specifications[place.dataset.chart])));
  const domains = {};
  for (const { view, vgSpec } of found)
    for (const { name, type } of vgSpec.scales)
      if (CONTINUOUS.includes(type)) domains[name] = [...domains[name] ?? [], ...view.scale(name).domain()];
  const patch = drawing => {
    for (const scale of drawing.scales)
      if (domains[scale.name]) {
        const ends = domains[scale.name];
        Object.assign(scale, { domain: [Math.min(...ends), Math.max(...ends)], nice: false, zero: false, padding: 0 });
      }
    return drawing;
  };
  return Promise.all(places.map(place => draw(place, specifications[place.dataset.chart], { patch })));
}

// A place is as high as its chart before that is drawn, so that nothing moves under the reader.
const AROUND = 40;
for (const place of document.querySelectorAll("[data-chart]")) {
  const { chart, alike } = place.dataset;
  place.style.minHeight = `${specifications[chart].height + AROUND}px`;
  const together = alike ? [...document.querySelectorAll(`[data-alike="${CSS.escape(alike)}"]`)] : [];
  const control = document.querySelector(`select[data-of="${CSS.escape(chart)}"]`);
  whenNear(place, () => {
    if (together.length < 2) return draw(place, specifications[chart]).then(({ view }) => {
      if (!control) return;
      const choose = () => view.signal(control.dataset.parameter, control.value).runAsync();
      control.addEventListener("input", choose);
      choose();
    });
    together.forEach(one => waiting.delete(one));
    return drawAlike(together);
  });
}
