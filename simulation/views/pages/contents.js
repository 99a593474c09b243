// The contents mark the section that is read: the last whose heading has come into the upper third of the window.
const places = [...document.querySelectorAll("nav.contents a")];
const headings = places.map(({ hash }) => document.getElementById(decodeURIComponent(hash.slice(1))));
function markPlace() {
  const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const read = atEnd ? places.length - 1
    : headings.findLastIndex(heading => heading.getBoundingClientRect().top < innerHeight / 3);
  places.forEach((place, at) => at === read ? place.ariaCurrent = "location" : place.removeAttribute("aria-current"));
  const { parentElement: bar, offsetLeft, offsetWidth } = places[Math.max(read, 0)];
  bar.scrollLeft = offsetLeft - bar.offsetLeft - (bar.clientWidth - offsetWidth) / 2;
}
if (places.length) {
  for (const change of ["scroll", "resize"]) addEventListener(change, markPlace, { passive: true });
  markPlace();
}
