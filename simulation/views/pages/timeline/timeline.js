// Timelines: the value of each becomes charts and words. Moments are told as those of UTC, so that readers in all time
// zones see the run's local time.
const timelines = JSON.parse(document.getElementById("timelines").textContent);
const DAY = 24 * 60, MINUTE = 60000, ROW = 24;
const LEVELS = { L: "Low", M: "Medium", H: "High" };
const two = number => String(number).padStart(2, "0");
// Before the first day minutes are negative, and so would be what is left of a division.
const clock = minutes => {
  const ofDay = ((minutes % DAY) + DAY) % DAY;
  return `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`;
};

/** An element with attributes and children; texts among these are texts, whatever stands in them. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Fill an element with an agent's timeline. Its charts are drawn when somebody comes near them. */
export function showTimeline(place, agent) {
  const timeline = timelines.agents[agent], days = new Days(timeline), isTutor = timeline.role === "tutor";
  const told = { accounts: isTutor ? accounts(timeline, days) : [], days: diary(timeline, days) };
  const show = entry => reveal(told.accounts.find(one => one.dataset.entry === String(entry))
    ?? told.days.find(one => one.dataset.day === String(Math.floor(timeline.at[entry] / DAY))));
  forget(place);
  place.classList.add("timeline");
  place.replaceChildren(
    element("h2", {}, `${agent}, ${timeline.role}`), ...properties(timeline, days),
    calendar(timeline, days, agent, show),
    ...(isTutor ? churn(timeline, days, agent, show) : []),
    ...(isTutor ? section(
      "Interventions, and why", told.accounts, nothing("No interventions in these days."), timelines.policy) : []),
    ...section("Day by day", told.days, nothing("Nothing happened in these days.")));
}

/** The words where there is nothing to show: perhaps the reader did not choose it. */
const nothing = words => timelines.chosen ? "Nothing of what was chosen happened in these days." : words;

/** Open a part of the page and go there. */
function reveal(details) {
  details.open = true;
  details.querySelector("summary").focus();
}

/** The days of a timeline, and what its minutes are on them. */
class Days {
  constructor({ first, days, left }) {
    this.opens = Date.parse(first);
    this.end = days * DAY;
    this.until = Math.min(left ?? this.end, this.end);
    this.all = Array.from({ length: days }, (_, day) => this.date(day));
  }
  moment(minutes) { return this.opens + minutes * MINUTE; }
  date(day) { return new Date(this.moment(day * DAY)).toISOString().slice(0, 10); }
  isWeekend(day) { return [0, 6].includes(new Date(this.moment(day * DAY)).getUTCDay()); }
  named(day) {
    const weekday = new Date(this.moment(day * DAY)).toLocaleDateString("en", { weekday: "short", timeZone: "UTC" });
    return `${weekday} ${this.date(day)}`;
  }
  told(minutes) { return `${this.named(Math.floor(minutes / DAY))} ${clock(minutes)}`; }
}

// ------------------------------------------------------------ rows for the charts

function calendarOf(timeline, days) {
  const { at, told, bars, marks, preferred } = timeline;
  const about = entry => ({ entry, when: days.told(at[entry]), told: told[entry] });
  const [from, to, weekendsAlone] = preferred ?? [];
  const prefers = day => preferred && day * DAY < days.until && (!weekendsAlone || days.isWeekend(day));
  return {
    days: days.all.map((day, number) => ({ day, from: 0, to: 24, weekend: days.isWeekend(number) })),
    preferred: days.all.filter((_, number) => prefers(number)).map(
      day => ({ day, from, to, told: `preferred, ${from} to ${to}` })),
    sessions: bars.map(([entry, day, begins, ends, outcome]) => (
      { ...about(entry), day: days.all[day], from: begins / 60, to: ends / 60, outcome: timelines.outcomes[outcome] })),
    marks: marks.map(([entry, kind]) => ({
      ...about(entry), day: days.all[Math.floor(at[entry] / DAY)], from: at[entry] % DAY / 60,
      kind: timelines.marks[kind],
    })),
  };
}

/** The scores of a tutor: of the probability, and of each signal. */
function scoresOf({ scores }, days) {
  const count = scores.at.length;
  const rows = (value, threshold, shows, told) => {
    const columns = scores.at.map((minutes, place) => ({
      from: days.moment(minutes), to: days.moment(scores.at[place + 1] ?? days.until), when: days.told(minutes),
      value: value[place], threshold: threshold(place), shows: shows(place), told: told(place),
    }));
    // A line that keeps each value until the next needs an end.
    const last = columns[count - 1];
    return [...columns, { ...last, from: last.to, to: last.to }];
  };
  const number = value => String(Math.round(value * 1000) / 1000);
  return {
    probability: rows(scores.probability, () => null, () => false,
      place => `${scores.probability[place].toFixed(3)}, ${LEVELS[scores.level[place]]}`),
    signals: timelines.signals.map((_, signal) => {
      const thresholds = scores.thresholds[signal], values = scores.values[signal];
      const threshold = place => Array.isArray(thresholds) ? thresholds[place] : thresholds;
      const shows = place => scores.shows[signal][place] === "1";
      const verdict = place => shows(place) ? "shows" : "does not show";
      const told = place => values[place] === null || threshold(place) === null ? "too few sessions to say"
        : `${number(values[place])}, threshold ${number(threshold(place))}: ${verdict(place)}`;
      return rows(values, threshold, shows, told);
    }),
  };
}

function rulesOf({ interventions, at }, days) {
  return interventions.map(({ entry, name }) => (
    { entry, from: days.moment(at[entry]), when: days.told(at[entry]), told: name }));
}

// ------------------------------------------------------------ parts of the page

