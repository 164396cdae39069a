// The page: the program on the left, answers beside their lines, the graph and what is looked at on the right. The server has
// the text and evaluates it; here it is shown, and what is typed and moved is sent.

import { math } from "/math.js";
import { hunk, merge, moved } from "/text.js";
import { curve } from "/curve.js";
import { drawn } from "/graph.js";
import { Learning } from "/learn.js";
import { evaluate, number } from "/scalar.js";

/**
 * @typedef {{start: number, end: number, text: string}} Edit
 * @typedef {{level: string, code: string, message: string, line: number | null, help?: string, notes: string[], edits?: Edit[],
 *   labels: {start?: number, end?: number, text: string, line?: number, file?: string}[]}} Problem
 * @typedef {{name: string, line: number, shape: number[], cells: [number, number, number][]}} Slider
 * @typedef {{name: string, what: string, line: number, shape: string, whole: boolean, sizes?: number[], text?: string}} Named
 * @typedef {{node: string, from: string[], expression?: string, shape: number[], value_text?: string,
 *   derivative_text?: string}} Stage
 * @typedef {{line: number, statement: string, doc: [string, string][][], latex: string[], svg?: string,
 *   curve: [number, number, number | null][], stale?: boolean}} Answer
 * @typedef {{done: number, of: number | null, runs: boolean}} Training
 * @typedef {{version: number, round: number, learning: Training | null, starts: {line: number, says: string}[], text: string, file: string | null, saved: boolean, can_undo: boolean, can_redo: boolean,
 *   theirs: boolean, notice: string, interrupted: boolean, needs_name?: boolean, learns: boolean, problems: Problem[],
 *   colours: (number | string)[], sliders: Slider[], names?: Named[], answers: Answer[], holds: number[], goals?: string[],
 *   graph?: {goal: string, nodes: Stage[], svg?: string}}} State
 */

/** @template {HTMLElement} T @param {string} id @returns {T} */
const by = (id) => /** @type {T} */ (document.getElementById(id));

const text = /** @type {HTMLTextAreaElement} */ (by("text"));
const colours = by("colours");
const notes = by("notes");

/** What the server said last, its places moved with what was typed since. @type {State | null} */
let state = null;
/** The text that the places belong to. */
let placed = "";
/** What is typed and not sent. */
let dirty = false;
let sending = false;
/** The gesture that the changes belong to: it is taken back at once. */
let group = "";
let gestures = 0;
let typed = 0;
/** @type {string | null} */
let goal = null;
/** The name that is looked at. @type {string | null} */
let looked = null;
/** How far each slider goes. @type {Map<string, {min: number, max: number, step: number}>} */
const ranges = new Map();

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} content
 */
function make(tag, attributes, ...content) {
  const out = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...content);
  return out;
}

/**
 * What a report holds: the state, the graph of its numbers, and what the derivatives are explained by.
 * @typedef {{nodes: import("/scalar.js").Nodes, values: Record<string, number>, slopes: Record<string, number>,
 *   slots: Record<string, number>, free: string[]}} Numbers
 * @type {{state: State, numbers: Numbers | null, explained: Record<string, any>} | null}
 */
let frozen = null;

// What is sent.

/** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function post(path, body = {}) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${(await answer.text()).trim()}`);
  return answer.json();
}

/** Sends what is typed, one request at a time: a slow answer is overtaken by the newest text. */
async function send() {
  if (sending || !state || frozen) return;
  sending = true;
  while (dirty) {
    dirty = false;
    const sent = text.value;
    try {
      take(await post("/edit", { version: state.version, text: sent, group, goal }), sent);
      offline(false);
    } catch (error) {
      dirty = true;
      offline(true);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  sending = false;
}

/** What is asked of the session besides: after what is typed. @param {string} path @param {unknown} [body] */
async function command(path, body = {}) {
  if (frozen) return;
  while (sending || dirty) {
    send();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  sending = true;
  try {
    take(await post(path, body), text.value);
    offline(false);
  } catch (error) {
    offline(true);
  }
  sending = false;
  if (dirty) send();
}

let away = false;
/** @param {boolean} is */
function offline(is) {
  if (is === away) return;
  away = is;
  notice(is ? "nnlang does not answer. What you type is kept here, and sent when it answers again." : "");
}

/** @param {string} words @param {...HTMLElement} buttons */
function notice(words, ...buttons) {
  const place = by("notice");
  place.hidden = !words;
  place.replaceChildren(words, ...buttons);
}

/** Takes in what the server says; `sent` is the text that it was told. @param {State} told @param {string} sent */
function take(told, sent) {
  const local = text.value;
  if (told.interrupted && state) {
    // Something newer is on its way: what is shown stays until it is answered.
    Object.assign(state, { version: told.version, saved: told.saved, can_undo: told.can_undo, can_redo: told.can_redo });
  } else {
    state = told;
    placed = told.text;
  }
  if (told.text !== local) {
    const both = local === sent ? told.text : merge(sent, local, told.text) ?? local;
    if (both !== local) put(both);
    if (both !== told.text) dirty = true;
    follow();
  }
  show();
  if (told.needs_name) {
    by("naming").hidden = false;
    by("name").focus();
  }
  if (!told.interrupted) learning.follow(told);
}

// What is typed and moved.

/** Another text in the place of the one that is there; the cursor stays where it was. @param {string} value */
function put(value) {
  const change = hunk(text.value, value);
  const [start, end] = [moved(text.selectionStart, change), moved(text.selectionEnd, change)];
  const has = document.activeElement === text;
  text.value = value;
  if (has) text.setSelectionRange(start, end);
}

/** Moves the places of what is shown to where they are in the text as it is now. */
function follow() {
  if (!state || placed === text.value) return;
  const change = hunk(placed, text.value);
  const at = (/** @type {number} */ place) => moved(place, change);
  // What is typed at the end of a word or number belongs to it.
  const end = (/** @type {number} */ place) => (place === change.start && place === change.end ? place + change.text.length : at(place));
  for (let i = 0; i < state.colours.length; i += 3) {
    const [start, length] = [Number(state.colours[i]), Number(state.colours[i + 1])];
    const last = end(start + length);
    state.colours[i] = at(start);
    state.colours[i + 1] = Math.max(0, last - Number(state.colours[i]));
  }
  for (const slider of state.sliders) for (const cell of slider.cells) [cell[0], cell[1]] = [at(cell[0]), end(cell[1])];
  for (const problem of state.problems) {
    for (const place of [...problem.labels, ...(problem.edits ?? [])]) {
      if (place.start !== undefined && place.end !== undefined) [place.start, place.end] = [at(place.start), at(place.end)];
    }
  }
  const lines = (/** @type {string} */ part) => part.split("\n").length - 1;
  const [gone, come] = [lines(placed.slice(change.start, change.end)), lines(change.text)];
  if (gone !== come) {
    const first = lines(placed.slice(0, change.start)) + 1;
    const line = (/** @type {number} */ own) => (own > first + gone ? own + come - gone : Math.min(own, first + come));
    for (const one of [...(state.names ?? []), ...state.answers, ...state.sliders, ...state.starts]) if (one.line > first) one.line = line(one.line);
    for (const problem of state.problems) if (problem.line && problem.line > first) problem.line = line(problem.line);
  }
  placed = text.value;
}

/** The text is another: shown at once, and sent. @param {string} kind */
function changed(kind) {
  group = kind;
  dirty = true;
  follow();
  if (frozen) recompute();
  show();
  send();
}

/** Edits, all at once. @param {Edit[]} edits @param {string} kind */
function apply(edits, kind) {
  let value = text.value;
  for (const edit of [...edits].sort((a, b) => b.start - a.start)) value = value.slice(0, edit.start) + edit.text + value.slice(edit.end);
  put(value);
  changed(kind);
}

function gesture() {
  gestures += 1;
  return `${Date.now()}.${gestures}`;
}

text.addEventListener("input", (event) => {
  const now = Date.now();
  const kind = /** @type {InputEvent} */ (event).inputType;
  if (now - typed > 900 || !group.startsWith("type") || kind === "insertLineBreak" || kind.startsWith("insertFrom")) group = `type ${gesture()}`;
  typed = now;
  changed(group);
});
text.addEventListener("beforeinput", (event) => {
  if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
    event.preventDefault();
    command(event.inputType === "historyUndo" ? "/undo" : "/redo");
  }
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const inField = event.target instanceof HTMLInputElement && event.target.type !== "range" && !event.target.closest("#notes");
  const what = key === "s" ? "/save" : inField ? "" : key === "z" ? (event.shiftKey ? "/redo" : "/undo") : key === "y" ? "/redo" : "";
  if (!what) return;
  event.preventDefault();
  command(what);
});
for (const id of ["undo", "redo", "save"]) by(id).addEventListener("click", () => command(`/${id}`));
by("naming").addEventListener("submit", (event) => {
  event.preventDefault();
  by("naming").hidden = true;
  command("/save", { name: /** @type {HTMLInputElement} */ (by("name")).value });
});
by("unnamed").addEventListener("click", () => (by("naming").hidden = true));
addEventListener("pagehide", () => {
  if (dirty && state) navigator.sendBeacon("/edit", JSON.stringify({ version: state.version, text: text.value, group }));
});
addEventListener("beforeunload", (event) => {
  if (away && dirty) event.preventDefault();
});

// What is shown.

function show() {
  if (!state) return;
  document.title = `${state.saved ? "" : "• "}${state.file ?? "nnlang"}`;
  by("file").textContent = state.file ?? "not saved yet";
  by("saved").textContent = state.file && !state.saved ? "not saved" : "";
  /** @type {HTMLButtonElement} */ (by("undo")).disabled = frozen ? text.value === frozen.state.text : !state.can_undo;
  /** @type {HTMLButtonElement} */ (by("redo")).disabled = !state.can_redo;
  if (state.theirs) {
    const theirs = make("button", {}, "Take the file's text");
    theirs.addEventListener("click", () => command("/theirs"));
    notice("The file was changed by another program, at the same place as here. Saving writes over it.", theirs);
  } else if (!away) notice(state.notice);
  paint();
  beside();
  drawing();
}

/** The text in its colours, what is wrong underlined, the name that is looked at and its paths lit. */
function paint() {
  if (!state) return;
  const value = text.value;
  /** @type {[number, number, string][]} */
  const marks = [];
  for (let i = 0; i < state.colours.length; i += 3) {
    const [start, length] = [Number(state.colours[i]), Number(state.colours[i + 1])];
    let kind = String(state.colours[i + 2]);
    const word = value.slice(start, start + length);
    if (kind === "name" && looked !== null) kind += word === looked ? " lit own" : lit.has(word) ? " lit" : "";
    marks.push([start, start + length, kind]);
  }
  for (const problem of state.problems) {
    for (const label of problem.labels.slice(0, 1)) {
      if (label.start !== undefined && label.end !== undefined && problem.level !== "note") marks.push([label.start, Math.max(label.end, label.start + 1), problem.level]);
    }
  }
  const cuts = [...new Set([0, value.length, ...marks.flatMap(([start, end]) => [Math.min(start, value.length), Math.min(end, value.length)])])].sort((a, b) => a - b);
  marks.sort((a, b) => a[0] - b[0]);
  const out = document.createDocumentFragment();
  /** @type {[number, number, string][]} */
  let open = [];
  let next = 0;
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    while (next < marks.length && marks[next][0] <= from) open.push(marks[next++]);
    open = open.filter((mark) => mark[1] > from);
    const kinds = open.map((mark) => mark[2]).join(" ");
    const piece = value.slice(from, to);
    out.append(kinds ? make("span", { class: kinds }, piece) : piece);
  }
  // An empty last line has its height too.
  out.append("\n");
  colours.replaceChildren(out);
  const count = value.split("\n").length;
  if (by("numbers").childElementCount !== count) {
    by("numbers").replaceChildren(...Array.from({ length: count }, (_, i) => make("div", {}, String(i + 1))));
  }
}

/** A page of text. @param {[string, string][][]} doc */
function docOf(doc) {
  const pre = make("pre", { class: "doc" });
  doc.forEach((line, i) => {
    if (i > 0) pre.append("\n");
    for (const [kind, piece] of line) pre.append(kind ? make("span", { class: kind }, piece) : piece);
  });
  return pre;
}

/** @param {Answer} answer */
function answerOf(answer) {
  const out = document.createDocumentFragment();
  if (answer.svg) out.append(picture(answer.svg, answer.statement));
  for (const latex of answer.latex) out.append(make("div", { class: "formula" }, math(latex)));
  // A formula as mathematics says what its line says; what is noted to it stays.
  const doc = answer.latex.length ? answer.doc.filter((line) => line.length > 0 && line.every(([kind, piece]) => kind === "note" || !piece.trim())) : answer.doc;
  if (answer.curve.length > 1) out.append(curve(answer.curve, "epochs"));
  if (doc.length && !answer.svg) out.append(docOf(doc));
  return out;
}

/** A picture of the program's: it is a document of its own, whose styles are its own. @param {string} svg @param {string} words */
function picture(svg, words) {
  const host = make("div", { class: "picture", role: "img", "aria-label": words });
  // The page's rules allow no styles inside a document: they become a sheet.
  const styles = [...svg.matchAll(/<style>([^]*?)<\/style>/g)].map((own) => own[1]);
  const plain = svg.replace(/<style>[^]*?<\/style>/g, "").replace(/ style="[^"]*"/g, "");
  const parsed = new DOMParser().parseFromString(plain, "image/svg+xml").documentElement;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`svg { max-width: 100%; height: auto; }\n${styles.join("\n")}`);
  root.adoptedStyleSheets = [sheet];
  root.append(document.importNode(parsed, true));
  return host;
}

