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
    return { tooltip: { renderMode: "richText" }, series: [{ type: data.kind, sort: "none",
      data: shown.map((point) => ({ name: point.group, value: point.value, url: point.url })) }] };
  }
  // Several series stand on each other; lines that do are drawn as areas, else they would be read as values of their own.
  const stacked = data.series.length > 1;
  const shape = data.kind === "line" ? { type: "line", areaStyle: stacked ? { opacity: 0.3 } : undefined } : { type: "bar" };
  return { tooltip: { trigger: "axis", renderMode: "richText" }, legend: stacked ? { top: 0, type: "scroll" } : undefined,
    grid: { containLabel: true, left: 8, right: 16, bottom: 8, top: stacked ? 36 : 16 },
    xAxis: { type: "category", data: data.categories }, yAxis: { type: "value" },
    series: data.series.map((each) => ({ ...shape, name: each.name, data: each.data, stack: stacked ? "all" : undefined })) };
}

/* The colours of the page, in the light and in the dark. */
function coloured(option, place) {
  const style = getComputedStyle(place);
  const text = style.color;
  // As the browser draws it: the variable itself may be an expression that no canvas understands.
  const line = getComputedStyle(place.parentElement).borderTopColor;
  const axis = { axisLabel: { color: text }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  const dyed = { ...option, textStyle: { color: text } };
  if (dyed.legend) dyed.legend = { ...dyed.legend, textStyle: { color: text } };
  if (dyed.xAxis) { dyed.xAxis = { ...axis, splitLine: undefined, ...dyed.xAxis }; dyed.yAxis = { ...axis, ...dyed.yAxis }; }
  const round = dyed.series.some((each) => each.type === "pie" || each.type === "funnel");
  if (round) {
    // Beside a pie on a phone there is no room for words.
    const narrow = place.clientWidth < 400;
    dyed.series = dyed.series.map((each) => ({ ...each, radius: narrow ? "60%" : "70%", label: { color: text, show: !narrow || each.type === "funnel" } }));
    if (narrow) dyed.legend = { bottom: 0, textStyle: { color: text } };
  }
  return dyed;
}

function isEmpty(data) {
  return !(data.rows || data.points).length;
}

async function draw(place) {
  const answer = await fetch(place.dataset.chart, { headers: { Accept: "application/json" } });
  const data = await answer.json();
  if (!answer.ok) { place.textContent = Object.values(data.problems || {}).join(" ") || data.message; return; }
  const beside = place.parentElement.querySelector("[data-chart-table]");
  if (isEmpty(data) && place.dataset.chartEmpty) {
    place.textContent = place.dataset.chartEmpty;
    place.classList.add("chart-empty");
    (beside.closest("details") || beside).remove();
    return;
  }
  beside.append(table(data));
  if (data.rows && data.kind !== "funnel") { place.remove(); return; }
  const chart = window.echarts.init(place);
  chart.setOption(coloured(options(data), place));
  chart.on("click", (event) => {
    const found = (data.points || []).find((point) => point.group === event.name && (!event.seriesName || point.split === event.seriesName || !point.split));
    const url = (event.data && event.data.url) || (found && found.url);
    if (url) window.location.assign(url);
  });
  window.addEventListener("resize", () => chart.resize());
  new MutationObserver(() => chart.setOption(coloured(options(data), place)))
    .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}

/* On the first page a chart is asked for when it comes into sight. */
document.addEventListener("DOMContentLoaded", () => {
  const watcher = new IntersectionObserver((seen) => {
    seen.filter((each) => each.isIntersecting).forEach((each) => {
      watcher.unobserve(each.target);
      draw(each.target);
    });
  }, { rootMargin: "200px" });
  document.querySelectorAll("[data-chart]").forEach((place) => ("chartLater" in place.dataset ? watcher.observe(place) : draw(place)));
});
