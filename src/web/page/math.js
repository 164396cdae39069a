// A formula of the program, in the LaTeX that it prints, as MathML, which browsers draw by themselves.

const MATH = "http://www.w3.org/1998/Math/MathML";

/** @type {Record<string, string>} */
const SIGNS = {
  partial: "∂", cdot: "·", odot: "⊙", times: "×", leq: "≤", geq: "≥", neq: "≠", approx: "≈", land: "∧", lor: "∨",
  lnot: "¬", bmod: "mod", sim: "∼", leftarrow: "←", sum: "∑", prod: "∏", infty: "∞", top: "⊤", lVert: "‖", rVert: "‖",
  lfloor: "⌊", rfloor: "⌋", lceil: "⌈", rceil: "⌉", lvert: "|", rvert: "|", mid: "|", to: "→", circ: "∘", ldots: "…",
  dots: "…", cdots: "⋯", in: "∈", colon: ":", prime: "′", langle: "⟨", rangle: "⟩", backslash: "\\", "{": "{", "}": "}",
  "|": "‖", "%": "%", "#": "#", "&": "&", _: "_", $: "$",
};

/** @type {Record<string, string>} */
const LETTERS = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ϵ", varepsilon: "ε", zeta: "ζ", eta: "η", theta: "θ",
  iota: "ι", kappa: "κ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ",
  upsilon: "υ", phi: "ϕ", varphi: "φ", chi: "χ", psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ",
  Lambda: "Λ", Xi: "Ξ", Pi: "Π", Sigma: "Σ", Phi: "Φ", Psi: "Ψ", Omega: "Ω", Upsilon: "Υ", ell: "ℓ",
};

/** @type {Record<string, string>} */
const ABOVE = { hat: "^", bar: "¯", tilde: "~", dot: "˙", check: "ˇ", vec: "→", overline: "¯" };

/** @type {Record<string, string>} */
const SPACES = { ",": "0.17em", ";": "0.28em", ":": "0.22em", " ": "0.25em", quad: "1em", qquad: "2em", "!": "0em" };

/**
 * @param {string} name
 * @param {(Node | string)[]} content
 * @param {Record<string, string>} [attributes]
 */
function element(name, content, attributes = {}) {
  const out = document.createElementNS(MATH, name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...content);
  return out;
}

/** @param {Element[]} parts */
function row(parts) {
  return parts.length === 1 ? parts[0] : element("mrow", parts);
}