/** @type {Map<string, {element: HTMLElement, sign: string}>} */
let shown = new Map();

/** The notes: one for each line that has something to say. */
function beside() {
  if (!state) return;
  const told = state;
  const stages = new Map((told.graph?.nodes ?? []).map((stage) => [stage.node, stage]));
  const sliders = new Map(told.sliders.map((slider) => [slider.name, slider]));
  /** @type {{key: string, line: number, order: number, sign: string, make: () => Node, update?: (own: HTMLElement) => void}[]} */
  const wanted = [];
  told.problems.forEach((problem, i) => {
    wanted.push({ key: `problem ${i}`, line: problem.line ?? 1, order: 2, sign: JSON.stringify([problem.message, problem.help, problem.edits]), make: () => matter(problem) });
  });
  for (const slider of told.sliders) {
    const named = told.names?.find((one) => one.name === slider.name);
    const stage = stages.get(slider.name);
    wanted.push({
      key: `slider ${slider.name}`, line: slider.line, order: 0, sign: JSON.stringify([slider.shape, slider.cells.length]),
      make: () => held(slider, slider.shape.length ? cells(slider) : range(slider, named?.whole ?? false)),
      update: (own) => moveTo(own, slider, named?.whole ?? false),
    });
    if (stage?.derivative_text) wanted.push(slope(told, slider.line, stage));
  }
  /** How many names each line has. @type {Map<number, number>} */
  const lines = new Map();
  for (const named of told.names ?? []) lines.set(named.line, (lines.get(named.line) ?? 0) + 1);
  for (const named of told.names ?? []) {
    if (sliders.has(named.name)) continue;
    if ((lines.get(named.line) ?? 0) > 1) {
      // A layer: its names, each of which can be looked at.
      const button = () => {
        const own = make("button", { class: "by" }, make("span", { class: "name" }, named.name), ` : ${named.shape}`);
        own.addEventListener("click", () => look(named.name));
        own.addEventListener("mouseenter", () => look(named.name));
        return own;
      };
      wanted.push({ key: `value ${named.name}`, line: named.line, order: 0, sign: named.shape, make: button });
      continue;
    }
    const short = named.text !== undefined && named.text.length <= 32;
    const words = short ? named.text ?? "" : named.shape;
    wanted.push({ key: `value ${named.name}`, line: named.line, order: 0, sign: words, make: () => make("output", { class: short ? "value" : "value shape", "aria-label": `line ${named.line}: ${named.name} = ${words}` }, words) });
    const stage = stages.get(named.name);
    if (stage?.derivative_text && told.graph?.goal !== named.name) wanted.push(slope(told, named.line, stage));
  }
  told.starts.forEach((start, i) => {
    const training = told.learning;
    const says = training?.runs ? "Stop" : training ? `${start.says} again` : start.says;
    const words = !training ? "" : training.of === null ? (training.runs ? "running" : "done") : `epoch ${training.done} of ${training.of}`;
    wanted.push({ key: `start ${i}`, line: start.line, order: 0, sign: says + words, make: () => {
      const button = make("button", { class: "start" }, says);
      button.addEventListener("click", () => (training?.runs ? post("/stop") : command("/learn")));
      return make("div", { class: "row" }, button, make("output", { class: "quiet" }, words));
    } });
  });
  for (const line of told.holds) wanted.push({ key: `holds ${line}`, line, order: 1, sign: "", make: () => make("span", { class: "good" }, "holds") });
  told.answers.forEach((answer, i) => {
    wanted.push({ key: `answer ${i}`, line: answer.line, order: 1, sign: JSON.stringify(answer), make: () => make("div", { class: answer.stale ? "answer stale" : "answer", title: answer.stale ? "of before the numbers were moved" : "", role: "group", "aria-label": `line ${answer.line}: ${answer.statement}` }, answerOf(answer)) });
  });
  place(wanted);
}

