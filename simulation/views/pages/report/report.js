// A tutor's timeline opens over the report: where the page's address ends in the tutor's name, as a link in the table has it.
const dialog = document.getElementById("tutor"), opened = dialog.querySelector("article");
function follow() {
  const agent = decodeURIComponent(location.hash.slice(1));
  if (!Object.hasOwn(timelines.agents, agent)) return dialog.close();
  showTimeline(opened, agent);
  opened.ariaLabel = dialog.ariaLabel = `Timeline of ${agent}`;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
addEventListener("hashchange", follow);
dialog.addEventListener("close", () => { if (Object.hasOwn(timelines.agents, location.hash.slice(1))) history.pushState(null, "", "#tutors"); });
follow();
