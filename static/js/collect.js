/* Keeps what is written at a meeting until the server has it. Each need carries a key made here: sent twice, recorded once. */
(() => {
  "use strict";

  const root = document.querySelector("[data-collect]");
  const form = root && root.querySelector("form.form");
  if (!form) return;
  const store = root.dataset.collect; // of this person alone: who logs in after them sends nothing of theirs
  const box = root.querySelector("[data-waiting]");
  const say = (text) => { root.querySelector("[data-status]").textContent = text; };

  const read = () => {
    try { return JSON.parse(localStorage.getItem(store)) || []; } catch { return []; }
  };
  const write = (entries) => {
    try { localStorage.setItem(store, JSON.stringify(entries)); } catch { return false; }
    return true;
  };
  const without = (key) => write(read().filter((one) => one.client_key !== key));
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const correct = (entry) => {
    for (const [name, value] of Object.entries(entry)) if (form.elements[name]) form.elements[name].value = value;
    without(entry.client_key);
    show();
    form.elements.title.focus();
  };
  const row = (entry) => {
    const item = document.createElement("li");
    item.textContent = entry.title;
    if (entry.wrong) {
      const why = Object.assign(document.createElement("span"), { className: "muted", textContent: entry.wrong });
      const button = Object.assign(document.createElement("button"), {
        type: "button", className: "btn btn-link", textContent: `${root.dataset.correct}: ${entry.title}`,
      });
      button.addEventListener("click", () => correct(entry));
      item.append(why, button);
    }
    return item;
  };
  const show = () => {
    const entries = read();
    box.hidden = entries.length === 0;
    box.querySelector("[data-count]").textContent = String(entries.length);
    box.querySelector("[data-list]").replaceChildren(...entries.map(row));
  };

  /* Send one: true when the server has judged it, false when it must wait. */
  const sendOne = async (entry) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(entry)) if (name !== "wrong") body.append(name, value);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    let answer;
    try {
      answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    } catch {
      say(root.dataset.waits);
      return false;
    }
    const judged = [201, 422].includes(answer.status) && !answer.redirected;
    if (!judged) {
      say(answer.status >= 500 ? root.dataset.waits : root.dataset.login);
      return false;
    }
    if (answer.status === 201) {
      without(entry.client_key);
      say(root.dataset.sent);
    } else {
      const { wrong } = await answer.json();
      write(read().map((one) => (one.client_key === entry.client_key ? { ...one, wrong } : one)));
      say(wrong);
    }
    return true;
  };
  let sending = false;
  let again = false;
  const send = async () => {
    if (sending) { again = true; return; }
    sending = true;
    do {
      again = false;
      for (const entry of read().filter((one) => !one.wrong)) if (!(await sendOne(entry))) break;
    } while (again);
    sending = false;
    show();
  };

  form.addEventListener("submit", (event) => {
    if (!form.reportValidity()) { event.preventDefault(); return; }
    const entry = Object.fromEntries(new FormData(form));
    delete entry.csrfmiddlewaretoken;
    entry.client_key = uuid();
    if (!write([...read(), entry])) return; // no room here: the browser sends it as any form
    event.preventDefault();
    for (const name of ["title", "place", "text"]) form.elements[name].value = "";
    form.elements.title.focus();
    show();
    send();
  });
  box.querySelector("[data-send]").addEventListener("click", send);
  window.addEventListener("online", send);
  show();
  if (read().length) send();
})();
