// The header: search as a combobox, panels fetched when they open, the bell's count, and two single keys.
(() => {
  "use strict";

  const announce = (words) => {
    const ear = document.getElementById("announce");
    if (!ear || !words) return;
    ear.textContent = "";
    setTimeout(() => { ear.textContent = words; }, 50);
  };
  const isTyping = (element) => element.matches?.("input, textarea, select, [contenteditable]");

  // --- panels: fetched each time they open, so that they are never stale ---------------------------------
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu][open]")) return;
    for (const other of document.querySelectorAll("details[data-menu][open]")) if (other !== menu) other.open = false;
    if (!menu.dataset.load || !window.htmx) return;
    const panel = menu.querySelector(".menu-panel");
    htmx.ajax("GET", menu.dataset.load, { source: menu, target: panel, swap: "innerHTML" })
      .then(() => { if (menu.open) panel.querySelector("[data-narrows]")?.focus(); });
  }, true);

  // Arrows walk through the links of an open menu; in its box, Enter takes the first.
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    const links = [...menu.querySelectorAll(".menu-panel a")];
    const box = menu.querySelector("[data-narrows]");
    if (event.key === "Enter") {
      const first = menu.querySelector("#switch-list a");
      if (event.target === box && first) { event.preventDefault(); first.click(); }
      return;
    }
    if (event.target !== box && isTyping(event.target)) return;
    event.preventDefault();
    const place = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (place < 0 ? box || menu.querySelector("summary") : links[Math.min(place, links.length - 1)])?.focus();
  });

  // --- search ------------------------------------------------------------------------------------------------
  const form = document.querySelector("[data-search]");
  const box = form?.querySelector("input");
  const panel = document.getElementById("search-hits");
  const hits = () => [...panel.querySelectorAll("[role=option]")];
  const isOpen = () => box.getAttribute("aria-expanded") === "true";

  const choose = (hit) => {
    for (const each of hits()) each.setAttribute("aria-selected", String(each === hit));
    if (hit) {
      box.setAttribute("aria-activedescendant", hit.id);
      hit.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const show = (isShown) => {
    panel.hidden = !isShown;
    const isFull = isShown && hits().length > 0;
    box.setAttribute("aria-expanded", String(isFull));
    if (isFull) box.setAttribute("aria-controls", "search-list");
    else box.removeAttribute("aria-controls");
    if (!isShown) choose(null);
  };

  if (form) {
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");

    panel.addEventListener("htmx:afterSwap", () => {
      const said = panel.querySelector("[data-said]")?.textContent.trim() || "";
      show(document.activeElement === box && said !== "");
      announce(said);
    });
    // Asked in the pauses of typing; what was asked before is dropped.
    let pause = 0;
    box.addEventListener("input", () => {
      clearTimeout(pause);
      const typed = box.value.trim();
      if (!typed) show(false);
      else pause = setTimeout(() => {
        if (box.value.trim() === typed) htmx.ajax("GET", form.action, { source: box, target: panel, values: { q: typed } });
      }, 250);
    });
    box.addEventListener("focus", () => { if (panel.childElementCount && box.value.trim()) show(true); });
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
    // The list keeps the box in focus, so that the arrows go on working.
    panel.addEventListener("mousedown", (event) => event.preventDefault());

    box.addEventListener("keydown", (event) => {
      const found = hits();
      const place = found.findIndex((each) => each.getAttribute("aria-selected") === "true");
      if (event.key === "Escape") {
        event.preventDefault();
        if (!panel.hidden) show(false);
        else { box.value = ""; box.blur(); }
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
        event.preventDefault();
        show(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = place < 0 && step < 0 ? found.length - 1 : place + step;
        choose(next < 0 || next >= found.length ? null : found[next]);
      } else if (event.key === "Enter" && isOpen() && place >= 0) {
        event.preventDefault();
        location.assign(found[place].href);
      }
    });
  }

  // --- single keys, where the person has not switched them off ------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (!("keys" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) return;
    if (event.key === "/" && box && box.offsetParent) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "/" && document.getElementById("search-again")) {
      event.preventDefault();
      document.getElementById("search-again").focus();
    } else if (event.key === "?") {
      const help = document.getElementById("help");
      if (!help) return;
      event.preventDefault();
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    }
  });

  // --- the bell: asked again once a minute, while somebody is there to see it ---------------------------------
  const bell = document.querySelector("[data-unread]");
  const MINUTE = 60_000;
  let asked = Date.now();
  let moved = Date.now();

  const ask = async () => {
    asked = Date.now();
    let answer;
    try {
      answer = await fetch(`${bell.dataset.unread}?known=${bell.dataset.known}`, { redirect: "error" });
    } catch { return; }
    if (answer.status !== 200) return;
    const said = await answer.json();
    const isMore = said.count > Number(bell.dataset.known);
    bell.dataset.known = said.count;
    bell.querySelector(".bell-count").textContent = said.badge;
    bell.querySelector(".bell-count").hidden = !said.badge;
    bell.querySelector(".bell-words").textContent = said.label;
    if (isMore) announce(said.label);
  };

  if (bell) {
    for (const sign of ["pointermove", "keydown", "scroll"]) {
      document.addEventListener(sign, () => { moved = Date.now(); }, { passive: true });
    }
    const isDue = () => document.visibilityState === "visible" && Date.now() - asked >= MINUTE;
    // A tab that nobody has touched for ten minutes stops asking until it is looked at again.
    setInterval(() => { if (isDue() && Date.now() - moved < 10 * MINUTE) ask(); }, MINUTE / 4);
    document.addEventListener("visibilitychange", () => { if (isDue()) ask(); });
  }
})();
