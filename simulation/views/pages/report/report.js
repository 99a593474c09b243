// A tutor's timeline opens over the report: where the page's address ends in the tutor's name, as a link in the table has it.
const dialog = document.getElementById("tutor"), opened = dialog.querySelector("article");
const asked = () => Object.keys(timelines.agents).find(agent => location.hash === `#${encodeURIComponent(agent)}`);
function follow() {
  const agent = asked();
  if (!agent) return dialog.close();
  showTimeline(opened, agent);
  opened.ariaLabel = dialog.ariaLabel = `Timeline of ${agent}`;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
addEventListener("hashchange", follow);
dialog.addEventListener("close", () => { if (asked()) history.pushState(null, "", "#tutors"); });
follow();
