"use strict";
/* The report's own script: sorting and filtering of tables, Pareto plots, structures drawn when they are opened. */

const data = JSON.parse(document.getElementById("data").textContent);
/* plotly's own default offers to upload a plot to its makers' server; a report stays where it is. */
const config = { displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "", modeBarButtonsToRemove: ["lasso2d", "select2d"] };
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/* ---- tables ---- */

function sortKey(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.sort ?? cell.textContent.trim();
  const number = Number(text);
  return text === "" ? null : Number.isNaN(number) ? text : number;
}

/* What is missing stays last in both directions. */
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortTable(table, column, descending) {
  const body = table.tBodies[0];
  const sign = descending ? -1 : 1;
  const rows = Array.from(body.rows, (row) => [sortKey(row, column), row]);
  rows.sort((one, other) => compare(one[0], other[0], sign));
  body.append(...rows.map(([, row]) => row));
  for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
  table.tHead.rows[0].cells[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
  table.dispatchEvent(new Event("sorted"));
}

function makeSortable(table) {
  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    heading.tabIndex = 0;
    const sort = () => sortTable(table, column, heading.getAttribute("aria-sort") === "ascending");
    heading.addEventListener("click", sort);
    heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
}

const ROWS_AT_FIRST = 500;

function makeFilter(table) {
  const field = document.getElementById("filter");
  const more = document.getElementById("more");
  const texts = new Map(Array.from(table.tBodies[0].rows, (row) => [row, row.textContent.toLowerCase()]));
  let limit = ROWS_AT_FIRST;
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of table.tBodies[0].rows) {
      const match = words.every((word) => texts.get(row).includes(word));
      found += match;
      row.hidden = !match || found > limit;
    }
    const shown = Math.min(found, limit);
    document.getElementById("shown").textContent =
      words.length || shown < found ? `${shown} of ${found} shown${words.length ? ` (${texts.size} in all)` : ""}` : "";
    more.hidden = shown === found;
  };
  field.addEventListener("input", apply);
  table.addEventListener("sorted", apply);
  more.addEventListener("click", () => { limit = Infinity; apply(); });
  apply();
}

/* ---- Pareto plots ---- */

const POINTS_WITH_BARS = 500;

/* One standard uncertainty below and above; of a number compared by ratio it is that of the logarithm, so that none reaches zero. */
function interval(value, uncertainty, byRatio) {
  const factor = Math.exp(uncertainty / value);
  return byRatio && value > 0 ? [value / factor, value * factor] : [value - uncertainty, value + uncertainty];
}

function bar(points, byRatio, paint = colour("passed_by")) {
  const away = (side) => points.map(([value, uncertainty]) => Math.abs(interval(value, uncertainty ?? 0, byRatio)[side] - value));
  return { type: "data", symmetric: false, array: away(1), arrayminus: away(0), thickness: 1, width: 0, color: paint };
}

function symbol(x, y) {
  if (y[2]) return y[2] === "upper" ? "triangle-down" : "triangle-up";
  if (x[2]) return x[2] === "upper" ? "triangle-left" : "triangle-right";
  return "circle";
}

/* The front of two objectives: best in the first, then every one that is better in the second than all before. */
function frontOfTwo(points, x, y, axes) {
  const better = (axis, a, b) => (axes[axis].goal === "max" ? b - a : a - b);
  const sorted = [...points].sort((p, q) => better(x, p.values[x][0], q.values[x][0]) || better(y, p.values[y][0], q.values[y][0]));
  const front = [];
  for (const point of sorted) {
    if (!front.length || better(y, point.values[y][0], front[front.length - 1].values[y][0]) < 0) front.push(point);
  }
  return front;
}

function axisLayout(axis) {
  return {
    title: { text: `${escapeHtml(axis.label)} ${axis.goal === "max" ? "↑" : "↓"}`, standoff: 10 }, type: axis.logarithmic ? "log" : "linear",
    exponentformat: "power", gridcolor: colour("grid"), zerolinecolor: colour("line"), linecolor: colour("soft"), showline: true, ticks: "outside",
    tickcolor: colour("soft"), automargin: true,
  };
}