/** The parts of a text: `\frac`, `{`, letters, numbers. @param {string} text */
function tokens(text) {
  return text.match(/\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|[^]/gu) ?? [];
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.tokens = tokens(text);
    this.at = 0;
  }

  peek() {
    while (/^\s+$/.test(this.tokens[this.at] ?? "x")) this.at += 1;
    return this.tokens[this.at];
  }

  next() {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  /** Parts until one of these. @param {string[]} ends */
  row(ends) {
    /** @type {Element[]} */
    const parts = [];
    for (let token = this.peek(); token !== undefined && !ends.includes(token); token = this.peek()) {
      const part = this.part();
      if (part) parts.push(part);
    }
    return parts;
  }

  /** What stands in braces, or the next part. */
  group() {
    if (this.peek() !== "{") return this.atom() ?? element("mrow", []);
    this.next();
    const parts = this.row(["}"]);
    this.next();
    return row(parts);
  }

  /** What stands in braces, as text. */
  words() {
    if (this.peek() !== "{") return this.next() ?? "";
    this.at += 1;
    let text = "";
    for (let depth = 0; this.at < this.tokens.length; this.at += 1) {
      const token = this.tokens[this.at];
      if (token === "}" && depth === 0) break;
      if (token === "{") depth += 1;
      else if (token === "}") depth -= 1;
      else text += token.startsWith("\\") ? LETTERS[token.slice(1)] ?? SIGNS[token.slice(1)] ?? "" : token;
    }
    this.at += 1;
    return text;
  }

  /** An atom with what stands at its foot and head. */
  part() {
    const base = this.atom();
    let under = null;
    let over = null;
    for (let token = this.peek(); token === "_" || token === "^" || token === "'"; token = this.peek()) {
      this.next();
      if (token === "'") over = element("mo", ["′"]);
      else if (token === "_") under = this.group();
      else over = this.group();
    }
    if (!under && !over) return base;
    const own = base ?? element("mrow", []);
    const big = own.tagName === "mo" && /[∑∏]/.test(own.textContent ?? "");
    if (under && over) return element(big ? "munderover" : "msubsup", [own, under, over]);
    return under ? element(big ? "munder" : "msub", [own, under]) : element("msup", [own, /** @type {Element} */ (over)]);
  }

  /** @returns {Element | null} */
  atom() {
    const token = this.next();
    if (token === undefined) return null;
    if (token === "{") {
      const parts = this.row(["}"]);
      this.next();
      return row(parts);
    }
    if (!token.startsWith("\\")) return letter(token);
    return this.command(token.slice(1));
  }

  /** @param {string} name @returns {Element | null} */
  command(name) {
    if (name in SPACES) return element("mspace", [], { width: SPACES[name] });
    if (name in LETTERS) return element("mi", [LETTERS[name]]);
    if (name in ABOVE) return element("mover", [this.group(), element("mo", [ABOVE[name]])], { accent: "true" });
    switch (name) {
      case "frac": {
        const above = this.group();
        return element("mfrac", [above, this.group()]);
      }
      case "sqrt": {
        if (this.peek() !== "[") return element("msqrt", [this.group()]);
        this.next();
        const root = row(this.row(["]"]));
        this.next();
        return element("mroot", [this.group(), root]);
      }
      case "left": {
        const open = sign(this.next() ?? "");
        const inside = this.row(["\\right"]);
        this.next();
        const close = sign(this.next() ?? "");
        const fence = (/** @type {string} */ text) => element("mo", [text], { fence: "true", stretchy: "true" });
        return element("mrow", [...(open ? [fence(open)] : []), ...inside, ...(close ? [fence(close)] : [])]);
      }
      case "begin": return this.table(this.words());
      case "operatorname": return element("mi", [this.words()], { mathvariant: "normal" });
      case "mathrm": case "mathtt": case "text": case "textrm": case "mathit": {
        const words = this.words();
        return element(name === "text" ? "mtext" : "mi", [words.replace(/^ | $/g, "\u00a0")], { mathvariant: "normal" });
      }
      case "mathbf": {
        const text = this.words();
        const bold = [...text].map((c) => (/[0-9]/.test(c) ? String.fromCodePoint(0x1d7ce + Number(c)) : c)).join("");
        return element(/^[0-9]/.test(text) ? "mn" : "mi", [bold]);
      }
    }
    if (name in SIGNS) return element(name === "infty" ? "mn" : name === "top" ? "mi" : "mo", [SIGNS[name]]);
    return element("mi", [name], { mathvariant: "normal" });
  }

  /** @param {string} kind */
  table(kind) {
    /** @type {Element[]} */
    const rows = [];
    /** @type {Element[]} */
    let cells = [];
    for (;;) {
      cells.push(element("mtd", this.row(["&", "\\\\", "\\end"])));
      const end = this.next();
      if (end === "&") continue;
      rows.push(element("mtr", cells));
      cells = [];
      if (end !== "\\\\") break;
    }
    this.words();
    const table = element("mtable", rows, kind === "cases" ? { columnalign: "left left" } : {});
    const fences = kind === "cases" ? ["{", ""] : kind === "pmatrix" ? ["(", ")"] : kind === "bmatrix" ? ["[", "]"] : ["", ""];
    const fence = (/** @type {string} */ text) => (text ? [element("mo", [text], { fence: "true", stretchy: "true" })] : []);
    return element("mrow", [...fence(fences[0]), table, ...fence(fences[1])]);
  }
}

/** @param {string} token */
function sign(token) {
  if (token === ".") return "";
  return token.startsWith("\\") ? SIGNS[token.slice(1)] ?? "" : token;
}

/** @param {string} token */
function letter(token) {
  if (/^\d/.test(token)) return element("mn", [token]);
  if (/^\p{L}/u.test(token)) return element("mi", [token]);
  return element("mo", [token === "-" ? "−" : token === "*" ? "∗" : token], /[()[\]|]/.test(token) ? { stretchy: "false" } : {});
}

/** The formula as MathML. @param {string} latex */
export function math(latex) {
  const reader = new Reader(latex);
  return element("math", reader.row([]), { display: "block", alttext: latex });
}
