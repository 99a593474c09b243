// A click on a head sorts by its column, a second one the other way; words in the search field and values chosen for
// columns leave the rows that have them. Columns that a table can spare give way, one by one, until it fits its window;
// the reader may choose others.
const plain = text => text.replaceAll(/[,%]/g, "").replaceAll("−", "-");
const compared = (a, b) => plain(a) !== "" && plain(b) !== "" && plain(a) - plain(b) || a.localeCompare(b, "en", { numeric: true });
for (const part of document.querySelectorAll(".searched")) {
  const body = part.querySelector("tbody"), heads = [...part.querySelectorAll("th")];
  const field = part.querySelector("input[type=search]"), choices = [...part.querySelectorAll("select")];
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
  const chooser = part.querySelector("details.columns");
  if (chooser) chooseColumns(part.querySelector("table"), chooser);
}

function chooseColumns(table, chooser) {
  const boxes = [...chooser.querySelectorAll("input")], words = chooser.querySelector("summary span");
  const show = (box, shown) => {
    box.checked = shown;
    for (const row of table.rows) row.cells[box.value].hidden = !shown;
    words.textContent = `${boxes.filter(({ checked }) => checked).length + 1} of ${boxes.length + 1}`;
  };
  const spare = boxes.filter(box => box.dataset.spare).sort((a, b) => a.dataset.spare - b.dataset.spare);
  const fit = () => {
    boxes.forEach(box => show(box, true));
    for (const box of spare) if (table.offsetWidth > table.parentElement.clientWidth) show(box, false);
  };
  fit();
  addEventListener("resize", fit);
  for (const box of boxes) box.addEventListener("input", () => {
    removeEventListener("resize", fit);
    show(box, box.checked);
  });
}