function drawPareto(figure) {
  const plot = data.plots[figure.dataset.role];
  const [x, y] = ["x", "y"].map((name) => Number(figure.querySelector("select." + name).value));
  const drawable = (value, axis) => value !== null && (!axis.logarithmic || value[0] > 0);
  const points = plot.points.filter((p) => drawable(p.values[x], plot.axes[x]) && drawable(p.values[y], plot.axes[y]));
  const left = plot.points.length - points.length;
  figure.querySelector(".counted").textContent = [
    left ? `${left} without both values not drawn` : "", points.length > POINTS_WITH_BARS ? "too many points for bars of uncertainty" : "",
  ].filter(Boolean).join("; ");
  /* The legend shows the first point's sign: one that is no bound comes first. */
  points.sort((p, q) => (symbol(p.values[x], p.values[y]) !== "circle") - (symbol(q.values[x], q.values[y]) !== "circle"));
  const trace = (some, name, marker) => ({
    /* Not scattergl: it compiles code at run time, which the page's security policy forbids. */
    type: "scatter", mode: "markers", name,
    x: some.map((p) => p.values[x][0]), y: some.map((p) => p.values[y][0]), customdata: some.map((p) => p.id),
    ...(points.length > POINTS_WITH_BARS ? {} : {
      error_x: bar(some.map((p) => p.values[x]), plot.axes[x].logarithmic),
      error_y: bar(some.map((p) => p.values[y]), plot.axes[y].logarithmic),
    }),
    text: some.map((p) => `<b>${escapeHtml(p.formula)}</b> ${escapeHtml(p.id)}<br>rank ${p.rank}` +
      [x, y].map((axis) => `<br>${escapeHtml(plot.axes[axis].name)}: ${escapeHtml(p.values[axis][3])}`).join("")),
    hoverinfo: "text", marker: { size: 10, symbol: some.map((p) => symbol(p.values[x], p.values[y])), ...marker },
  });
  const front = frontOfTwo(points, x, y, plot.axes);
  const traces = [
    { type: "scatter", mode: "lines", name: "front of the two shown", x: front.map((p) => p.values[x][0]), y: front.map((p) => p.values[y][0]),
      line: { color: colour("accent"), width: 1.5, dash: "dot" }, hoverinfo: "skip" },
    trace(points.filter((p) => !p.pareto), "others", { color: colour("paper"), line: { color: colour("soft"), width: 1.6 } }),
    trace(points.filter((p) => p.pareto), "Pareto front of all objectives", { color: colour("accent"), line: { color: colour("accent"), width: 1.6 } }),
  ];
  const labelled = points.filter((p) => p.pareto);
  if (labelled.length <= 25) {
    Object.assign(traces[2], { mode: "markers+text", texttemplate: labelled.map((p) => escapeHtml(p.formula).replace(/(\d+(?:\.\d+)?)/g, "<sub>$1</sub>")),
      textposition: "top right", textfont: { size: 11, color: colour("ink") } });
    traces[2].hovertext = traces[2].text;
    delete traces[2].text;
    traces[2].hovertemplate = "%{hovertext}<extra></extra>";
  }
  const layout = {
    xaxis: axisLayout(plot.axes[x]), yaxis: axisLayout(plot.axes[y]), margin: { l: 60, r: 20, t: 30, b: 50 }, hovermode: "closest",
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: "inherit", size: 12.5, color: colour("ink") },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" }, hoverlabel: { align: "left" },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("passed_by"), activecolor: colour("accent") },
  };
  const place = figure.querySelector(".plot");
  Plotly.react(place, traces, layout, config).then(() => {
    place.removeAllListeners("plotly_click");
    place.on("plotly_click", (event) => { const id = event.points[0].customdata; if (data.anchors[id]) location.hash = data.anchors[id]; });
  });
}

function makePareto(figure) {
  const axes = data.plots[figure.dataset.role].axes;
  ["x", "y"].forEach((name, chosen) => {
    const select = figure.querySelector("select." + name);
    axes.forEach((axis, index) => select.add(new Option(axis.name, index, index === chosen, index === chosen)));
    select.addEventListener("change", () => drawPareto(figure));
  });
  drawPareto(figure);
}

