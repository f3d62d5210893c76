// Type-ahead and keys. Everything here is a convenience: each page works without it.
"use strict";
(() => {
  const box = document.querySelector("search input[type=search]");
  if (!box) return;
  const form = box.form;
  const list = document.createElement("ul");
  list.className = "list-box";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  form.append(list);
  const live = document.createElement("span");
  live.className = "skip";
  live.setAttribute("aria-live", "polite");
  form.append(live);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  let composing = false, chosen = -1, asked = 0, timer = 0;
  const close = () => { list.hidden = true; chosen = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const choose = (index) => {
    const rows = list.children;
    if (!rows.length) return;
    chosen = (index + rows.length) % rows.length;
    [...rows].forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
    box.setAttribute("aria-activedescendant", rows[chosen].id);
  };
  const take = (row) => { if (row.dataset.href) location.href = row.dataset.href; };
  const show = (items) => {
    list.replaceChildren(...items.map((item, at) => {
      const row = document.createElement("li");
      row.id = "suggestion-" + at;
      row.setAttribute("role", "option");
      row.dataset.href = item.href;
      const text = document.createElement(item.kind === "words" ? "span" : "b");
      text.textContent = item.text;
      row.append(text, item.detail ? " · " + item.detail.slice(0, 100) : "", item.count === null ? "" : " · " + item.count);
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(row); });
      return row;
    }));
    chosen = -1;
    list.hidden = items.length === 0;
    box.setAttribute("aria-expanded", String(items.length > 0));
    live.textContent = items.length ? box.dataset.suggestions.replace("{n}", items.length) : "";
  };
  const ask = async () => {
    const typed = box.value.trim();
    const mine = ++asked;
    if (typed.length < 2 && !/\d/.test(typed) || typed.length > 60) { close(); return; }
    try {
      const answer = await fetch("/api/v1/suggest?limit=8&prefix=" + encodeURIComponent(typed));
      if (!answer.ok || mine !== asked) return;
      show((await answer.json()).rows);
    } catch { close(); }
  };
  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => { composing = false; });
  box.addEventListener("input", () => { if (!composing) { clearTimeout(timer); timer = setTimeout(ask, 60); } });
  box.addEventListener("blur", () => setTimeout(close, 150));
  box.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); choose(chosen + 1); }
    else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); choose(chosen - 1); }
    else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen]); }
    else if (event.key === "Escape") { if (list.hidden) box.blur(); else close(); }
  });

  const hits = [...document.querySelectorAll(".paper mark, .boxes .hit")];
  let hit = -1;
  const goTo = (index) => {
    if (!hits.length) return;
    hits[hit]?.classList.remove("current");
    hit = (index + hits.length) % hits.length;
    hits[hit].classList.add("current");
    hits[hit].scrollIntoView({ block: "center" });
    live.textContent = hit + 1 + "/" + hits.length;
  };
  const cards = () => [...document.querySelectorAll(".card a.number")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    const at = cards().indexOf(document.activeElement);
    if (event.key === "/") { event.preventDefault(); box.focus(); box.select(); }
    else if (event.key === "j") { (cards()[at + 1] || cards()[0])?.focus(); }
    else if (event.key === "k") { (cards()[at - 1] || cards().at(-1))?.focus(); }
    else if (event.key === "n") { goTo(hit + 1); }
    else if (event.key === "N") { goTo(hit < 0 ? -1 : hit - 1); }
    else if (event.key === "?") { location.href = "/huong-dan"; }
    else if (document.activeElement === document.body) {
      // Buttons and links that name their key.
      const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
      if (target) { event.preventDefault(); target.click(); }
    }
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
    });
  });
})();

// The status page: its moving part follows a stream of events; a screen reader hears of it every
// ten seconds at most. Without a script the page reloads itself.
(() => {
  const now = document.getElementById("now");
  if (!now || !window.EventSource) return;
  const said = document.getElementById("said");
  let saidAt = 0, wasBusy = now.querySelector(".now")?.dataset.busy === "true";
  const renew = async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rest = page.getElementById("rest");
    if (rest) document.getElementById("rest").replaceWith(rest);
  };
  const source = new EventSource(now.dataset.events);
  source.onmessage = (event) => {
    const focused = now.contains(document.activeElement) && document.activeElement.closest("form")?.elements.viec?.value;
    now.innerHTML = event.data;
    if (focused) now.querySelector("form.order button")?.focus();
    const part = now.querySelector(".now");
    if (Date.now() - saidAt > 10000) { saidAt = Date.now(); said.textContent = part.dataset.said; }
    const isBusy = part.dataset.busy === "true";
    if (wasBusy && !isBusy) { said.textContent = part.dataset.said; renew().catch(() => {}); }
    wasBusy = isBusy;
  };
  addEventListener("pagehide", () => source.close());
})();

// Uploads: files are sent without leaving the page, chosen or dropped on the form. Without a
// script the form shows the same results on a page of its own.
(() => {
  const form = document.querySelector("form.upload");
  if (!form) return;
  const said = form.querySelector(".upload-said");
  const send = async (files) => {
    if (!files.length) return;
    const body = new FormData();
    for (const file of files) body.append("files", file, file.name);
    said.textContent = form.dataset.sending;
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      said.replaceChildren(page.getElementById("upload-results") || form.dataset.failed);
      form.reset();
    } catch { said.textContent = form.dataset.failed; }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form.elements.files.files); });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    send(event.dataTransfer.files);
  });
})();
