// What htmx leaves to us: where the focus goes, what a button says while it works, and what happens when the
// connection breaks. Without this file every page still works as plain links and forms.
(() => {
  "use strict";
  const words = document.body.dataset;
  const requests = new WeakMap(); // request → what to put back when it ends

  const focus = (element) => {
    if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
    const box = element.getBoundingClientRect();
    element.focus({ preventScroll: box.top >= 0 && box.bottom <= innerHeight });
  };

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const button = ctx.request.submitter || (ctx.sourceElement.matches("button") && ctx.sourceElement);
    const state = { focused: document.activeElement };
    requests.set(ctx, state);
    ctx.sourceElement.querySelectorAll(".lost").forEach((message) => message.remove());
    if (!button) return;
    state.timer = setTimeout(() => {
      const inside = [...button.childNodes];
      button.replaceChildren(words.busy);
      state.restore = () => button.replaceChildren(...inside);
    }, 400);
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const state = requests.get(ctx);
    clearTimeout(state?.timer);
    state?.restore?.();
  });

  const lost = (ctx) => {
    if (ctx.swap === "none") return; // the next press or the next autosave says it
    const after = ctx.request.submitter || ctx.sourceElement;
    const message = document.createElement("p");
    message.className = "msg lost";
    message.setAttribute("role", "alert");
    after.after(message);
    message.textContent = words.lost;
  };

  document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx?.request && !ctx.response && lost(ctx));

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const { raw, status } = ctx.response;
    // An autosave changes nothing on the page, whatever became of it.
    if (ctx.swap === "none") ctx.hx = {};
    // A page of the server in front of ours: our own always says where it goes.
    else if (status >= 500 && !ctx.hx.retarget) {
      event.preventDefault();
      lost(ctx);
    }
    // A whole page (sign-in, an error) never lands inside a part of another page.
    else if (!ctx.hx.retarget && /^\s*<!doctype/i.test(ctx.text) && (raw.redirected || status >= 400 || !ctx.select)) {
      if (raw.redirected) ctx.hx.redirect = raw.url;
      else Object.assign(ctx.hx, { retarget: "body", reswap: "innerHTML" });
      ctx.select = null;
    }
  });

  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    // Everybody hears from the title whether the form went through.
    const plain = (ctx.title || document.title).replace(words.error + " ", "");
    if (ctx.swap !== "none") ctx.title = (ctx.response?.status === 422 ? words.error + " " : "") + plain;

    const now = document.activeElement;
    const before = requests.get(ctx)?.focused;
    const hasMovedOn = now && now !== document.body && now !== before && !(now.id && now.id === before?.id);
    const wanted = document.querySelector(ctx.response?.headers.get("X-Focus") || null);
    if (wanted && !hasMovedOn) focus(wanted);
  });

  // An inline form closes by Escape or by its cancel link, and the control that opened it has the focus again.
  const isUnchanged = (form) =>
    [...form.elements].every((field) =>
      field.options
        ? [...field.options].every((option) => option.selected === option.defaultSelected)
        : field.checked === field.defaultChecked && (field.type === "file" ? !field.value : field.value === field.defaultValue),
    );
  const close = (box) => {
    const opener = box.matches("details") ? box.querySelector("summary") : document.getElementById(box.dataset.opener);
    if (box.matches("details")) box.open = false;
    else box.remove();
    opener?.focus();
  };

  document.addEventListener("keydown", (event) => {
    const box = event.key === "Escape" && event.target.closest("details.form[open], [data-opener]");
    if (box && [...box.querySelectorAll("form")].every(isUnchanged)) close(box);
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-cancel]")?.closest("details.form, [data-opener]");
    if (!box) return;
    event.preventDefault();
    close(box);
  });
})();
