/* What every page needs of script; each page works before it runs. */
(function () {
  "use strict";

  function toast(text) {
    var place = document.querySelector("[data-toasts]");
    if (!place) return;
    var line = document.createElement("div");
    line.className = "toast-line";
    line.textContent = text;
    place.appendChild(line);
    window.setTimeout(function () { line.remove(); }, 6000);
  }

  function onClick(event) {
    var dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-message]").remove();

    var menu = event.target.closest("[data-menu]");
    if (menu) {
      var open = document.getElementById("side-menu").classList.toggle("is-open");
      menu.setAttribute("aria-expanded", String(open));
    }

    if (event.target.closest("[data-print]")) window.print();
    var fold = event.target.closest("[data-fold]");
    if (fold) foldAll(fold.dataset.fold === "open");
    if (event.target.closest("[data-confirm]")) askFirst(event, event.target.closest("[data-confirm]"));
  }

  function foldAll(open) {
    document.querySelectorAll("details[data-foldable]").forEach(function (each) { each.open = open; });
  }

  /* A button with data-confirm asks in the page's own dialog, then does what it would have done. */
  function askFirst(event, button) {
    var dialog = document.querySelector("[data-confirm-dialog]");
    if (!dialog || !dialog.showModal || button.dataset.confirmed) return;
    event.preventDefault();
    dialog.querySelector("[data-confirm-text]").textContent = button.dataset.confirm;
    dialog.querySelector("[data-confirm-detail]").textContent = button.dataset.confirmMore || "";
    var yes = dialog.querySelector("[data-confirm-yes]");
    var no = dialog.querySelector("[data-confirm-no]");
    yes.textContent = button.textContent.trim() || "确认办理";
    yes.onclick = function () {
      dialog.close();
      button.dataset.confirmed = "1";
      button.click();
      delete button.dataset.confirmed;
    };
    no.onclick = function () { dialog.close(); button.focus(); };
    dialog.showModal();
    no.focus();
  }

  function onChange(event) {
    var form = event.target.closest("form[data-auto-submit]");
    if (form) form.submit();
  }

  function start() {
    var summary = document.querySelector("[data-focus]");
    if (summary) summary.focus();
    document.addEventListener("click", onClick);
    document.addEventListener("change", onChange);
    /* Paper cannot be opened by a click. */
    window.addEventListener("beforeprint", function () { foldAll(true); });
  }

  window.portal = { toast: toast };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