/* ---- structures ---- */

/* A sphere of unit radius: an octahedron whose faces are divided, points pushed out. */
function unitSphere(divisions) {
  let points = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]];
  let faces = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];
  for (let round = 0; round < divisions; round++) {
    const middles = new Map();
    const middle = (a, b) => {
      const key = a < b ? `${a} ${b}` : `${b} ${a}`;
      if (!middles.has(key)) {
        const p = points[a].map((value, axis) => value + points[b][axis]);
        const length = Math.hypot(...p);
        middles.set(key, points.push(p.map((value) => value / length)) - 1);
      }
      return middles.get(key);
    };
    faces = faces.flatMap(([a, b, c]) => {
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      return [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]];
    });
  }
  return { points, faces };
}

function cartesian(lattice, f) {
  return [0, 1, 2].map((axis) => f[0] * lattice[0][axis] + f[1] * lattice[1][axis] + f[2] * lattice[2][axis]);
}

/* All atoms of the cells shown, with the copies on the far faces that make a cell look complete. */
function atomsShown(drawing, repeat) {
  const near = 0.02;
  const atoms = [];
  drawing.positions.forEach((position, index) => {
    const starts = position.map((value) => (value > 1 - near ? value - 1 : value));
    const along = starts.map((start) => { const all = []; for (let value = start; value <= repeat + near / 2; value += 1) all.push(value); return all; });
    for (const a of along[0]) for (const b of along[1]) for (const c of along[2]) {
      atoms.push({ symbol: drawing.symbols[index], site: index + 1, at: cartesian(drawing.lattice, [a, b, c]) });
    }
  });
  return atoms;
}

/* Bonds join anions to what is not one, or two nonmetals; those of the most mobile elements only where there are no others. */
function bondsAmong(atoms) {
  const mobile = new Set(["Li", "Na", "K"]);
  const found = { framework: [], mobile: [] };
  for (let i = 0; i < atoms.length; i++) for (let j = i + 1; j < atoms.length; j++) {
    const [one, other] = [data.elements[atoms[i].symbol], data.elements[atoms[j].symbol]];
    if (one.anion === other.anion && !(one.nonmetal && other.nonmetal)) continue;
    const reach = 1.2 * (one.radius + other.radius);
    const step = atoms[i].at.map((value, axis) => atoms[j].at[axis] - value);
    if (Math.abs(step[0]) > reach || Math.hypot(...step) > reach) continue;
    (mobile.has(atoms[i].symbol) || mobile.has(atoms[j].symbol) ? found.mobile : found.framework).push([atoms[i].at, atoms[j].at]);
  }
  return found.framework.length ? found.framework : found.mobile;
}

function mesh(extra) {
  return { type: "mesh3d", x: [], y: [], z: [], i: [], j: [], k: [], flatshading: false,
    lighting: { ambient: 0.6, diffuse: 0.6, specular: 0.25, roughness: 0.4, fresnel: 0.05 },
    lightposition: { x: 40000, y: 100000, z: 80000 }, ...extra };
}

function addPoints(trace, points, faces) {
  const base = trace.x.length;
  for (const p of points) { trace.x.push(p[0]); trace.y.push(p[1]); trace.z.push(p[2]); }
  for (const f of faces) { trace.i.push(base + f[0]); trace.j.push(base + f[1]); trace.k.push(base + f[2]); }
}

function sphereTraces(atoms) {
  const sphere = unitSphere(atoms.length > 400 ? 1 : atoms.length > 120 ? 2 : 3);
  const traces = new Map();
  for (const atom of atoms) {
    const style = data.elements[atom.symbol];
    if (!traces.has(atom.symbol)) traces.set(atom.symbol, mesh({ color: style.colour, name: atom.symbol, text: [], hoverinfo: "text" }));
    const trace = traces.get(atom.symbol);
    const radius = 0.25 + 0.22 * style.radius;
    addPoints(trace, sphere.points.map((p) => p.map((value, axis) => atom.at[axis] + radius * value)), sphere.faces);
    const text = `${escapeHtml(atom.symbol)}, site ${atom.site}`;
    for (let n = 0; n < sphere.points.length; n++) trace.text.push(text);
  }
  return [...traces.values()];
}

