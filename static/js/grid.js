/* The return form as a sheet: arrows and Enter, paste of a column, autosave. Without this script the
   form still saves and files. */
(function () {
  "use strict";

  var WAIT = 900;
  var form = document.querySelector("form[data-grid]");
  if (!form || !window.fetch) return;

  var state = form.querySelector("[data-save-state]");
  var counter = form.querySelector("input[name=counter]");
  var fields = Array.prototype.slice.call(form.querySelectorAll("[data-column]"));
  var stored = {};
  var refused = {};
  var timer = 0;
  var busy = false;
  var leaving = false;
  var waiting = null; // the button pressed while a save was on its way
  fields.forEach(function (field) { stored[field.name] = field.value; });

  /* ---- moving about ---- */

  function column(field) {
    return fields.filter(function (each) { return each.dataset.column === field.dataset.column && !each.hidden; });
  }

  function move(field, step) {
    var line = column(field);
    var next = line[line.indexOf(field) + step];
    if (!next) return false;
    next.focus();
    if (next.select) next.select();
    return true;
  }

  function sideways(field, name) {
    var next = form.querySelector("[name='" + name + field.dataset.key.replace(":base", "") + "']");
    if (!next || next.hidden) return false;
    next.focus();
    next.select();
    return true;
  }

  function ofLine(field) {
    return field.dataset.column.slice(0, 2) === "l-";
  }

  /* The numbers of one line, side by side. */
  function lineOf(field) {
    return Array.prototype.slice.call(field.closest("tr").querySelectorAll("input.cell"));
  }

  function along(field, step) {
    var row = lineOf(field);
    var next = row[row.indexOf(field) + step];
    if (!next) return false;
    next.focus();
    next.select();
    return true;
  }

  function onKey(event) {
    var field = event.target;
    if (!field.dataset || !field.dataset.column || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (field.tagName === "TEXTAREA") return;
    var start = field.selectionStart === 0 && field.selectionEnd === 0;
    var end = field.selectionStart === field.value.length && field.selectionEnd === field.value.length;
    var whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    var done = false;
    if (event.key === "Enter") {
      move(field, event.shiftKey ? -1 : 1);
      done = true;
    } else if (event.key === "ArrowDown") done = move(field, 1);
    else if (event.key === "ArrowUp") done = move(field, -1);
    else if (event.key === "ArrowRight" && (end || whole) && ofLine(field)) done = along(field, 1);
    else if (event.key === "ArrowLeft" && (start || whole) && ofLine(field)) done = along(field, -1);
    else if (event.key === "ArrowRight" && (end || whole) && field.dataset.column === "v") done = sideways(field, "b-");
    else if (event.key === "ArrowLeft" && (start || whole) && field.dataset.column === "b") done = sideways(field, "v-");
    if (done) event.preventDefault();
  }

  /* A column copied from a spreadsheet goes down from here; a second column goes to 上年同期可比. */
  function onPaste(event) {
    var field = event.target;
    if (!field.dataset || !field.dataset.column || field.dataset.column === "r") return;
    var text = (event.clipboardData || window.clipboardData).getData("text");
    var lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n");
    if (lines.length < 2 && lines[0].indexOf("\t") < 0) return;
    event.preventDefault();
    var line = column(field);
    var first = line.indexOf(field);
    var count = 0;
    lines.forEach(function (each, number) {
      var target = line[first + number];
      if (!target) return;
      var parts = each.split("\t");
      count += 1;
      if (ofLine(target)) {
        var row = lineOf(target);
        var at = row.indexOf(target);
        parts.forEach(function (part, place) { if (row[at + place]) put(row[at + place], part); });
        return;
      }
      put(target, parts[0]);
      var beside = parts.length > 1 && target.dataset.column === "v" && form.querySelector("[name='b-" + target.dataset.key + "']");
      if (beside) put(beside, parts[1]);
    });
    if (window.portal) window.portal.toast("已粘贴 " + count + " 行。");
  }

  function put(field, text) {
    field.value = text.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* ---- saving ---- */

  function dirty() {
    return fields.filter(function (field) { return field.value !== stored[field.name]; });
  }

  function sendable() {
    return dirty().filter(function (field) { return refused[field.name] !== field.value; });
  }

  function say(text, kind) {
    state.textContent = text;
    state.className = "save-state" + (kind ? " is-" + kind : "");
  }

  function onInput(event) {
    if (!event.target.dataset || !event.target.dataset.column) return;
    clearError(event.target);
    addUp(event.target);
    say("有改动，尚未保存", "saving");
    window.clearTimeout(timer);
    timer = window.setTimeout(save, WAIT);
  }

  /* The sum of a column of lines, in whole hundredths and the like: a number with a fraction is never added
     as a binary one. What cannot be read is left to the check. */
  function addUp(field) {
    if (!ofLine(field) || !window.BigInt) return;
    var place = form.querySelector("[data-total='" + field.dataset.column.slice(2) + "']");
    if (!place) return;
    var digits = 0;
    var numbers = column(field).map(function (each) {
      var text = each.value.replace(/[,\s]/g, "");
      if (!/^-?\d+(\.\d*)?$/.test(text)) return null;
      var tail = (text.split(".")[1] || "");
      digits = Math.max(digits, tail.length);
      return text;
    }).filter(function (each) { return each !== null; });
    if (!numbers.length) { place.textContent = "—"; return; }
    var sum = window.BigInt(0);
    numbers.forEach(function (text) {
      var parts = text.split(".");
      sum += window.BigInt(parts[0] + ((parts[1] || "") + "0".repeat(digits)).slice(0, digits));
    });
    var negative = sum < 0;
    var whole = String(negative ? -sum : sum).padStart(digits + 1, "0");
    var before = whole.slice(0, whole.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
    place.textContent = (negative ? "-" : "") + before + (digits ? "." + whole.slice(whole.length - digits) : "");
  }

  function save() {
    var sending = sendable();
    if (!busy && !dirty().length) say("没有未保存的改动", "");
    if (busy || leaving || !sending.length) return;
    busy = true;
    say("正在保存…", "saving");
    var body = new FormData();
    var sent = {};
    body.append("counter", counter.value);
    sending.forEach(function (field) {
      body.append(field.name, field.value);
      sent[field.name] = field.value;
    });
    fetch(form.action, {
      method: "POST",
      body: body,
      credentials: "same-origin",
      redirect: "error",
      headers: { "Accept": "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value }
    }).then(function (answer) {
      return answer.json().then(function (data) { return settle(answer.status, data, sent); });
    }).catch(function () {
      say("没有保存上，请检查网络后点“保存”", "failed");
      return false;
    }).then(function (answered) {
      var button = waiting;
      busy = false;
      waiting = null;
      if (answered && button) form.requestSubmit(button);
      else if (answered && sendable().length) timer = window.setTimeout(save, WAIT);
    });
  }

  /* Whether it makes sense to send what is still unsaved. */
  function settle(status, data, sent) {
    if (status === 200) saved(data, sent);
    else if (status === 422) wrong(data, sent);
    else if (status === 409 && data.changes && data.changes.length) {
      waiting = null; // somebody else's change is looked at first
      clash(data, sent);
    } else {
      say(data.message || "没有保存上，请刷新后再填", "failed");
      return false;
    }
    return true;
  }

  function saved(data, sent) {
    Object.keys(sent).forEach(function (name) { stored[name] = sent[name]; });
    counter.value = data.counter;
    Object.keys(data.others).forEach(function (name) { take(name, data.others[name], data.counter); });
    form.querySelector("[data-filled]").textContent = data.filled;
    Object.keys(data.cells).forEach(function (code) { judge(code, data.cells[code]); });
    var left = dirty().length - sendable().length;
    say("已保存 " + data.saved_at + (left ? "，还有未改好的项" : ""), left ? "failed" : "");
  }

  /* A number that somebody else stored meanwhile: shown at once, or offered where this page has its own. */
  function take(name, text, latest) {
    var field = form.querySelector("[name='" + name + "']");
    if (!field) return;
    if (field.value === stored[name]) {
      field.value = text;
      stored[name] = text;
    } else if (field.value !== text) {
      refused[name] = field.value;
      offer(field, text || "—", latest);
    }
  }

  /* What the checks say of a cell that is stored. */
  function judge(code, cell) {
    var field = form.querySelector("[name='v-" + code + "']");
    if (!field) return; // settled, not opened by the 数据订正
    var reason = form.querySelector("[name='r-" + code + "']") || (ofLine(field) && cell.asks_reason && askReason(field, code));
    if (ofLine(field) && field.value === stored[field.name]) showError(field, cell.errors.join(" "));
    if (!reason) return;
    var row = field.closest("tr");
    if (field.value === stored[field.name]) showError(field, cell.errors.join(" "));
    document.getElementById("q-" + code).textContent = cell.questions.join(" ");
    if (reason.value === stored[reason.name]) {
      reason.value = cell.reason;
      stored[reason.name] = cell.reason;
    }
    reason.hidden = !cell.asks_reason && !reason.value;
    row.classList.toggle("is-wrong", cell.errors.length > 0);
    row.classList.toggle("is-odd", cell.questions.length > 0 && !cell.reason);
  }

  /* A line's cell gets a place for its reason when the checks first ask for one. */
  function askReason(field, code) {
    var question = document.createElement("p");
    question.className = "cell-question";
    question.id = "q-" + code;
    var reason = document.createElement("textarea");
    reason.className = "form-control";
    reason.name = "r-" + code;
    reason.rows = 2;
    reason.maxLength = 300;
    reason.placeholder = "请说明原因";
    reason.dataset.column = "r";
    reason.dataset.key = code;
    reason.setAttribute("aria-label", "情况说明");
    field.parentNode.appendChild(question);
    field.parentNode.appendChild(reason);
    fields.push(reason);
    stored[reason.name] = "";
    return reason;
  }

  function wrong(data, sent) {
    data.errors.forEach(function (each) {
      var field = fieldOf(each[0]);
      if (!field) return;
      refused[field.name] = sent[field.name];
      showError(field, each[1]);
    });
    say("有 " + data.errors.length + " 项需要改正", "failed");
  }

  function fieldOf(key) {
    return form.querySelector("[name='" + (key.slice(-5) === ":base" ? "b-" + key.slice(0, -5) : "v-" + key) + "']");
  }

  /* Somebody else changed the same cells: each is settled by a click, nothing is overwritten silently. */
  function clash(data, sent) {
    data.changes.forEach(function (change) {
      var field = fields.filter(function (each) { return each.dataset.label === change[0]; })[0];
      if (!field) return;
      refused[field.name] = sent[field.name];
      offer(field, change[1], data.counter);
    });
    say("有人同时修改了 " + data.changes.length + " 项，请选用哪个数", "failed");
  }

  function offer(field, theirs, latest) {
    var line = document.createElement("p");
    line.className = "cell-clash";
    line.textContent = "对方已改为 " + theirs;
    line.appendChild(choice("用对方的", function () {
      field.value = theirs === "—" ? "" : theirs.split(",").join("");
      stored[field.name] = field.value;
      settled();
    }));
    line.appendChild(choice("用我的", settled));
    field.parentNode.appendChild(line);

    function settled() {
      line.remove();
      counter.value = latest;
      delete refused[field.name];
      if (form.querySelector(".cell-clash")) return;
      say(dirty().length ? "正在保存…" : "已采用对方的数", dirty().length ? "saving" : "");
      save();
    }
  }

  function choice(text, action) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", action);
    return button;
  }

  /* ---- errors at the field ---- */

  function placeOf(field) {
    return document.getElementById(field.dataset.column === "b" ? "e-b-" + field.dataset.key.replace(":base", "") : "e-" + field.dataset.key);
  }

  function showError(field, text) {
    placeOf(field).textContent = text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function clearError(field) {
    if (field.dataset.column !== "r") showError(field, "");
  }

  form.addEventListener("keydown", onKey);
  form.addEventListener("paste", onPaste);
  form.addEventListener("input", onInput);
  form.addEventListener("focusout", function () {
    if (!sendable().length) return;
    window.clearTimeout(timer);
    save();
  });
  form.addEventListener("submit", function (event) {
    if (busy) {
      // The save on its way moves the counter that this submit would carry.
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("beforeunload", function (event) {
    if (leaving || !dirty().length) return;
    event.preventDefault();
    event.returnValue = "";
  });
})();
