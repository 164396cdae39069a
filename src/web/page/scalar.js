// A small interpreter of the program's own graph, of the numbers in it: a report's sliders move with it. Each operator is the
// kernel of the same name in the program.

/** @type {(z: number) => number} */
const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
/** @type {(a: number, b: number) => number} */
const maximum = (a, b) => (Number.isNaN(a) || a > b || a === b ? a : b);
/** @type {(a: number, b: number) => number} */
const minimum = (a, b) => (Number.isNaN(a) || a < b || a === b ? a : b);
/** @type {(z: number) => number} */
const softplus = (z) => (z > 0 ? z : 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** @type {(c: number, z: number) => number} */
const timesExp = (c, z) => (Math.abs(z) < 700 ? c * Math.exp(z) : c * Math.exp(z / 2) * Math.exp(z / 2));

/** @type {Record<string, ((...args: number[]) => number) | undefined>} */
const OPERATORS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  pow: (a, b) => (b === 2 ? a * a : a === 1 ? 1 : a ** b),
  square: (a) => a * a,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : a),
  maximum,
  minimum,
  clip: (x, low, high) => minimum(maximum(x, low), high),
  relu: (z) => (z < 0 ? 0 : z),
  leaky_relu: (z, slope) => (z >= 0 ? z : slope * z),
  elu: (z, alpha) => (z >= 0 ? z : alpha * Math.expm1(z)),
  selu: (z) => (z >= 0 ? 1.0507009873554805 * z : 1.7580993408473768 * Math.expm1(z)),
  hardtanh: (z) => minimum(maximum(z, -1), 1),
  sigmoid,
  softplus,
  silu: (z) => (z === -Infinity ? 0 : z < -700 ? Math.exp(z / 2) * z * Math.exp(z / 2) : z * sigmoid(z)),
  logaddexp: (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(Math.min(a, b) - Math.max(a, b)))),
  log1mexp: (x) => (x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x))),
  xlogy: (a, b) => (a === 0 && !Number.isNaN(b) ? 0 : a * Math.log(b)),
  xlog1py: (a, b) => (a === 0 && !Number.isNaN(b) ? 0 : a * Math.log1p(b)),
  sigmoid_entropy: (z) => {
    const tail = Math.exp(-Math.abs(z));
    return Math.log1p(tail) + (tail === 0 ? 0 : (Math.abs(z) * tail) / (1 + tail));
  },
  logexpadd: (z, v, w) => {
    const log = (/** @type {number} */ sum, /** @type {number} */ rest, /** @type {number} */ more) => (sum > 0.5 && sum < 2 ? Math.log1p(rest + more) : Math.log(sum));
    if (w === 0) return Math.log(v);
    if (Math.abs(z) < 1) return log(v + w + w * Math.expm1(z), w - 1 + v, w * Math.expm1(z));
    if (z > 0) return z + log(w + timesExp(v, -z), w - 1, timesExp(v, -z));
    return v === 0 ? Math.log(w) + z : log(v + timesExp(w, z), v - 1, timesExp(w, z));
  },
  recexpadd: (z, v, w) => 1 / (w === 0 ? v : Math.abs(z) < 1 ? w * Math.expm1(z) + (v + w) : v + timesExp(w, z)),
  hypot: Math.hypot,
  direction: (a, b) => (a === 0 && b === 0 ? 0 : a / Math.hypot(a, b)),
  inversion: (a, b) => a / Math.hypot(a, b) / Math.hypot(a, b),
  atan2: Math.atan2,
  where: (condition, a, b) => (condition !== 0 ? a : b),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  not: (a) => Number(a === 0),
  same: (a) => a,
};

/**
 * The graph: each node is a number, a slot by its name, or an operator and the places of its arguments; null is what is no
 * number. `values` and `slopes` are places.
 * @typedef {(["n", number] | ["s", string] | [string, ...number[]] | null)[]} Nodes
 */

/**
 * Every node's number, where it has one.
 * @param {Nodes} nodes
 * @param {Record<string, number>} slots
 * @returns {(number | undefined)[]}
 */
export function evaluate(nodes, slots) {
  /** @type {(number | undefined)[]} */
  const out = [];
  for (const node of nodes) {
    if (node === null) out.push(undefined);
    else if (node[0] === "n") out.push(Number(node[1]));
    else if (node[0] === "s") out.push(slots[String(node[1])]);
    else {
      const args = /** @type {number[]} */ (node.slice(1)).map((place) => out[place]);
      const operator = OPERATORS[node[0]];
      out.push(operator && args.every((own) => own !== undefined) ? operator(.../** @type {number[]} */ (args)) : undefined);
    }
  }
  return out;
}

/** A number with six digits, as the program prints it. @param {number} value */
export function number(value, digits = 6) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const trimmed = (/** @type {string} */ text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) return `${trimmed(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
}