function cross(a, b) { return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]; }
function scaled(a, length) { const now = Math.hypot(...a); return a.map((value) => (value * length) / now); }

function bondTrace(bonds) {
  const trace = mesh({ color: colour("passed_by"), hoverinfo: "skip", name: "bonds" });
  const sides = 8, radius = 0.09;
  for (const [from, to] of bonds) {
    const along = to.map((value, axis) => value - from[axis]);
    const one = scaled(cross(along, Math.abs(along[0]) < 0.9 * Math.hypot(...along) ? [1, 0, 0] : [0, 1, 0]), radius);
    const other = scaled(cross(along, one), radius);
    const points = [], faces = [];
    for (let side = 0; side < sides; side++) {
      const [c, s] = [Math.cos((2 * Math.PI * side) / sides), Math.sin((2 * Math.PI * side) / sides)];
      for (const end of [from, to]) points.push(end.map((value, axis) => value + c * one[axis] + s * other[axis]));
      const a = 2 * side, b = (2 * side + 2) % (2 * sides);
      faces.push([a, b, a + 1], [b, b + 1, a + 1]);
    }
    addPoints(trace, points, faces);
  }
  return trace;
}

function cellTrace(lattice, repeat) {
  const line = { x: [], y: [], z: [] };
  const add = (p) => ["x", "y", "z"].forEach((axis, n) => line[axis].push(p ? p[n] : null));
  const steps = [...Array(repeat + 1).keys()];
  for (const u of steps) for (const v of steps) for (const ends of [[[0, u, v], [repeat, u, v]], [[u, 0, v], [u, repeat, v]], [[u, v, 0], [u, v, repeat]]]) {
    ends.forEach((end) => add(cartesian(lattice, end)));
    add(null);
  }
  return { type: "scatter3d", mode: "lines", ...line, line: { color: colour("soft"), width: 2 }, hoverinfo: "skip" };
}

function axisLabels(lattice) {
  const ends = lattice.map((vector) => scaled(vector, Math.hypot(...vector) + 0.9));
  return { type: "scatter3d", mode: "text", x: ends.map((p) => p[0]), y: ends.map((p) => p[1]), z: ends.map((p) => p[2]), text: ["<i>a</i>", "<i>b</i>", "<i>c</i>"],
    textfont: { size: 14, color: colour("ink") }, hoverinfo: "skip" };
}

/* How far the corners of the cells and all atoms reach along each axis, with room for the spheres. */
function reaches(lattice, repeat, atoms) {
  const ends = [0, repeat];
  const corners = ends.flatMap((u) => ends.flatMap((v) => ends.map((w) => cartesian(lattice, [u, v, w]))));
  return [0, 1, 2].map((axis) => {
    const values = [...corners, ...atoms.map((atom) => atom.at)].map((p) => p[axis]);
    return [Math.min(...values) - 1, Math.max(...values) + 1];
  });
}

/* Equal scales on the three axes, and the longest as long as the frame shows. */
function aspect(reach) {
  const spans = reach.map(([low, high]) => high - low);
  const [x, y, z] = spans.map((span) => (1.55 * span) / Math.max(...spans));
  return { x, y, z };
}

