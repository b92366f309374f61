// What htmx leaves to us: focus, a button that says it works, a broken connection.
// Every page works without it as plain links and forms.
{
  const on = (name, act) => document.addEventListener(name, (event) => act(event.detail?.ctx, event));
  const words = document.body.dataset;
  // An autosave never touches the page: if it fails, the next press of a button tells.
  const isAutosave = (ctx) => ctx.sourceElement.hidden;

  on("htmx:before:request", (ctx) => {
    const button = (ctx.button = ctx.request.submitter || ctx.sourceElement);
    ctx.focused = document.activeElement;
    button.parentNode.querySelector(".lost")?.remove();
    if (!button.matches("button")) return;
    ctx.timer = setTimeout(() => {
      ctx.inside = [...button.childNodes];
      button.replaceChildren(words.busy);
    }, 400);
  });
  on("htmx:finally:request", (ctx) => {
    clearTimeout(ctx.timer);
    if (ctx.inside) ctx.button.replaceChildren(...ctx.inside);
  });

  const lost = (ctx) => {
    if (isAutosave(ctx)) return;
    const message = document.createElement("p");
    message.className = "msg lost";
    message.setAttribute("role", "alert");
    ctx.button.after(message);
    message.textContent = words.lost;
  };
  on("htmx:error", (ctx) => ctx && !ctx.response && lost(ctx));

  on("htmx:after:request", (ctx, event) => {
    const { status, raw } = ctx.response;
    if (isAutosave(ctx)) ctx.hx = {};
    // Our own error page says where it goes; this is from a server in between.
    else if (status >= 500 && !ctx.hx.retarget) {
      event.preventDefault();
      lost(ctx);
    }
    // A whole page never lands inside a part of another.
    else if (/^\s*<!doctype/i.test(ctx.text) && (raw.redirected || status >= 400 || !ctx.select)) {
      if (raw.redirected) ctx.hx.redirect ||= raw.url;
      ctx.hx.retarget = "body";
      ctx.hx.reswap = "innerHTML";
      ctx.select = null;
    }
  });

  on("htmx:after:swap", (ctx) => {
    if (isAutosave(ctx)) return;
    const mark = words.error + " ";
    const title = (ctx.title || document.title).replace(mark, "");
    if (ctx.request.method !== "GET") ctx.title = ctx.response.status === 422 ? mark + title : title;

    // Whoever has gone on to another element is not pulled back.
    const now = document.activeElement;
    const target = document.querySelector(ctx.response.headers.get("X-Focus") || "#_");
    if (!target || (now !== document.body && now !== ctx.focused && (now.id || "-") !== ctx.focused.id)) return;
    if (target.tabIndex < 0) target.tabIndex = -1;
    const { top, bottom } = target.getBoundingClientRect();
    target.focus({ preventScroll: top >= 0 && bottom <= innerHeight });
  });

  // An inline form closes by its cancel link, or by Escape while nothing is typed.
  const inline = "details.form[open], [data-opener]";
  const close = (box) => {
    (box.querySelector("summary") || document.getElementById(box.dataset.opener))?.focus();
    if (box.open) box.open = false;
    else box.remove();
  };
  const isTouched = ({ selected, defaultSelected, checked, defaultChecked, value, defaultValue = value }) =>
    selected !== defaultSelected || checked !== defaultChecked || value !== defaultValue;

  on("keydown", (_, { key, target }) => {
    const box = key === "Escape" && target.closest(inline);
    if (box && ![...box.querySelectorAll("input, option, textarea")].some(isTouched)) close(box);
  });
  on("click", (_, event) => {
    const box = event.target.closest("[data-cancel]")?.closest(inline);
    if (!box) return;
    event.preventDefault();
    close(box);
  });
}
