/* Charts from our own JSON, each with its table; a click leads to the rows behind a point. */
function table(data) {
  const body = document.createElement("table");
  body.className = "table table-sm";
  const rows = data.rows || data.points.map((point) => ({ "": point.group, " ": point.split, "  ": point.text, url: point.url }));
  rows.forEach((row) => {
    const line = body.insertRow();
    Object.entries(row).filter(([name]) => name !== "url").forEach(([, value], place) => {
      const cell = line.insertCell();
      if (place === 0 && row.url) {
        const link = document.createElement("a");
        link.href = row.url;
        link.textContent = value;
        cell.append(link);
      } else cell.textContent = value ?? "";
    });
  });
  return body;
}

function options(data) {
  if (data.kind === "funnel" || data.kind === "pie") {
    const shown = data.points || data.rows.map((row) => ({ group: row.label, value: row.value, url: row.url }));
    return { tooltip: { renderMode: "richText" }, series: [{ type: data.kind, radius: "70%", sort: "none",
      data: shown.map((point) => ({ name: point.group, value: point.value, url: point.url })) }] };
  }
  return { tooltip: { trigger: "axis", renderMode: "richText" }, legend: data.series.length > 1 ? {} : undefined,
    grid: { containLabel: true, left: 8, right: 8, bottom: 8, top: 36 },
    xAxis: { type: "category", data: data.categories }, yAxis: { type: "value" },
    series: data.series.map((each) => ({ type: data.kind === "line" ? "line" : "bar", name: each.name, data: each.data,
      stack: data.series.length > 1 ? "all" : undefined })) };
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-chart]").forEach(async (place) => {
    const answer = await fetch(place.dataset.chart, { headers: { Accept: "application/json" } });
    const data = await answer.json();
    if (!answer.ok) { place.textContent = Object.values(data.problems || {}).join(" ") || data.message; return; }
    place.parentElement.querySelector("[data-chart-table]").append(table(data));
    if (data.rows && data.kind !== "funnel") { place.remove(); return; }
    const chart = window.echarts.init(place);
    chart.setOption(options(data));
    chart.on("click", (event) => {
      const found = (data.points || []).find((point) => point.group === event.name && (!event.seriesName || point.split === event.seriesName || !point.split));
      const url = (event.data && event.data.url) || (found && found.url);
      if (url) window.location.assign(url);
    });
    window.addEventListener("resize", () => chart.resize());
  });
});
