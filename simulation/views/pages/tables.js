// A click on a head sorts by its column, a second one the other way; words in the search field and values chosen for
// columns leave the rows that have them.
const compared = (a, b) => a !== "" && b !== "" && a - b || a.localeCompare(b, "en", { numeric: true });
for (const part of document.querySelectorAll(".searched")) {
  const body = part.querySelector("tbody"), heads = [...part.querySelectorAll("th")];
  const field = part.querySelector("input"), choices = [...part.querySelectorAll("select")];
  heads.forEach((head, place) => head.firstElementChild.addEventListener("click", () => {
    const down = head.ariaSort === "ascending" ? -1 : 1;
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.ariaSort = down > 0 ? "ascending" : "descending";
    const text = row => row.cells[place].textContent;
    body.append(...[...body.rows].sort((a, b) => down * compared(text(a), text(b))));
  }));
  const choose = () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of body.rows)
      row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word))
        || !choices.every(({ value, dataset }) => !value || row.cells[dataset.column].textContent === value);
    const shown = [...body.rows].filter(row => !row.hidden).length;
    part.querySelector("[role=status]").textContent = shown < body.rows.length ? `${shown} of ${body.rows.length}` : "";
  };
  [field, ...choices].forEach(control => control.addEventListener("input", choose));
}