/** @param {State} told @param {number} line @param {Stage} stage */
function slope(told, line, stage) {
  const words = `d${told.graph?.goal}/d${stage.node} = ${stage.derivative_text}`;
  const shown = words.length <= 32 ? words : `d${told.graph?.goal}/d${stage.node}`;
  const question = `explain d${told.graph?.goal}/d${stage.node}`;
  return { key: `slope ${stage.node}`, line, order: 1, sign: words, make: () => {
    const button = make("button", { class: "by", title: question }, shown);
    button.addEventListener("click", () => ask(question));
    return button;
  } };
}

/** @type {Map<number, HTMLElement>} */
let rows = new Map();

/** Puts notes to their lines; what is there already stays, so that it can be held while it moves. @param {any[]} wanted */
function place(wanted) {
  /** @type {Map<string, {element: HTMLElement, sign: string}>} */
  const kept = new Map();
  /** @type {Map<number, {order: number, element: HTMLElement}[]>} */
  const lines = new Map();
  for (const note of wanted) {
    const old = shown.get(note.key);
    let element = old?.element;
    if (!element || old?.sign !== note.sign) {
      const made = note.make();
      element = made instanceof HTMLElement ? made : make("div", {}, made);
    }
    note.update?.(element);
    kept.set(note.key, { element, sign: note.sign });
    const own = lines.get(note.line) ?? [];
    own.push({ order: note.order, element });
    lines.set(note.line, own);
  }
  shown = kept;
  const old = rows;
  rows = new Map();
  const order = [...lines.keys()].sort((a, b) => a - b);
  let last = null;
  for (const line of order) {
    const row = old.get(line) ?? make("div", { class: "beside" }, make("span", { class: "tag" }));
    const defined = (state?.names ?? []).filter((one) => one.line === line).map((one) => one.name);
    const tag = defined.length === 1 ? `${line}  ${defined[0]}` : `line ${line}`;
    if (row.firstElementChild && row.firstElementChild.textContent !== tag) row.firstElementChild.textContent = tag;
    const content = (lines.get(line) ?? []).sort((a, b) => a.order - b.order).map((one) => one.element);
    // Only what is not there yet moves: the focus stays.
    let at = row.firstElementChild;
    for (const element of content) {
      if (at?.nextElementSibling !== element) at?.after(element);
      at = element;
    }
    while (at?.nextElementSibling) at.nextElementSibling.remove();
    rows.set(line, row);
    if (last ? last.nextElementSibling !== row : notes.firstElementChild !== row) last ? last.after(row) : notes.prepend(row);
    last = row;
  }
  for (const [line, row] of old) if (!rows.has(line)) row.remove();
  layout();
}