function properties({ facts, traits, left }, days) {
  const list = named => element("dl", { class: "facts" },
    ...named.map(([name, told]) => element("div", {}, element("dt", {}, name), element("dd", {}, told))));
  return [
    list(facts), ...(left === null ? [] : [element("p", {}, `Left for good, ${days.told(left)}.`)]),
    ...(traits ? [element("p", {}, "What only the simulator knows:"), list(traits)] : []),
  ];
}

/** What is folded under a heading, or words where there is nothing; a button opens all. */
function section(title, folded, nothing, introduction) {
  const button = element("button", { type: "button", class: "action" }, "Open all");
  button.addEventListener("click", () => folded.forEach(one => { one.open = true; }));
  const told = folded.length ? folded : [element("p", {}, nothing)];
  const words = introduction ? [element("p", { class: "quiet" }, introduction)] : [];
  return [element("h3", {}, title), ...words, ...(folded.length > 1 ? [button] : []), ...told];
}

/** A chart with its title, drawn from a shared specification with data of its own; a click shows an entry in words. */
function chart(title, reading, name, datasets, agent, show, changes = {}) {
  const place = element("div", { class: "chart" }), description = `${title} of ${agent}. ${reading}`;
  const shared = specifications[name];
  // Without data a layer has no extent, and its legend no size.
  const layer = shared.layer.filter(({ data }) => datasets[data.name]?.length !== 0);
  const specification = { ...shared, layer, datasets: { ...shared.datasets, ...datasets }, description, ...changes };
  whenNear(place, () => draw(place, specification).then(({ view }) => view.addEventListener("click", (_, item) => {
    if (item?.datum?.entry !== undefined) show(item.datum.entry);
  })));
  return captioned(title, reading, place);
}

function captioned(title, reading, shown) {
  return element("figure", {}, element("figcaption", {}, element("h3", {}, title), element("p", {}, reading)), shown);
}

function calendar(timeline, days, agent, show) {
  const weekends = timeline.preferred?.[2] ? ", on weekends alone" : "";
  const ground = timeline.preferred ? ` Green ground: preferred hours${weekends}.` : "";
  const reading = "A row for each day: bars are sessions, from their real start to their end; marks are all else.";
  const marked = new Set(timeline.marks.map(([, kind]) => timelines.marks[kind]));
  return chart("Calendar", reading + ground, "timeline_calendar", calendarOf(timeline, days), agent, show, {
    height: ROW * timeline.days,
    params: [{ name: "kinds", value: timelines.marks.filter(kind => marked.has(kind)) }],
  });
}

function churn(timeline, days, agent, show) {
  if (!timeline.scores.at.length)
    return [element("h3", {}, "Churn probability"), element("p", {}, "No score was taken in these days.")];
  const { probability, signals } = scoresOf(timeline, days), interventions = rulesOf(timeline, days);
  const span = [{ from: days.opens }, { from: days.moment(days.end) }];
  const data = scores => ({ span, scores, interventions });
  const signal = ([title, reading], place) => signals[place].some(({ value }) => value !== null)
    ? chart(title, `${reading}.`, "timeline_signal", data(signals[place]), agent, show)
    : captioned(title, `${reading}.`, element("p", {}, "Too few sessions to say, on all of these days."));
  return [
    chart("Churn probability",
      "The score that the platform goes by, and where a level begins. Purple: interventions.",
      "timeline_probability", data(probability), agent, show),
    element("p", { class: "quiet" },
      "Six signals make the score. Blue is a signal's value, dashed its threshold; the ground is red while it shows."),
    element("div", { class: "signals" }, ...timelines.signals.map(signal)),
  ];
}

/** What the platform wrote, each with why; the latest is open, since it is what one comes for. */
function accounts({ interventions, at }, days) {
  const latest = interventions.at(-1);
  return interventions.map(one => element("details", { class: "account", "data-entry": one.entry, ...(one === latest && { open: "" }) },
    element("summary", {},
      `${days.told(at[one.entry])}: ${one.name}, at ${one.probability.toFixed(3)}, ${one.level} (${one.status})`),
    element("dl", {}, ...one.told.flatMap(([term, words]) => [
      element("dt", {}, term), element("dd", {}, term === "Signals" ? readings(one.readings) : words)]))));
}

function readings(rows) {
  const head = ["signal", "value and threshold", "counts"].map(name => element("th", { scope: "col" }, name));
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {},
    ...rows.map(([compared, shows, weight], signal) => element("tr", shows ? { class: "shows" } : {},
      element("th", { scope: "row" }, timelines.signals[signal][0]), element("td", {}, compared),
      element("td", { class: "number" }, shows ? weight : 0)))));
}

/** The entries of each day in words. */
function diary(timeline, days) {
  const { at, told, scores } = timeline, byDay = new Map();
  at.forEach((minutes, entry) => {
    const day = Math.floor(minutes / DAY);
    byDay.set(day, [...(byDay.get(day) ?? []), entry]);
  });
  const risk = day => {
    const place = scores.at.findLastIndex(minutes => minutes <= (day + 1) * DAY);
    if (place < 0) return "";
    return `; churn ${scores.probability[place].toFixed(3)}, ${LEVELS[scores.level[place]]} at the day's end`;
  };
  const count = list => list.length === 1 ? "1 entry" : `${list.length} entries`;
  const line = entry => element("li", {}, element("time", {}, clock(at[entry])), ` ${told[entry]}`);
  return [...byDay].map(([day, list]) => element("details", { class: "day", "data-day": day },
    element("summary", {}, days.named(day), element("span", { class: "quiet" }, ` ${count(list)}${risk(day)}`)),
    element("ol", {}, ...list.map(line))));
}

for (const place of document.querySelectorAll("[data-timeline]"))
  whenNear(place, () => showTimeline(place, place.dataset.timeline));
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.account, details.day")) one.open = true;
});
