/* A file that is too large is said to be before it is sent; a form that is being sent is not sent twice.
   Without this script the server says the same. */
(function () {
  "use strict";

  var MEGABYTE = 1024 * 1024;

  function sentence(input) {
    var file = input.files && input.files[0];
    var most = Number(input.dataset.mostBytes || 0);
    if (!file || !most || file.size <= most) return "";
    return "文件有 " + (file.size / MEGABYTE).toFixed(1) + " MB，超过 " + most / MEGABYTE + " MB，请压缩或拆分后再上传。";
  }

  function show(input) {
    var text = sentence(input);
    var line = input.parentElement.querySelector("[data-file-error]");
    if (!line) {
      line = document.createElement("p");
      line.className = "field-error";
      line.setAttribute("data-file-error", "");
      line.setAttribute("role", "alert");
      input.parentElement.insertBefore(line, input);
    }
    line.textContent = text;
    line.hidden = !text;
    return !text;
  }

  document.querySelectorAll("[data-file-form]").forEach(function (form) {
    var input = form.querySelector("input[type=file]");
    var button = form.querySelector("button[type=submit]");
    var words = button.textContent;
    input.addEventListener("change", function () { show(input); });
    form.addEventListener("submit", function (event) {
      if (!show(input)) {
        event.preventDefault();
        input.focus();
        return;
      }
      button.disabled = true;
      button.textContent = "正在上传……";
    });
    /* Back from the next page: the form may be sent again. */
    window.addEventListener("pageshow", function () {
      button.disabled = false;
      button.textContent = words;
    });
  });
})();