/** Each note at its line, or below the one before. */
function layout() {
  if (getComputedStyle(notes).getPropertyValue("height") === "auto" || matchMedia("(max-width: 640px)").matches) {
    notes.style.height = "";
    return;
  }
  const height = colours.firstChild ? parseFloat(getComputedStyle(colours).lineHeight) : 24;
  let free = 0;
  /** @type {[HTMLElement, number, boolean][]} */
  const tops = [];
  for (const [line, row] of rows) {
    const wanted = (line - 1) * height;
    const top = Math.max(wanted, free);
    tops.push([row, top, top > wanted + height / 2]);
    free = top + Math.ceil(row.offsetHeight / height - 0.3) * height;
  }
  for (const [row, top, away] of tops) {
    row.style.top = `${top}px`;
    row.classList.toggle("away", away);
  }
  notes.style.height = `${free}px`;
}
addEventListener("resize", layout);

/** A problem, and its mend as a button. @param {Problem} problem */
function matter(problem) {
  const out = make("div", { class: `matter ${problem.level}` }, make("p", {}, problem.message));
  const first = problem.labels[0];
  if (first?.text) out.append(make("p", { class: "because" }, first.file ? `${first.file}: ${first.text}` : first.text));
  for (const fact of problem.notes) out.append(make("p", { class: "because" }, fact));
  if (problem.help && problem.edits?.length) {
    const mend = make("button", { class: "mend" }, problem.help);
    mend.addEventListener("click", () => {
      const now = state?.problems.find((own) => own.code === problem.code && own.line === problem.line) ?? problem;
      apply(now.edits ?? [], `mend ${gesture()}`);
      text.focus();
    });
    out.append(mend);
  } else if (problem.help) out.append(make("p", {}, problem.help));
  return out;
}

// Sliders.

/** How far a number can be moved, and how finely. @param {number} value @param {boolean} whole */
function reach(value, whole) {
  const size = Math.abs(value);
  const step = whole ? 1 : 10 ** (Math.floor(Math.log10(size >= 1 ? size : Math.max(size, 0.1))) - 1);
  const wide = Math.max(2 * size, whole ? 10 : 1);
  return { min: value < 0 ? -wide : value === 0 ? -wide : 0, max: value < 0 ? 0 : wide, step };
}

/** @param {number} value @param {number} step */
function written(value, step) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return String(Number(value.toFixed(Math.min(digits, 12))));
}

/** Writes a number into the text, in the place of one that stands there. @param {string} name @param {number} cell @param {string} number @param {string} kind */
function write(name, cell, number, kind) {
  const place = state?.sliders.find((slider) => slider.name === name)?.cells[cell];
  if (!place || text.value.slice(place[0], place[1]) === number) return;
  apply([{ start: place[0], end: place[1], text: number }], kind);
}

