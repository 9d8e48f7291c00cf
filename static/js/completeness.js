/* 报送进度: copy the ready text, and tick every return at once. The page works without. */
(function () {
  "use strict";

  function say(text) {
    var place = document.querySelector("[data-copy-state]");
    if (place) place.textContent = text;
  }

  /* Where the browser gives no clipboard (a page without https), select and copy; else leave it selected. */
  function copySelected(area) {
    area.focus();
    area.select();
    area.setSelectionRange(0, area.value.length);
    var done = false;
    try { done = document.execCommand("copy"); } catch (error) { done = false; }
    say(done ? "已复制，可粘贴到工作群。" : "文字已选中，请按 Ctrl+C 复制。");
  }

  function copy(button) {
    var area = document.getElementById(button.dataset.copy);
    if (!(window.isSecureContext && navigator.clipboard)) {
      copySelected(area);
      return;
    }
    navigator.clipboard.writeText(area.value).then(
      function () { say("已复制，可粘贴到工作群。"); },
      function () { copySelected(area); }
    );
  }

  function start() {
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { copy(button); });
    });
    document.querySelectorAll("[data-tick-all]").forEach(function (all) {
      all.hidden = false;
      all.addEventListener("change", function () {
        all.closest("form").querySelectorAll("input[name=" + all.dataset.tickAll + "]").forEach(function (each) {
          each.checked = all.checked;
        });
      });
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
