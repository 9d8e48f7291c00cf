/* Draws every [data-chart] from its json_script by ECharts (canvas only), once it comes into view.
   Bars start at zero; a tooltip is text on the canvas; the table below needs none of this. */
(function () {
  "use strict";

  var script = document.currentScript;
  var INK = "#55616f";
  var FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  var LINE_STYLES = ["solid", "dashed", "dotted"];
  var SYMBOLS = ["circle", "rect", "triangle", "diamond", "arrow"];
  var loading = null;

  function library() {
    if (window.echarts) return Promise.resolve(window.echarts);
    loading = loading || new Promise(function (done, failed) {
      var tag = document.createElement("script");
      tag.src = script.dataset.library;
      tag.onload = function () { done(window.echarts); };
      tag.onerror = failed;
      document.head.appendChild(tag);
    });
    return loading;
  }

  function grouped(text) {
    var parts = String(text).split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return parts.join(".");
  }

  function seriesOf(data) {
    return data.series.map(function (series, index) {
      var drawn = {
        name: series.name,
        type: data.kind,
        connectNulls: false,
        data: series.values.map(function (value, at) {
          var point = { value: value === null ? null : Number(value) };
          if (data.colours) point.itemStyle = { color: data.colours[at] };
          return point;
        }),
        itemStyle: { color: series.colour },
        barMaxWidth: 44
      };
      if (data.kind === "line") {
        drawn.symbol = SYMBOLS[index % SYMBOLS.length];
        drawn.symbolSize = 7;
        drawn.lineStyle = { width: 2, type: LINE_STYLES[index % LINE_STYLES.length] };
      }
      if (data.target !== null && index === 0) {
        drawn.markLine = {
          silent: true, symbol: "none",
          lineStyle: { color: "#b3261e", type: "dashed", width: 1.5 },
          label: { formatter: data.target_label, position: "insideEndTop", color: "#b3261e" },
          data: [{ yAxis: Number(data.target) }]
        };
      }
      return drawn;
    });
  }

  function tooltipOf(data) {
    return function (points) {
      var list = Array.isArray(points) ? points : [points];
      var lines = list.map(function (point) {
        var text = data.series[point.seriesIndex].values[point.dataIndex];
        return point.seriesName + "  " + (text === null ? "—" : grouped(text) + " " + data.unit);
      });
      return [list[0].name].concat(lines).join("\n");
    };
  }

  function highest(data) {
    var top = data.target === null ? 0 : Number(data.target);
    data.series.forEach(function (series) {
      series.values.forEach(function (value) { if (value !== null) top = Math.max(top, Number(value)); });
    });
    return top;
  }

  function optionOf(data) {
    var target = data.target === null ? {} : { max: Math.ceil(highest(data) * 1.1) };
    return {
      animation: false,
      aria: { enabled: true, description: data.title },
      textStyle: { fontFamily: FONT },
      grid: { left: 12, right: 24, top: data.series.length > 1 ? 40 : 28, bottom: 8, containLabel: true },
      legend: { show: data.series.length > 1, top: 0, textStyle: { color: INK } },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" }, formatter: tooltipOf(data) },
      xAxis: { type: "category", data: data.categories, axisLabel: { color: INK, hideOverlap: true }, axisTick: { alignWithLabel: true } },
      yAxis: Object.assign({
        type: "value", name: data.unit, min: data.kind === "bar" ? zeroOrBelow : null, scale: data.kind !== "bar",
        nameTextStyle: { color: INK, align: "left" },
        axisLabel: { color: INK, formatter: function (value) { return grouped(value); } },
        splitLine: { lineStyle: { color: "#e8ecf1" } }
      }, target),
      series: seriesOf(data)
    };
  }

  function zeroOrBelow(extent) { return Math.min(0, extent.min); }

  function draw(place) {
    library().then(function (echarts) {
      var data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
      var chart = echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(optionOf(data));
      place.classList.add("is-drawn");
      window.addEventListener("resize", function () { chart.resize(); });
    });
  }

  function watch() {
    var watcher = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        watcher.unobserve(entry.target);
        draw(entry.target);
      });
    });
    document.querySelectorAll("[data-chart]").forEach(function (place) { watcher.observe(place); });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
