// A curve of the goal by steps or epochs, with what is validated beside it.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {[number, number, number | null][]} points how many, the goal, the goal of what is validated
 * @param {string} what steps or epochs
 */
export function curve(points, what) {
  const [width, height, left, low] = [420, 150, 56, 20];
  const values = points.flatMap((point) => [point[1], ...(typeof point[2] === "number" ? [point[2]] : [])]).filter(Number.isFinite);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const [start, end] = [points[0][0], points[points.length - 1][0]];
  const x = (/** @type {number} */ step) => left + ((step - start) / (end - start || 1)) * (width - left - 8);
  const y = (/** @type {number} */ value) => 8 + (1 - (value - min) / (max - min || 1)) * (height - low - 12);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "curve");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  const short = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));
  svg.setAttribute("aria-label", `from ${short(points[0][1])} to ${short(points[points.length - 1][1])} in ${end} ${what}`);
  const add = (/** @type {string} */ tag, /** @type {Record<string, string | number>} */ attributes, words = "") => {
    const out = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, String(value));
    out.textContent = words;
    svg.append(out);
  };
  add("line", { x1: left, x2: left, y1: 8, y2: height - low });
  add("line", { x1: left, x2: width - 8, y1: height - low, y2: height - low });
  add("text", { x: left - 6, y: 14, "text-anchor": "end" }, short(max));
  add("text", { x: left - 6, y: height - low, "text-anchor": "end" }, short(min));
  add("text", { x: left, y: height - 5 }, String(start));
  add("text", { x: width - 8, y: height - 5, "text-anchor": "end" }, `${end} ${what}`);
  const path = (/** @type {1 | 2} */ which) => {
    const own = points.filter((point) => Number.isFinite(point[which]));
    return own.map((point, i) => `${i ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(Number(point[which])).toFixed(1)}`).join("");
  };
  add("path", { d: path(1) });
  if (points.some((point) => typeof point[2] === "number")) {
    add("path", { d: path(2), class: "valid" });
    const last = points[points.length - 1];
    add("text", { x: width - 10, y: Math.max(14, y(Number(last[2])) - 5), "text-anchor": "end" }, "valid");
  }
  return svg;
}
