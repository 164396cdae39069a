// The graph of a goal as a picture: what stands on nothing at the top, the goal at the bottom; on each box its value above and
// the goal's derivative by it below.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {{node: string, from: string[], expression?: string, shape: number[], value_text?: string, derivative_text?: string}} Stage
 * @typedef {{id: string, stage: Stage | null, layer: number, x: number, width: number, up: Box[], down: Box[]}} Box
 */

/** So many boxes are drawn; a longer graph is read as a list. */
const MOST = 60;
const [TALL, GAP, CHAR, HIGH] = [26, 18, 7.3, 92];

/** @param {string} words @param {number} most */
function cut(words, most) {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** @param {string | undefined} words @param {number[]} shape */
function short(words, shape) {
  return words === undefined ? "" : words.length > 14 ? `[${shape.join(", ")}]` : words;
}

/** The boxes in their layers; an edge over several layers has a place in each. @param {Stage[]} stages */
function layers(stages) {
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  for (const stage of stages) {
    const words = stage.expression ? `${stage.node} = ${cut(stage.expression, 24)}` : stage.node;
    // The numbers stand right of the middle, and reach at most into the gap.
    const number = Math.max(short(stage.value_text, stage.shape).length, short(stage.derivative_text, stage.shape).length) * CHAR;
    const width = Math.max(words.length * CHAR + 16, 2 * (number + 8 - GAP));
    const layer = Math.max(0, ...stage.from.map((name) => (boxes.get(name)?.layer ?? -1) + 1));
    boxes.set(stage.node, { id: stage.node, stage, layer, x: 0, width, up: [], down: [] });
  }
  // What stands on nothing stands right above where it is used first.
  for (const stage of stages) {
    const box = boxes.get(stage.node);
    const users = stages.filter((other) => other.from.includes(stage.node)).map((other) => boxes.get(other.node)?.layer ?? 0);
    if (box && stage.from.length === 0 && users.length) box.layer = Math.min(...users) - 1;
  }
  /** @type {Box[]} */
  const all = [...boxes.values()];
  for (const stage of stages) {
    for (const name of new Set(stage.from)) {
      let above = boxes.get(name);
      const below = boxes.get(stage.node);
      if (!above || !below) continue;
      for (let layer = above.layer + 1; layer < below.layer; layer += 1) {
        /** @type {Box} */
        const way = { id: `${name} ${stage.node} ${layer}`, stage: null, layer, x: 0, width: 8, up: [above], down: [] };
        above.down.push(way);
        all.push(way);
        above = way;
      }
      above.down.push(below);
      below.up.push(above);
    }
  }
  /** @type {Box[][]} */
  const rows = Array.from({ length: Math.max(0, ...all.map((box) => box.layer)) + 1 }, () => []);
  for (const box of all) rows[box.layer].push(box);
  return rows;
}

/** Puts each row in the order of what it is connected with, and beside each other. @param {Box[][]} rows */
function place(rows) {
  const middle = (/** @type {Box[]} */ boxes) => boxes.reduce((sum, box) => sum + box.x + box.width / 2, 0) / boxes.length;
  const spread = (/** @type {Box[]} */ row) => {
    let x = 0;
    for (const box of row) {
      box.x = x;
      x += box.width + GAP;
    }
  };
  rows.forEach(spread);
  for (let sweep = 0; sweep < 6; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map((box) => [box, (down ? box.up : box.down).length ? middle(down ? box.up : box.down) : box.x + box.width / 2]));
      row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      // Each as near to its place as the one before lets it; then what is too far right goes back as one.
      let free = -Infinity;
      let off = 0;
      for (const box of row) {
        const own = (wanted.get(box) ?? 0) - box.width / 2;
        box.x = Math.max(own, free);
        off += box.x - own;
        free = box.x + box.width + GAP;
      }
      for (const box of row) box.x -= off / row.length;
    }
  }
  const left = Math.min(...rows.flat().map((box) => box.x));
  for (const box of rows.flat()) box.x += 8 - left;
}

/**
 * @param {{goal: string, nodes: Stage[]}} graph
 * @param {{look: (name: string) => void, explain: (name: string) => void}} page
 * @returns {SVGElement | null}
 */
export function drawn(graph, page) {
  if (!graph.nodes.length || graph.nodes.length > MOST) return null;
  const rows = layers(graph.nodes);
  place(rows);
  const width = Math.max(...rows.flat().map((box) => box.x + box.width)) + GAP + 4;
  const height = rows.length * HIGH + 4;
  const make = (/** @type {string} */ tag, /** @type {Record<string, string | number>} */ attributes, words = "") => {
    const out = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, String(value));
    if (words) out.textContent = words;
    return out;
  };
  const svg = /** @type {SVGElement} */ (make("svg", { viewBox: `0 0 ${width.toFixed(0)} ${height}`, width: width.toFixed(0), height, class: "drawn", role: "group", "aria-label": `graph of ${graph.goal}` }));
  const top = (/** @type {Box} */ box) => box.layer * HIGH + 28;
  for (const box of rows.flat()) {
    for (const next of box.down) {
      const [x, y] = [box.x + box.width / 2, top(box) + TALL];
      const [to, end] = [next.x + next.width / 2, top(next)];
      const bend = (end - y) / 2;
      const from = box.stage ? box.id : box.id.split(" ")[0];
      const goal = next.stage ? next.id : next.id.split(" ")[1];
      svg.append(make("path", { d: `M${x.toFixed(1)} ${y} C${x.toFixed(1)} ${y + bend} ${to.toFixed(1)} ${end - bend} ${to.toFixed(1)} ${end}`, class: "edge", "data-from": from, "data-to": goal }));
      if (!box.stage) svg.append(make("path", { d: `M${x.toFixed(1)} ${top(box)} V${y}`, class: "edge", "data-from": from, "data-to": box.id.split(" ")[1] }));
    }
  }
  for (const box of rows.flat()) {
    const stage = box.stage;
    if (!stage) continue;
    const [value, slope] = [short(stage.value_text, stage.shape), short(stage.derivative_text, stage.shape)];
    const words = [`${stage.node}${stage.expression ? ` = ${stage.expression}` : ""}`, value && `value ${value}`, slope && `d${graph.goal}/d${stage.node} = ${slope}`];
    const own = make("g", { class: `box${stage.from.length ? "" : " leaf"}`, tabindex: 0, role: "button", "data-node": stage.node, "aria-label": words.filter(Boolean).join(", ") });
    const x = box.x + box.width / 2;
    own.append(make("rect", { x: box.x.toFixed(1), y: top(box), width: box.width.toFixed(1), height: TALL, rx: stage.from.length ? 4 : 13 }));
    const text = make("text", { x: x.toFixed(1), y: top(box) + 17, class: "what" });
    text.append(make("tspan", { class: "name" }, stage.node), stage.expression ? ` = ${cut(stage.expression, 24)}` : "");
    own.append(text, make("text", { x: (x + 5).toFixed(1), y: top(box) - 6, class: "value", "text-anchor": "start" }, value));
    own.append(make("text", { x: (x + 5).toFixed(1), y: top(box) + TALL + 14, class: "slope", "text-anchor": "start" }, stage.node === graph.goal ? "" : slope));
    own.addEventListener("mouseenter", () => page.look(stage.node));
    own.addEventListener("focus", () => page.look(stage.node));
    const explain = () => slope && stage.node !== graph.goal && page.explain(stage.node);
    own.addEventListener("click", explain);
    own.addEventListener("keydown", (event) => {
      if (event instanceof KeyboardEvent && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        explain();
      }
    });
    svg.append(own);
  }
  return svg;
}