/** @param {Slider} slider @param {boolean} whole */
function range(slider, whole) {
  const input = /** @type {HTMLInputElement} */ (make("input", { type: "range", "aria-label": slider.name }));
  let kind = "";
  const begin = () => (kind = `slide ${slider.name} ${gesture()}`);
  input.addEventListener("pointerdown", begin);
  input.addEventListener("focus", begin);
  input.addEventListener("input", () => {
    const limits = ranges.get(slider.name);
    write(slider.name, 0, written(input.valueAsNumber, limits?.step ?? 0.1), kind || begin());
  });
  input.addEventListener("change", () => {
    // At an end there is more to come.
    const limits = ranges.get(slider.name);
    if (limits && (input.valueAsNumber <= limits.min || input.valueAsNumber >= limits.max)) ranges.delete(slider.name);
    const own = state?.sliders.find((one) => one.name === slider.name);
    if (own) moveTo(input, own, whole);
  });
  input.addEventListener("pointerenter", () => look(slider.name));
  input.addEventListener("focus", () => look(slider.name));
  return input;
}

/** In a report what its graph does not have as a number does not move. @param {Slider} slider @param {HTMLElement} own */
function held(slider, own) {
  if (!frozen || (frozen.numbers?.free.includes(slider.name) && !slider.shape.length)) return own;
  for (const input of own instanceof HTMLInputElement ? [own] : own.querySelectorAll("input")) input.disabled = true;
  return own;
}

/** @param {HTMLElement} own @param {Slider} slider @param {boolean} whole */
function moveTo(own, slider, whole) {
  if (own instanceof HTMLInputElement) {
    const value = numberAt(slider.cells[0]);
    let limits = ranges.get(slider.name);
    const held = document.activeElement === own;
    if (!limits || value < limits.min || value > limits.max) {
      if (held && limits) return;
      limits = reach(value, whole);
      ranges.set(slider.name, limits);
    }
    own.min = String(limits.min);
    own.max = String(limits.max);
    own.step = String(limits.step);
    if (own.valueAsNumber !== value) own.value = String(value);
    return;
  }
  own.querySelectorAll("input").forEach((input, i) => {
    const value = String(numberAt(slider.cells[i]));
    if (document.activeElement !== input && input.value !== value) input.value = value;
  });
}

/** The number as it stands in the text now. @param {[number, number, number]} cell */
function numberAt(cell) {
  const now = Number(text.value.slice(cell[0], cell[1]).replace(/\s|_/g, ""));
  return Number.isFinite(now) ? now : cell[2];
}

/** @param {Slider} slider */
function cells(slider) {
  const columns = slider.shape[slider.shape.length - 1];
  const table = make("table", { class: "cells", "aria-label": slider.name });
  let row = make("tr", {});
  slider.cells.forEach((cell, i) => {
    if (i % columns === 0) table.append((row = make("tr", {})));
    const place = slider.shape.length > 1 ? `${slider.name}[${Math.floor(i / columns)}, ${i % columns}]` : `${slider.name}[${i}]`;
    const step = String(reach(cell[2], false).step);
    const input = /** @type {HTMLInputElement} */ (make("input", { type: "number", step, "aria-label": place, value: String(cell[2]) }));
    const kind = `cell ${place} ${gesture()}`;
    input.addEventListener("input", () => {
      if (input.value !== "" && Number.isFinite(input.valueAsNumber)) write(slider.name, i, String(input.valueAsNumber), kind);
    });
    input.addEventListener("focus", () => look(slider.name));
    row.append(make("td", {}, input));
  });
  return table;
}

// What is looked at.

/** The names that the looked-at one stands on, and those that stand on it. */
let lit = new Set();

/** @param {string | null} name */
function look(name) {
  if (name === looked) return;
  looked = name;
  lit = new Set();
  const nodes = state?.graph?.nodes ?? [];
  const from = new Map(nodes.map((stage) => [stage.node, stage.from]));
  if (name !== null && from.has(name)) {
    // Arguments stand first: one pass each way finds all paths.
    const above = new Set([name]);
    for (const stage of nodes) if (stage.from.some((own) => above.has(own))) above.add(stage.node);
    const below = new Set([name]);
    for (const stage of [...nodes].reverse()) if (below.has(stage.node)) stage.from.forEach((own) => below.add(own));
    lit = new Set([...above, ...below]);
  }
  paint();
  about();
  mark();
}

