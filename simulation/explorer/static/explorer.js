// A page follows its address: when a control changes, the address does, and the parts of the page that differ are taken
// from the page at that address. Without this script forms and links lead to the same pages.
const partsOf = page => page.querySelectorAll("[data-part]");
let shown = location.pathname + location.search, requests = 0;

/** Show what is at an address; an answer that was overtaken by another is dropped. */
async function follow(address, options) {
  const request = ++requests, answer = await fetch(address, options).catch(() => undefined);
  if (!answer) return tell("The explorer has ended.");
  const text = await answer.text();
  if (request !== requests) return;
  if (!answer.headers.get("content-type").startsWith("text/html")) return tell(text);
  const { pathname, search } = new URL(answer.url);
  shown = pathname + search;
  if (answer.redirected) history.replaceState(null, "", shown);
  const page = new DOMParser().parseFromString(text, "text/html");
  document.title = page.title;
  for (const part of partsOf(document)) replace(part, page.getElementById(part.id));
  say(page.getElementById("status").textContent);
  enliven();
}

/** Replace a part where it differs, but take no control away from whoever is using it. */
function replace(part, next) {
  const focused = part.contains(document.activeElement) && document.activeElement;
  if (!next || next.outerHTML === part.served || focused && focused.matches("input, select")) return;
  for (const place of part.querySelectorAll(".chart")) place.drawn?.finalize();
  part.replaceWith(next);
  if (focused) (next.querySelector("button") ?? next.querySelector("a") ?? next).focus();
}

/** Say something to whoever does not see the page. */
function say(text) {
  document.getElementById("status").textContent = text;
}

/** Say something to everybody. */
function tell(text) {
  document.getElementById("elsewhere").textContent = text;
  say(text);
}

// ---------------------------------------------------------------- what parts need that are new

function enliven() {
  for (const part of partsOf(document)) part.served ??= part.outerHTML;
  for (const place of document.querySelectorAll(".chart:has(script)")) draw(place);
  const bar = document.querySelector("progress");
  if (bar && bar.dataset.of !== watched?.of) watch(bar.dataset.of);
}

// As on all pages, without `eval` and as SVG; and with no styles but those of the explorer's own sheets.
const embedding = {
  ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
};

async function draw(place) {
  const specification = JSON.parse(place.firstElementChild.textContent);
  place.replaceChildren();
  await import("./vega.js");
  place.drawn = await vegaEmbed(place, specification, embedding);
  await place.drawn.view.resize().runAsync(); // a legend has its columns by the width, which is known only now
}

let watched;

/** Show how far a job is; whenever there is more to see, see it. */
function watch(of) {
  watched?.close();
  watched = Object.assign(new EventSource(`/progress?${new URLSearchParams({ of })}`), { of });
  let seen;
  watched.onmessage = ({ target, data }) => {
    const { done, total, state, version } = JSON.parse(data), bar = document.querySelector("progress");
    if (bar?.dataset.of === of) {
      bar.max = total || 1;
      bar.value = done;
      bar.nextElementSibling.textContent = bar.nextElementSibling.dataset.words.replace("%", done).replace("%", total);
    }
    if (state !== "running") {
      target.close();
      watched = undefined;
    }
    if (version !== seen && !waiting) following = follow(location.href);
    seen = version;
  };
  watched.onerror = ({ target }) => {
    target.close();
    watched = undefined;
    following = follow(location.href); // which goes on watching, unless the explorer has ended
  };
}

// ---------------------------------------------------------------- what readers do

/** The address that a form says, without what is as its scenario has it. */
function addressOf(form) {
  const stated = new URLSearchParams();
  for (const { type, name, value, checked, dataset } of form.elements) {
    const given = type === "checkbox" ? String(checked) : value;
    const isStated = type === "hidden" ? !("off" in dataset) : given !== (dataset.base ?? "");
    if (name && isStated) stated.append(name, given);
  }
  return `${form.getAttribute("action")}?${stated}`;
}

let waiting, changedLast, following;

/** Follow a change that waits, now; and wait until the page says what its address does. */
async function settle() {
  if (waiting) {
    clearTimeout(waiting.timer);
    const { form, field } = waiting, step = field === changedLast ? "replaceState" : "pushState";
    [waiting, changedLast] = [undefined, field];
    history[step](null, "", addressOf(form));
    following = follow(location.href);
  }
  await following;
}

addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-live]"), own = target.dataset.for ?? (target.id || target.name);
  if (!form) return;
  for (const twin of form.elements)
    if (twin !== target && (twin.dataset.for ?? twin.id) === own) twin.value = target.value;
  clearTimeout(waiting?.timer);
  waiting = { form, field: own, timer: setTimeout(settle, 150) };
});

addEventListener("submit", async event => {
  const form = event.target, action = form.getAttribute("action");
  event.preventDefault();
  await settle();
  if (form.method !== "post") return;
  const current = form.isConnected ? form : document.querySelector(`form[method=post][action="${CSS.escape(action)}"]`);
  if (current) await follow(action, { method: "POST", body: new URLSearchParams(new FormData(current)) });
});

addEventListener("click", async ({ target }) => {
  if (!target.matches("[data-copy]")) return;
  await navigator.clipboard.writeText(target.nextElementSibling.textContent);
  say("copied");
});

// Addresses that were there before: the page at one is loaded whole, so that its controls say the same.
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});

// Where there is room for one column alone, what comes of the parameters is not to be below all of them.
if (matchMedia("(max-width: 60rem)").matches)
  for (const folded of document.querySelectorAll("[data-folded]")) folded.open = false;

enliven();
