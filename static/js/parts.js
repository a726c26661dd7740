// Components that move: clocks, fields with suggestions, drafts. Each works, standing still, without this file.
(() => {
  "use strict";

  // --- clocks go on where the server left them ------------------------------------------------
  const lasting = (milliseconds) => {
    const minutes = Math.floor(milliseconds / 60000);
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
    if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
    if (hours) return rest ? `${hours} h ${rest} min` : `${hours} h`;
    return `${rest} min`;
  };

  const move = (clock, now) => {
    const target = Date.parse(clock.dataset.clock);
    const start = Date.parse(clock.dataset.clockFrom);
    const isPast = now > target;
    clock.classList.toggle("tone-red", isPast);
    for (const part of clock.querySelectorAll("[data-clock-before]")) part.hidden = isPast;
    for (const part of clock.querySelectorAll("[data-clock-after]")) part.hidden = !isPast;
    for (const words of clock.querySelectorAll("[data-clock-left]")) words.textContent = lasting(Math.abs(target - now));
    const used = clock.querySelector(".clock-bar rect:only-child");
    if (used) used.setAttribute("width", `${Math.min(100, (100 * (now - start)) / (target - start)).toFixed(2)}%`);
  };

  const moveAll = () => {
    if (document.hidden) return;
    for (const clock of document.querySelectorAll("[data-clock]")) move(clock, Date.now());
  };
  setInterval(moveAll, 20000);
  document.addEventListener("visibilitychange", moveAll);

  // --- fields with suggestions: the combobox of the ARIA practices, its rows fetched by htmx ---
  const boxOf = (node) => node?.closest?.("[data-combobox]");
  const partsOf = (box) => ({ input: box.querySelector("[role=combobox]"), list: box.querySelector("[role=listbox]") });
  const open = (box, isOpen) => {
    const { input, list } = partsOf(box);
    list.hidden = !isOpen || !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) point(box, null);
  };
  const point = (box, option) => {
    const { input, list } = partsOf(box);
    for (const each of list.children) each.setAttribute("aria-selected", String(each === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const take = (box, option) => {
    const { input } = partsOf(box);
    input.value = option.dataset.value;
    open(box, false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    const box = boxOf(event.target);
    if (box && event.target.matches("[role=listbox]")) open(box, document.activeElement === partsOf(box).input);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches?.("[role=combobox]") && boxOf(event.target);
    if (!box) return;
    const { list } = partsOf(box);
    const options = [...list.children];
    const place = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); open(box, false); }
    else if (event.key === "Enter" && !list.hidden && place >= 0) { event.preventDefault(); take(box, options[place]); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      event.preventDefault();
      open(box, true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(box, options[(place + step + options.length + (place < 0 && step < 0 ? 1 : 0)) % options.length]);
    }
  });
  // The list is pressed before the field is left, so that the field keeps the focus.
  document.addEventListener("mousedown", (event) => { if (event.target.closest("[data-combobox] [role=option]")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-combobox] [role=option]");
    if (option) take(boxOf(option), option);
  });
  document.addEventListener("focusout", (event) => {
    const box = boxOf(event.target);
    if (box && !box.contains(event.relatedTarget)) open(box, false);
  });

  // --- a time zone is guessed from the browser where nobody has said one yet ---------------------
  for (const field of document.querySelectorAll("[data-guess-time-zone]")) {
    const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (guess && ["", "UTC"].includes(field.value)) field.value = guess;
  }

  // --- a page that asks by itself is not somebody at work ----------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["X-Poll"] = "1";
  });

  // --- what waited for a second factor is sent by itself ----------------------------------------
  for (const form of document.querySelectorAll("form[data-goes-on]")) form.requestSubmit();

  // --- drafts: once a form is sent, nothing is kept of it behind its back ----------------------
  document.addEventListener("submit", (event) => { event.target.dataset.sent = ""; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-draft]") && event.target.closest("form[data-sent]")) event.preventDefault();
  });
  // What could not be sent, or is gone back to, goes on being kept.
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.matches("form[data-sent]")) delete event.target.dataset.sent; });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