function about() {
  const named = state?.names?.find((one) => one.name === looked);
  const stage = state?.graph?.nodes.find((one) => one.node === looked);
  if (!named && !stage) return;
  const list = make("dl", {});
  const add = (/** @type {string} */ what, /** @type {Node | string | undefined} */ value) => {
    if (value !== undefined && value !== "") list.append(make("dt", {}, what), make("dd", {}, value));
  };
  add("name", looked ?? "");
  add("is", named?.what);
  add("=", stage?.expression);
  add("value", named?.text ?? stage?.value_text);
  add("shape", named?.shape === "[]" ? "a number" : named?.shape);
  if (stage?.derivative_text && state?.graph) {
    const goal = state.graph.goal;
    add(`d${goal}/d${looked}`, stage.derivative_text);
    const button = make("button", {}, `Explain d${goal}/d${looked}`);
    button.addEventListener("click", () => ask(`explain d${goal}/d${looked}`));
    list.append(make("dt", {}), make("dd", {}, button));
  }
  by("about").replaceChildren(list);
}

/** Asks the session; its answer is shown beside. @param {string} question */
async function ask(question) {
  /** @type {HTMLInputElement} */ (by("ask")).value = question;
  try {
    const told = frozen ? frozen.explained[question] : await post("/ask", { text: question });
    if (!told) return;
    const out = document.createDocumentFragment();
    for (const problem of told.problems) out.append(matter({ ...problem, edits: undefined }));
    for (const answer of told.answers) out.append(answerOf(answer));
    by("reply").replaceChildren(out);
  } catch (error) {
    offline(true);
  }
}
by("question").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(/** @type {HTMLInputElement} */ (by("ask")).value);
});

/** The name at a place of the screen. @param {MouseEvent} event */
function nameAt(event) {
  for (const span of colours.querySelectorAll(".name")) {
    for (const box of span.getClientRects()) {
      if (event.clientX >= box.left && event.clientX < box.right && event.clientY >= box.top - 3 && event.clientY < box.bottom + 3) return span.textContent;
    }
  }
  return null;
}
text.addEventListener("mousemove", (event) => {
  const name = nameAt(event);
  if (name) look(name);
});
document.addEventListener("selectionchange", () => {
  if (document.activeElement !== text || !state) return;
  for (let i = 0; i < state.colours.length; i += 3) {
    const [start, length] = [Number(state.colours[i]), Number(state.colours[i + 1])];
    if (state.colours[i + 2] === "name" && start <= text.selectionStart && text.selectionStart <= start + length) {
      return look(text.value.slice(start, start + length));
    }
  }
});

/** The graph as a list of its nodes, and as a picture. */
function drawing() {
  const graph = state?.graph;
  by("drawing").hidden = !graph || !graph.nodes.length;
  if (!graph) return;
  const head = make("tr", {}, make("th", {}, "node"), make("th", {}, ""), make("th", {}, "value"), make("th", {}, `d${graph.goal}/d…`));
  const table = make("table", { class: "nodes" }, head);
  for (const stage of [...graph.nodes].reverse()) {
    const name = make("button", { "data-node": stage.node }, stage.node);
    name.addEventListener("focus", () => look(stage.node));
    const short = (/** @type {string | undefined} */ words) => (words === undefined ? "" : words.length > 14 ? `[${stage.shape.join(", ")}]` : words);
    table.append(make("tr", {}, make("td", {}, name), make("td", {}, stage.expression ? `= ${stage.expression}` : ""), make("td", { class: "number" }, short(stage.value_text)), make("td", { class: "note" }, short(stage.derivative_text))));
  }
  table.addEventListener("mouseover", (event) => {
    const name = event.target instanceof Element ? event.target.closest("tr")?.querySelector("button")?.textContent : null;
    if (name) look(name);
  });
  const focused = document.activeElement?.closest("#graph") ? document.activeElement : null;
  const [name, inList] = [focused?.getAttribute("data-node"), focused instanceof HTMLButtonElement];
  const own = drawn(graph, { look, explain: (node) => ask(`explain d${graph.goal}/d${node}`) });
  const list = make("details", {}, make("summary", {}, "as a list"), table);
  const was = by("graph").querySelector("details");
  if (!own || was?.open) list.setAttribute("open", "");
  by("graph").replaceChildren(...(graph.svg ? [picture(graph.svg, `graph of ${graph.goal}`)] : own ? [own] : []), list);
  for (const one of by("graph").querySelectorAll("[data-node]")) {
    if (name && one.getAttribute("data-node") === name && one instanceof HTMLButtonElement === inList) /** @type {HTMLElement} */ (one).focus({ preventScroll: true });
  }
  mark();
}

function mark() {
  for (const own of by("graph").querySelectorAll("[data-node]")) {
    const name = own.getAttribute("data-node") ?? "";
    own.classList.toggle("lit", looked !== null && lit.has(name));
    own.classList.toggle("own", name === looked);
  }
  for (const edge of by("graph").querySelectorAll(".edge")) {
    const ends = [edge.getAttribute("data-from") ?? "", edge.getAttribute("data-to") ?? ""];
    edge.classList.toggle("lit", looked !== null && ends.every((name) => lit.has(name)));
  }
}

