/* 数据查询: another kind of scope asks at once; arrows move from number to number. All works without. */
(function () {
  "use strict";

  function askAgain(event) {
    if (!event.target.closest("[data-ask-kind]")) return;
    var form = event.target.form;
    form.querySelectorAll("[name=scope]:checked").forEach(function (box) { box.checked = false; });
    form.submit();
  }

  function stepOf(key) {
    return { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  }

  function focusable(cell) { return cell && cell.querySelector("a, [tabindex]"); }

  function move(event) {
    var step = stepOf(event.key);
    var cell = event.target.closest("[data-figure-grid] td, [data-figure-grid] tbody th");
    if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
    var rows = Array.prototype.slice.call(cell.closest("table").querySelectorAll("tbody tr, tfoot tr"));
    var row = rows[rows.indexOf(cell.parentNode) + step[0]];
    var next = focusable(row && row.cells[cell.cellIndex + step[1]]);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.addEventListener("change", askAgain);
  document.addEventListener("keydown", move);
})();
