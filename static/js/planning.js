// A slider moves the number beside it, and the number its slider; the form then asks for the score again by itself.
(function () {
  "use strict";
  document.querySelectorAll("input[data-slides]").forEach(function (slider) {
    var box = document.getElementById(slider.getAttribute("data-slides"));
    slider.addEventListener("input", function () {
      box.value = slider.value;
    });
    box.addEventListener("input", function () {
      var text = box.value.replace(/[,，\s]/g, "");
      if (text !== "" && !isNaN(Number(text))) { slider.value = text; }
    });
  });
})();
