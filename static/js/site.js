/* Small comforts. Every page works without this file; nothing here is needed to see, pledge or decide. */
(() => {
  "use strict";

  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* The design system draws its focus ring unless the mouse put the focus there. */
  let mouse = false;
  for (const name of ["keydown", "mousedown"]) {
    document.addEventListener(name, () => { mouse = name === "mousedown"; }, true);
  }
  document.addEventListener("focusin", (event) => {
    if (mouse && event.target.matches("a, button, summary")) event.target.dataset.focusMouse = "true";
  });
  document.addEventListener("focusout", (event) => { delete event.target.dataset?.focusMouse; });

  /* Menu on phones. */
  const burger = document.querySelector("[data-burger]");
  const menu = burger && document.getElementById(burger.getAttribute("aria-controls"));
  const openMenu = (open) => {
    burger.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("open", open);
  };
  if (menu) burger.addEventListener("click", () => openMenu(burger.getAttribute("aria-expanded") !== "true"));

  /* Menus close when the reader goes elsewhere; Escape gives the focus back. */
  const menus = all("details[data-menu]");
  document.addEventListener("click", (event) => {
    for (const box of menus) if (!box.contains(event.target)) box.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const box of menus.filter((one) => one.open)) {
      box.open = false;
      box.querySelector("summary").focus();
    }
    if (menu && menu.classList.contains("open")) {
      openMenu(false);
      burger.focus();
    }
  });

  /* Messages that can be put away. */
  for (const button of all("[data-dismiss]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest(".notice").remove();
      document.getElementById("content").focus({ preventScroll: true });
    });
  }

  /* Amounts: presets fill the field, and the field says what was understood. The server has the last word. */
  const readCents = (text) => {
    const bare = text.replace(/[€\s]/g, "");
    if (!/^(\d+|\d{1,3}(\.\d{3})+|\d{1,3}(,\d{3})+)([.,]\d{1,2})?$/.test(bare)) return null;
    const split = bare.match(/^(.*?)(?:[.,](\d{1,2}))?$/);
    const euros = split[1].replace(/[.,]/g, "");
    return Number(euros) * 100 + Number((split[2] || "").padEnd(2, "0"));
  };
  for (const box of all("[data-amount]")) {
    const input = box.querySelector("input");
    const echo = box.querySelector("[data-amount-echo]");
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR" });
    const show = () => {
      const cents = readCents(input.value);
      if (echo) echo.textContent = cents === null ? "" : (echo.dataset.sentence || "%s").replace("%s", format.format(cents / 100));
      for (const preset of all("[data-preset]", box)) {
        preset.setAttribute("aria-pressed", String(readCents(preset.dataset.preset) === cents));
      }
    };
    for (const preset of all("[data-preset]", box)) {
      preset.hidden = false;
      preset.addEventListener("click", () => {
        input.value = preset.dataset.preset;
        show();
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    input.addEventListener("input", show);
    show();
  }

  /* Questions before what cannot be undone: <form data-confirm="…">. */
  document.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (asked && !window.confirm(asked)) event.preventDefault();
  });

  /* <button data-dialog="id"> opens a <dialog>; <button data-close> inside shuts it. */
  for (const button of all("[data-dialog]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.dialog).showModal());
  }
  for (const button of all("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  /* A list of errors takes the focus, so that nobody misses it. */
  document.querySelector("[data-error-summary]")?.focus();
})();
