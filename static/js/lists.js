// Lists: rows are chosen, and what could not be fetched can be asked for again. All of it works without.
(() => {
  "use strict";
  const boxes = (form) => [...document.querySelectorAll(`input[name="row"][form="${form.id}"]`)];
  const all = (form) => document.querySelector(`input[name="all"][form="${form.id}"]`);

  // The bar shows itself while something is chosen, and says how much.
  const tell = (form) => {
    const rows = boxes(form);
    const chosen = rows.filter((box) => box.checked).length;
    form.classList.toggle("picks-on", chosen > 0);
    const words = form.querySelector(".picks-count");
    words.textContent = chosen === 1 ? words.dataset.one : chosen ? words.dataset.many.replace("{n}", chosen) : "";
    const head = all(form);
    head.checked = chosen > 0 && chosen === rows.length;
    head.indeterminate = chosen > 0 && chosen < rows.length;
  };

  document.addEventListener("change", (event) => {
    const { form, name, checked } = event.target;
    if (form?.id !== "list-picks") return;
    if (name === "all") for (const box of boxes(form)) box.checked = checked;
    tell(form);
  });
  document.addEventListener("reset", (event) => {
    if (event.target.id === "list-picks") setTimeout(() => tell(event.target));
  });
  // A browser that comes back to a page has its boxes as they were left.
  window.addEventListener("pageshow", () => {
    const form = document.getElementById("list-picks");
    if (form) tell(form);
  });

  // What led here is gone with the old rows: the reader goes on at the list.
  document.addEventListener("htmx:afterSettle", (event) => {
    const list = document.getElementById("list");
    if (event.detail.target?.id !== "list" || !list || document.activeElement !== document.body) return;
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  });

  // A list that could not be fetched offers the way to try again.
  const again = (event) => {
    const { target, pathInfo } = event.detail;
    const words = document.querySelector("#messages .message > span");
    const link = document.getElementById("list-again")?.content.firstElementChild.cloneNode(true);
    if (target?.id !== "list" || !words || !link) return;
    link.href = pathInfo?.finalRequestPath || location.href;
    words.append(" ", link);
  };
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, again);
})();
