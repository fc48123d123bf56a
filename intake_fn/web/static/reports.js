// Draws a chart above each table that asks for one, from the numbers in the table. Without this script the tables stand.
"use strict";

(() => {
  const HOUR = 3600, DAY = 86400;
  const TICKS = [[900, "15 minutes"], [HOUR, "1 hour"], [4 * HOUR, "4 hours"], [DAY, "1 day"], [3 * DAY, "3 days"], [7 * DAY, "7 days"], [30 * DAY, "30 days"]];
  const PAPER = { ink: "#000", soft: "#444", line: "#bbb", series: ["#3949ab", "#00796b", "#a65e00", "#ad1457", "#5d6470"] };
  const BAD = ["missed", "overridden"];
  const charts = [];

  const colours = () => {
    const probe = document.createElement("span");
    document.body.append(probe);
    const of = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const found = { ink: of("--ink"), soft: of("--soft"), line: of("--line"), series: [1, 2, 3, 4, 5].map((n) => of(`--series-${n}`)) };
    probe.remove();
    return found;
  };

  const drawn = (table, key) => {
    const isTime = key === "half" || key === "nine-in-ten";
    if (table.dataset.chart === "times") return isTime;
    return !isTime && key !== "any" && !key.endsWith("-share");
  };

  const values = (table) => {
    const heads = [...table.querySelectorAll("thead th[data-key]")];
    const rows = [...table.querySelectorAll("tbody tr")];
    const labels = rows.map((row) => row.querySelector("th").textContent.trim());
    const series = heads.map((head, place) => ({
      key: head.dataset.key,
      label: head.textContent.trim(),
      cells: rows.map((row) => row.querySelectorAll("td")[place]),
    })).filter((one) => drawn(table, one.key));
    return { labels, series: series.filter((one) => table.dataset.chart !== "bars" || one.cells.some((cell) => Number(cell.dataset.value))) };
  };

  const options = (table, series, palette) => {
    const times = table.dataset.chart === "times", stacked = table.dataset.chart === "stacked";
    const y = times
      ? {
          type: "logarithmic", min: 900, max: 90 * DAY,
          afterBuildTicks: (axis) => { axis.ticks = TICKS.map(([value]) => ({ value })); },
          ticks: { callback: (value) => (TICKS.find(([tick]) => tick === value) || ["", ""])[1] },
        }
      : { beginAtZero: true, stacked, ticks: { precision: 0 } };
    return {
      animation: false, maintainAspectRatio: false, responsive: true,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { stacked, grid: { display: false }, ticks: { color: palette.soft, maxRotation: 0, autoSkipPadding: 12 } },
        y: { ...y, grid: { color: palette.line }, border: { display: false }, ticks: { ...y.ticks, color: palette.soft } },
      },
      plugins: {
        colors: { enabled: false },
        legend: { position: "bottom", labels: { color: palette.ink, boxWidth: 14, boxHeight: 14 } },
        tooltip: { callbacks: { label: (point) => `${point.dataset.label}: ${series[point.datasetIndex].cells[point.dataIndex].textContent.trim()}` } },
      },
      onClick: (event, _, chart) => {
        const [hit] = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, false);
        const link = hit && series[hit.datasetIndex].cells[hit.index].querySelector("a");
        if (link) link.click();
      },
    };
  };

  const colour = (key, place, palette) => palette.series[BAD.includes(key) ? 3 : place % palette.series.length];

  const coloured = (chart, palette) => {
    chart.data.datasets.forEach((set, place) => {
      set.backgroundColor = set.borderColor = colour(set.key, place, palette);
    });
    for (const axis of Object.values(chart.options.scales)) axis.ticks.color = palette.soft;
    chart.options.scales.y.grid.color = palette.line;
    chart.options.plugins.legend.labels.color = palette.ink;
    chart.update("none");
  };

  const draw = (table) => {
    const { labels, series } = values(table);
    if (!series.some((one) => one.cells.some((cell) => Number(cell.dataset.value)))) return;
    const box = document.createElement("div"), canvas = document.createElement("canvas");
    box.className = "chart";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Chart: ${table.dataset.title}. The table below holds its numbers.`);
    box.append(canvas);
    table.closest(".wide").before(box);
    const palette = colours(), times = table.dataset.chart === "times";
    const chart = new Chart(canvas, {
      type: times ? "line" : "bar",
      data: {
        labels,
        datasets: series.map((one, place) => ({
          key: one.key,
          backgroundColor: colour(one.key, place, palette),
          borderColor: colour(one.key, place, palette),
          label: one.label,
          data: one.cells.map((cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value))),
          spanGaps: true, pointRadius: 4, borderWidth: times ? 2 : 0, maxBarThickness: 26,
        })),
      },
      options: options(table, series, palette),
    });
    charts.push(chart);
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.Chart) return;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll("table[data-chart]").forEach(draw);
    const again = () => charts.forEach((chart) => coloured(chart, colours()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-scheme"] });
    window.addEventListener("beforeprint", () => charts.forEach((chart) => { coloured(chart, PAPER); chart.resize(); }));
    window.addEventListener("afterprint", () => { again(); charts.forEach((chart) => chart.resize()); });
  });
})();