// What is told by itself.

let speaking = 0;
/** Tells a screen reader what came of a change, once it rests. */
function speak() {
  clearTimeout(speaking);
  speaking = window.setTimeout(() => {
    if (!state) return;
    const errors = state.problems.filter((problem) => problem.level === "error");
    const goal = state.names?.find((one) => one.name === state?.graph?.goal);
    const words = errors.length ? `line ${errors[0].line}: ${errors[0].message}` : goal?.text ? `${goal.name} = ${goal.text}` : "";
    if (by("speaks").textContent !== words) by("speaks").textContent = words;
  }, 600);
}
new MutationObserver(speak).observe(notes, { childList: true, subtree: true, characterData: true });

const learning = new Learning({
  state: () => state,
  text: () => text.value,
  write: (value, kind) => {
    put(value);
    changed(kind);
  },
  aim: (name) => {
    goal = name;
    dirty = true;
    send();
  },
  gesture,
});

// A report.

/** The numbers as the sliders say: values, derivatives, answers that are one of them. What else was answered is of before. */
function recompute() {
  const numbers = frozen?.numbers;
  if (!state || !numbers) return;
  const slots = { ...numbers.slots };
  for (const slider of state.sliders) if (!slider.shape.length) slots[slider.name] = numberAt(slider.cells[0]);
  const found = evaluate(numbers.nodes, slots);
  const of = (/** @type {Record<string, number>} */ places, /** @type {string} */ name) => {
    const value = name in places ? found[places[name]] : undefined;
    return value === undefined ? undefined : number(value);
  };
  // What the report's graph cannot tell is not shown as it was.
  for (const named of state.names ?? []) named.text = named.shape === "[]" ? of(numbers.values, named.name) ?? "–" : undefined;
  const graph = state.graph;
  for (const stage of graph?.nodes ?? []) {
    const unknown = stage.shape.length ? undefined : "–";
    stage.value_text = of(numbers.values, stage.node) ?? unknown;
    stage.derivative_text = of(numbers.slopes, stage.node) ?? (stage.derivative_text && unknown);
  }
  for (const answer of state.answers) {
    const slope = graph && answer.statement.startsWith(`d${graph.goal}/d`) ? answer.statement.slice(graph.goal.length + 3) : "";
    const words = of(numbers.values, answer.statement) ?? of(numbers.slopes, slope);
    answer.stale = words === undefined && answer.latex.length === 0;
    if (words !== undefined) answer.doc = [[["name", answer.statement], ["", " = "], ["number", words]]];
  }
  state.holds = [];
}

function thaw() {
  frozen = JSON.parse(by("frozen").textContent ?? "null");
  if (!frozen) return;
  state = structuredClone(frozen.state);
  placed = text.value = state.text;
  text.readOnly = true;
  for (const id of ["redo", "save", "question", "learning"]) by(id).hidden = true;
  const reset = by("undo");
  reset.textContent = "As it was";
  reset.title = "";
  reset.addEventListener("click", () => {
    state = structuredClone(frozen?.state ?? null);
    placed = text.value = state?.text ?? "";
    ranges.clear();
    show();
  });
  // The numbers for whoever looks with the browser's own tools.
  const numbers = frozen.numbers;
  Object.assign(globalThis, { nnlang: (/** @type {Record<string, number>} */ slots) => {
    if (!numbers) return null;
    const found = evaluate(numbers.nodes, { ...numbers.slots, ...slots });
    const all = (/** @type {Record<string, number>} */ places) => Object.fromEntries(Object.entries(places).map(([name, place]) => [name, found[place]]));
    return { values: all(numbers.values), slopes: all(numbers.slopes) };
  } });
  show();
  document.documentElement.dataset.ready = "yes";
}

async function begin() {
  if (document.getElementById("frozen")) return thaw();
  // The token is not left where others may look.
  if (location.search) history.replaceState(null, "", "/");
  const told = await (await fetch("/state")).json();
  text.value = told.text;
  take(told, told.text);
  document.documentElement.dataset.ready = "yes";
  const events = new EventSource("/events");
  events.onmessage = async (event) => {
    const news = JSON.parse(event.data);
    if (news.ended) {
      events.close();
      notice("nnlang has ended. What you typed is still here, to be copied.");
      return;
    }
    offline(false);
    const behind = news.version !== undefined && state && (news.version !== state.version || news.round !== state.round);
    if (behind && !sending && !dirty) {
      const base = state?.text ?? "";
      take(await (await fetch("/state")).json(), base);
      if (dirty) send();
    }
  };
  events.onerror = () => offline(true);
}
begin();