function drawStructure(details) {
  const viewer = details.querySelector(".viewer");
  if (!viewer) return;
  const drawings = JSON.parse(viewer.querySelector(".drawings").textContent);
  const drawing = drawings[viewer.querySelector(".which").value];
  const repeat = Number(viewer.querySelector(".repeat").value);
  const atoms = atomsShown(drawing, repeat);
  const traces = [cellTrace(drawing.lattice, repeat), axisLabels(drawing.lattice), ...sphereTraces(atoms)];
  if (viewer.querySelector(".bonds").checked && atoms.length < 3000) traces.push(bondTrace(bondsAmong(atoms)));
  const reach = reaches(drawing.lattice, repeat, atoms);
  const hidden = (axis) => ({ visible: false, showspikes: false, autorange: false, range: reach[axis] });
  const layout = {
    showlegend: false, margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", hoverlabel: { align: "left" }, font: { family: "inherit" }, uirevision: "same",
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("passed_by"), activecolor: colour("accent") },
    scene: { xaxis: hidden(0), yaxis: hidden(1), zaxis: hidden(2), aspectmode: "manual", aspectratio: aspect(reach), dragmode: "orbit",
      camera: { eye: { x: 1.0, y: 2.0, z: 0.65 }, projection: { type: "perspective" } } },
  };
  const scene = viewer.querySelector(".scene");
  try {
    Plotly.react(scene, traces, layout, { ...config, displayModeBar: "hover" });
  } catch (problem) {
    scene.textContent = "This browser cannot draw in three dimensions.";
  }
  viewer.querySelector(".elements").innerHTML = [...new Set(drawing.symbols)]
    .map((name) => `<span><i style="background:${data.elements[name].colour}"></i>${escapeHtml(name)}</span>`).join("");
}

function makeViewer(details) {
  const viewer = details.querySelector(".viewer");
  const redraw = () => { if (details.open) drawStructure(details); };
  redraw();
  details.addEventListener("toggle", () => {
    if (details.open) return drawStructure(details);
    /* A browser keeps only a few three-dimensional drawings alive at once. */
    if (viewer) Plotly.purge(viewer.querySelector(".scene"));
  });
  if (viewer) viewer.querySelectorAll("select, input").forEach((control) => control.addEventListener("change", redraw));
}

/* ---- curves ---- */

/* Stops of viridis, of even steps to the eye; a theme takes the part that stands out from its ground. */
const VIRIDIS = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];

function colourOfStep(step) {
  const [from, to] = colour("sequence").split(" ").map(Number);
  const place = (from + (to - from) * step) * (VIRIDIS.length - 1);
  const stop = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return `rgb(${VIRIDIS[stop].map((value, part) => Math.round(value + (VIRIDIS[stop + 1][part] - value) * (place - stop))).join(",")})`;
}

/* Points in a row whose uncertainties are known. */
function knownRuns(line) {
  const runs = [[]];
  line.y.forEach((value, n) => { if ((line.uncertainty[n] ?? null) !== null) runs[runs.length - 1].push(n); else runs.push([]); });
  return runs.filter((run) => run.length);
}

const FEWEST_IN_A_BAND = 8;
/* On a long line that is a limit only: enough to see to which side. */
const MARKERS_OF_A_LIMIT = 12;
/* The factor beyond the values up to which a band is shown: one of many decades would leave its line flat. */
const WIDEST_BAND = 100;

/* A line with its uncertainty: bands where points are many or compared by ratio, else and at single points bars. */
function lineTraces(line, curve, paint) {
  const runs = knownRuns(line);
  const banded = (run) => run.length > 1 && (curve.by_ratio || run.length >= FEWEST_IN_A_BAND);
  const edge = (run, side) => run.map((n) => interval(line.y[n], line.uncertainty[n], curve.by_ratio)[side]);
  const bands = runs.filter(banded).map((run) => ({
    x: [...run, ...[...run].reverse()].map((n) => line.x[n]), y: [...edge(run, 0), ...edge(run, 1).reverse()], mode: "lines", line: { width: 0 },
    fill: "toself", fillcolor: paint, opacity: 0.18, hoverinfo: "skip", showlegend: false, legendgroup: line.label,
  }));
  const alone = new Set(runs.filter((run) => !banded(run)).flat());
  const bars = alone.size && { error_y: bar(line.y.map((value, n) => [value, alone.has(n) ? line.uncertainty[n] : 0]), curve.by_ratio, paint) };
  return [...bands, {
    x: line.x, y: line.y, name: escapeHtml(line.label), legendgroup: line.label, mode: line.markers || line.bound.length ? "lines+markers" : "lines",
    line: { color: paint, width: 1.6, dash: ["solid", "dash", "dot", "dashdot"][line.beside % 4] },
    marker: { size: 7, color: paint, maxdisplayed: line.markers ? 0 : MARKERS_OF_A_LIMIT, symbol: line.y.map((value, n) => ({ upper: "triangle-down", lower: "triangle-up" })[line.bound[n]] ?? "circle") },
    hovertemplate: curve.lines.length > 1 ? "%{x:.4g}: %{y:.4g}" : "%{x:.4g}: %{y:.4g}<extra></extra>", ...bars,
  }];
}

