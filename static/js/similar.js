/* Shows needs that sound like the title while it is written. Without this file they are shown after sending. */
(() => {
  "use strict";

  const box = document.querySelector("[data-similar]");
  const form = box && box.closest("form");
  if (!form) return;
  const PAUSE = 350; // milliseconds without a key
  let timer = 0;
  let last = "";
  let asked = null;

  const ask = async () => {
    const title = form.elements.title.value.trim();
    const query = new URLSearchParams({ title, neighbourhood: form.elements.neighbourhood.value });
    if (title.length < 4 || String(query) === last) return;
    last = String(query);
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${box.dataset.similar}?${query}`, { signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      box.hidden = box.childElementCount === 0;
      if (!box.hidden && !form.elements.seen) {
        const seen = Object.assign(document.createElement("input"), { type: "hidden", name: "seen", value: "1" });
        form.append(seen); // the reader has them before their eyes: no step for them after sending
      }
    } catch { /* no network: they are shown after sending */ }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
})();
