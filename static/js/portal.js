// What the pages do with a script and can do without: every form and link works when this file does not load.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  // Browsers copy only over https or on this machine; elsewhere the buttons stay away.
  if (navigator.clipboard) root.classList.add("can-copy");

  const announce = (words) => {
    const ear = document.getElementById("announce");
    if (!ear) return;
    ear.textContent = "";
    setTimeout(() => { ear.textContent = words; }, 50);
  };

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy.trim());
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
    announce(document.getElementById("announce").dataset.copied);
  };

  document.addEventListener("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const closer = event.target.closest("[data-dismiss]");
    if (closer) closer.closest(closer.dataset.dismiss)?.remove();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Shown as cards, a table is laid out with display:block, and some browsers then forget that it is one.
  const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell", th: "columnheader" };
  const nameTables = (within) => {
    for (const table of within.querySelectorAll("table.cards-on-phone")) {
      for (const part of [table, ...table.querySelectorAll(Object.keys(ROLES).join())]) {
        const isRowHead = part.localName === "th" && part.getAttribute("scope") === "row";
        part.setAttribute("role", isRowHead ? "rowheader" : ROLES[part.localName]);
      }
    }
  };

  const lookAt = (within) => {
    nameTables(within);
    (within.querySelector("[data-focus]") || within.querySelector(".field-wrong [aria-invalid]"))?.focus();
  };
  document.addEventListener("DOMContentLoaded", () => lookAt(document));
  document.addEventListener("htmx:load", (event) => lookAt(event.detail.elt));

  // What was sent took its own button along: the reader goes on at the part that came instead.
  document.addEventListener("htmx:afterSettle", (event) => {
    const { requestConfig, target } = event.detail;
    if (requestConfig?.triggeringEvent?.type !== "submit" || document.activeElement !== document.body) return;
    const part = document.getElementById(target.id);
    const place = part?.querySelector('[role="alert"]') || part;
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  // A part that could not be fetched says so, in the page's own words.
  const trouble = (kind) => {
    const words = document.getElementById(`trouble-${kind}`);
    const place = document.getElementById("messages");
    if (words && place) place.replaceChildren(words.content.cloneNode(true));
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => trouble("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) location.reload();
    else trouble(status === 503 || status === 429 ? "busy" : status >= 500 ? "server" : "gone");
  });
})();
