"use strict";
(() => {
  const table = document.querySelector("table.list");
  const tools = document.querySelector(".tools");
  if (!table || !tools) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const search = tools.querySelector("input");
  const shown = tools.querySelector("output");
  const buttons = [...tools.querySelectorAll("button")];
  let group = "";

  const show = () => {
    const words = search.value.trim().toLowerCase();
    let number = 0;
    for (const row of rows) {
      const on = (!group || row.dataset.group === group) && row.textContent.toLowerCase().includes(words);
      row.hidden = !on;
      number += on ? 1 : 0;
    }
    shown.textContent = shown.dataset.text.replace("{shown}", number).replace("{all}", rows.length);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      group = button.value;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      show();
    });
  }
  search.addEventListener("input", show);

  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const key = head.dataset.sort;
    if (!key) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const value = (row) => (key === "rank" ? row.dataset.rank : row.cells[column].textContent.trim());
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const sorted = rows.map((row, at) => [value(row), at, row]);
      sorted.sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1]);
      body.append(...sorted.map((one) => one[2]));
    });
  });
  tools.hidden = false;
  show();
})();
