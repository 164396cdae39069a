// Learning by hand: steps are a statement at the end of the program, `step J by 0.1 12 times`, so what the page shows is what
// the program says, and taking steps back is counting fewer.

import { curve } from "/curve.js";

/**
 * @typedef {{state: () => any, text: () => string, write: (text: string, kind: string) => void, aim: (goal: string) => void,
 *   gesture: () => string}} Page
 */

/** @template {HTMLElement} T @param {string} id @returns {T} */
const by = (id) => /** @type {T} */ (document.getElementById(id));

/** The last line, where it is steps. */
const STEPS = /(^|\n)step[ \t]+([^\n]*?)(?:[ \t]+by[ \t]+([^\s]+))?(?:[ \t]+(\d+)[ \t]+times)?[ \t]*\n*$/;

export class Learning {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.runs = false;
    this.kind = "";
    /** The goal after so many steps. @type {Map<number, number>} */
    this.curve = new Map();
    this.of = "";
    by("step").addEventListener("click", () => this.add(1, `step ${page.gesture()}`));
    by("back").addEventListener("click", () => this.add(-1, `step ${page.gesture()}`));
    by("run").addEventListener("click", () => (this.runs ? this.stop() : this.run()));
    by("goal").addEventListener("change", () => page.aim(/** @type {HTMLSelectElement} */ (by("goal")).value));
  }

  /** The steps that the program ends with. */
  steps() {
    const found = STEPS.exec(this.page.text());
    if (!found) return null;
    return { at: found.index + found[1].length, goal: found[2], rate: found[3] ?? "0.1", count: Number(found[4] ?? 1) };
  }

  /** Takes so many steps more, or fewer. @param {number} more @param {string} kind */
  add(more, kind) {
    const goal = /** @type {HTMLSelectElement} */ (by("goal")).value;
    const rate = /** @type {HTMLInputElement} */ (by("rate")).value.trim() || "0.1";
    const text = this.page.text();
    const last = this.steps();
    const goesOn = last && last.goal === goal && Number(last.rate) === Number(rate);
    if (!goesOn && more < 0 && !last) return;
    const own = goesOn || (more < 0 && last) ? last : null;
    const count = (own?.count ?? 0) + more;
    const before = own ? text.slice(0, own.at) : text.replace(/\n*$/, text.trim() ? "\n" : "");
    const line = count > 0 ? `step ${own?.goal ?? goal} by ${own?.rate ?? rate}${count > 1 ? ` ${count} times` : ""}\n` : "";
    this.page.write(before + line, kind);
  }

  run() {
    this.runs = true;
    this.kind = `run ${this.page.gesture()}`;
    by("run").setAttribute("aria-pressed", "true");
    by("run").textContent = "Stop";
    this.add(1, this.kind);
  }

  stop() {
    this.runs = false;
    by("run").setAttribute("aria-pressed", "false");
    by("run").textContent = "Run";
  }

  /** The program was answered. @param {any} state */
  follow(state) {
    by("learning").hidden = !state.learns || !(state.goals?.length > 0);
    const select = /** @type {HTMLSelectElement} */ (by("goal"));
    const goals = [...(state.goals ?? [])].reverse();
    if ([...select.options].map((own) => own.value).join() !== goals.join()) {
      const was = state.graph?.goal ?? select.value;
      select.replaceChildren(...goals.map((goal) => new Option(goal, goal)));
      if (goals.includes(was)) select.value = was;
    }
    const last = this.steps();
    by("steps").textContent = last ? `${last.count} ${last.count === 1 ? "step" : "steps"}` : "";
    this.trace(state, last);
    if (!this.runs) return;
    const wrong = state.problems.some((/** @type {any} */ problem) => problem.level === "error");
    if (wrong || !last) return this.stop();
    // The more steps there are, the more come at once: all of them are taken anew each time.
    const more = Math.max(1, Math.round(last.count / 20));
    requestAnimationFrame(() => this.runs && this.add(more, this.kind));
  }

  /** The goal by the number of steps. @param {any} state @param {{at: number, goal: string, rate: string, count: number} | null} last */
  trace(state, last) {
    const what = last ? `${this.page.text().slice(0, last.at)}${last.goal} ${last.rate}` : this.page.text();
    const own = last && this.of.startsWith(this.page.text().slice(0, last.at)) && this.of === what;
    if (!own) {
      if (last || this.of !== "") this.curve.clear();
      this.of = last ? what : "";
    }
    const value = state.names?.find((/** @type {any} */ one) => one.name === (last?.goal ?? ""))?.value;
    if (last && typeof value === "number") this.curve.set(last.count, value);
    this.draw();
  }

  draw() {
    const points = [...this.curve].sort((a, b) => a[0] - b[0]);
    const place = by("curve");
    if (points.length < 2) return place.replaceChildren();
    place.replaceChildren(curve(points.map(([step, value]) => [step, value, null]), "steps"));
  }
}