/* The title of an axis in two lines, where one would be longer than the figure is high. */
const LONGEST_TITLE = 34;
function wrapped(title) {
  if (title.length <= LONGEST_TITLE) return title;
  const spaces = [...title.matchAll(/ /g)].map((found) => found.index);
  const middle = spaces.reduce((best, place) => (Math.abs(place - title.length / 2) < Math.abs(best - title.length / 2) ? place : best), 0);
  return middle ? `${title.slice(0, middle)}\n${title.slice(middle + 1)}` : title;
}

function drawCurve(figure) {
  const curve = JSON.parse(figure.querySelector("script").textContent);
  const paint = (line) => (line.step !== null ? colourOfStep(line.step) : colour(line.beside ? "soft" : "accent"));
  const traces = curve.lines.map((line) => lineTraces(line, curve, paint(line)));
  /* Bands lie below all lines. */
  const ordered = [...traces.flatMap((some) => some.slice(0, -1)), ...traces.map((some) => some[some.length - 1])];
  const axis = (title, logarithmic) => ({ title: { text: escapeHtml(wrapped(title)).replace("\n", "<br>"), font: { size: 12 } }, color: colour("ink"), gridcolor: colour("line"),
    zerolinecolor: colour("line"), automargin: true, exponentformat: "power", type: logarithmic ? "log" : "linear", ...(logarithmic && { nticks: 6 }) });
  const several = curve.lines.length > 1;
  const known = curve.lines.flatMap((line) => line.y);
  const clip = curve.y_logarithmic && { autorangeoptions: { clipmin: Math.min(...known) / WIDEST_BAND, clipmax: Math.max(...known) * WIDEST_BAND } };
  const layout = {
    height: figure.querySelector(".plot").clientHeight, margin: { l: 60, r: 12, t: 12, b: 44 }, showlegend: several, font: { family: "inherit", color: colour("ink") },
    legend: { font: { size: 11 }, tracegroupgap: 0, bgcolor: "rgba(0,0,0,0)" },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis(curve.x_label, curve.x_logarithmic), yaxis: { ...axis(curve.y_label, curve.y_logarithmic), ...clip },
  };
  Plotly.react(figure.querySelector(".plot"), ordered, layout, { ...config, displayModeBar: false });
}

function drawCurves(details) {
  details.querySelectorAll("figure.curve").forEach((figure) => (details.open ? drawCurve(figure) : Plotly.purge(figure.querySelector(".plot"))));
}

function makeCurves(details) {
  drawCurves(details);
  details.addEventListener("toggle", () => drawCurves(details));
}

/* ---- the page ---- */

function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") {
    target.open = true;
    target.scrollIntoView();
  }
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelectorAll("table.ranking").forEach((table) => sortTable(table, 0, false));
makeFilter(document.getElementById("candidates"));
document.querySelectorAll("details.candidate").forEach(makeViewer);
document.querySelectorAll("details.candidate").forEach(makeCurves);
document.querySelectorAll("figure.pareto").forEach(makePareto);
window.addEventListener("hashchange", openTarget);
/* A second click on the same link changes no hash, and yet the reader wants the details open. */
document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a");
  if (anchor && anchor.hash && anchor.hash === location.hash) openTarget();
});
openTarget();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.querySelectorAll("figure.pareto").forEach(drawPareto);
  document.querySelectorAll("details.candidate[open]").forEach((details) => { drawStructure(details); drawCurves(details); });
});
document.body.dataset.ready = "true";
