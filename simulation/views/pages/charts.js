// Without `eval` (the page's own policy forbids it), with nothing to fetch, and as SVG, so that style sheets reach it.
const embedding = { ast: true, actions: false, renderer: "svg" };
const specifications = JSON.parse(document.getElementById("charts").textContent);

const drawings = new WeakMap();

/** Draw a chart in a place of the page; the promise is kept when it is drawn. */
export function draw(place, specification) {
  place.setAttribute("aria-busy", "true");
  return vegaEmbed(place, specification, embedding).then(drawn => {
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
for (const place of document.querySelectorAll("[data-chart]")) {
  const control = document.querySelector(`select[data-of="${CSS.escape(place.dataset.chart)}"]`);
  whenNear(place, () => draw(place, specifications[place.dataset.chart]).then(({ view }) => {
    if (!control) return;
    const choose = () => view.signal(control.dataset.parameter, control.value).runAsync();
    control.addEventListener("input", choose);
    choose();
  }));
}
