/* Charts from our own JSON, each with its table; a click leads to the rows behind a point. */
function columnsOf(data) {
  if (data.columns) return data.columns;
  const split = data.points.some((point) => point.split);
  return [{ name: "group" }, ...(split ? [{ name: "split" }] : []), { name: "text" }];
}

function table(data) {
  const body = document.createElement("table");
  body.className = "table table-sm";
  const columns = columnsOf(data);
  if (data.columns) {
    const head = body.createTHead().insertRow();
    columns.forEach((column) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = column.label;
      head.append(cell);
    });
  }
  const lines = body.createTBody();
  (data.rows || data.points).forEach((row) => {
    const line = lines.insertRow();
    columns.forEach((column, place) => {
      const cell = line.insertCell();
      const said = row[column.name] ?? "";
      if (place === 0 && row.url) {
        const link = document.createElement("a");
        link.href = row.url;
        link.textContent = said === "" ? "\u2014" : said;
        cell.append(link);
      } else cell.textContent = said;
    });
  });
  return body;
}

function options(data) {
  if (data.kind === "funnel" || data.kind === "pie") {
    const [name, value] = columnsOf(data).map((column) => column.name);
    const shown = data.points || data.rows.map((row) => ({ group: row[name], value: row[value], url: row.url }));
    return { tooltip: { renderMode: "richText" }, series: [{ type: data.kind, radius: "70%", sort: "none",
      data: shown.map((point) => ({ name: point.group, value: point.value, url: point.url })) }] };
  }
  // Several series stand on each other; lines that do are drawn as areas, else they would be read as values of their own.
  const stacked = data.series.length > 1;
  const shape = data.kind === "line" ? { type: "line", areaStyle: stacked ? { opacity: 0.3 } : undefined } : { type: "bar" };
  return { tooltip: { trigger: "axis", renderMode: "richText" }, legend: stacked ? { top: 0, type: "scroll" } : undefined,
    grid: { containLabel: true, left: 8, right: 8, bottom: 8, top: 36 },
    xAxis: { type: "category", data: data.categories }, yAxis: { type: "value" },
    series: data.series.map((each) => ({ ...shape, name: each.name, data: each.data, stack: stacked ? "all" : undefined })) };
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
