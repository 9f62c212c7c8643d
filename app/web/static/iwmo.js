// What the pages do quicker with a script. Without it they do the same, with a whole page at a time.
"use strict";

(() => {
  const REGION = "data-live";
  const announce = document.createElement("p");
  announce.className = "iwmo-visually-hidden";
  announce.setAttribute("role", "status");
  document.body.append(announce);

  const asked = () => location.pathname + location.search;
  let shown = asked();

  const regions = (root) => [...root.querySelectorAll(`[${REGION}]`)];

  /** Put the live regions of a fetched page in the place of ours; what did not change stays, with its focus. */
  const replace = (page) => {
    for (const fresh of regions(page)) {
      const ours = document.getElementById(fresh.id);
      if (!ours || ours.innerHTML === fresh.innerHTML) continue;
      const focused = ours.contains(document.activeElement) ? document.activeElement.id : "";
      ours.innerHTML = fresh.innerHTML;
      if (focused) document.getElementById(focused)?.focus();
    }
    for (const ours of document.querySelectorAll("[data-refresh][id]")) {
      const fresh = page.getElementById(ours.id);
      if (!fresh) ours.remove(); // there is nothing to wait for any more
      else ours.dataset.refreshState = fresh.dataset.refreshState;
    }
  };

  const BY_ITSELF = { "Iwmo-Vanzelf": "ja" }; // nobody is there because of this: it keeps no session alive

  let asking = 0; // the newest question: the answer to an older one is not shown

  const load = async (address, question, headers = {}) => {
    const answer = await fetch(address, { headers: { Accept: "text/html", ...headers }, credentials: "same-origin" });
    const text = await answer.text();
    if (question !== asking) return null;
    if (answer.redirected || !answer.ok) {
      location.assign(address); // logged out meanwhile, or refused: let the page say it
      return null;
    }
    return new DOMParser().parseFromString(text, "text/html");
  };

  /** A form of filters that asks by address shows its answer without a new page. */
  const filter = (form) => {
    form.addEventListener("submit", async (event) => {
      const given = [...new FormData(form)].filter(([, value]) => value !== "");
      const query = new URLSearchParams(given).toString();
      const address = form.action.split("?")[0] + (query ? `?${query}` : "");
      event.preventDefault();
      const question = ++asking;
      const page = await load(address, question).catch(() => question === asking && location.assign(address));
      if (!page) return;
      replace(page);
      history.pushState(null, "", address);
      shown = asked();
      document.title = page.title;
      announce.textContent = document.querySelector("[data-summary]")?.textContent ?? "";
    });
    if (form.dataset.filter === "send") return; // one choice asks for another: it is sent when both are made
    for (const field of form.querySelectorAll("select")) {
      field.addEventListener("change", () => form.requestSubmit());
    }
  };

  /** Ask now and then whether the page is still what it was, with an address that shows nothing of it. */
  const refresh = (element) => {
    const seconds = Number(element.dataset.refreshSeconds);
    const pause = element.querySelector("[data-refresh-pause]");
    let paused = false;
    if (pause) {
      pause.hidden = false;
      pause.addEventListener("click", () => {
        paused = !paused;
        pause.setAttribute("aria-pressed", String(paused));
      });
    }
    const ask = async () => {
      if (paused || document.hidden) return;
      const question = asking;
      const answer = await fetch(element.dataset.refresh + location.search, {
        headers: BY_ITSELF,
        credentials: "same-origin",
      });
      if (!answer.ok || answer.redirected) return;
      const now = await answer.text();
      if (question !== asking || now === element.dataset.refreshState) return;
      element.dataset.refreshState = now;
      const page = await load(location.href, question, BY_ITSELF);
      if (!page) return;
      replace(page);
      announce.textContent = element.dataset.refreshSaid ?? "De pagina is bijgewerkt.";
    };
    const timer = setInterval(() => {
      if (element.isConnected) ask().catch(() => undefined);
      else clearInterval(timer);
    }, seconds * 1000);
  };

  document.querySelectorAll("form[data-filter]").forEach(filter);
  document.querySelectorAll("[data-refresh]").forEach(refresh);
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  addEventListener("popstate", () => {
    if (asked() !== shown) location.reload(); // a link within the page is no other page
  });
})();
