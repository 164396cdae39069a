//! `rnn`, `lstm`, `gru`: layers that are recurrences over the second axis of `[m, T, n]`.

use super::{Arg, ArgKind, BIAS, INIT, Input, LayerDef, Line, Opt, OptKind};

const UNITS: &[Arg] = &[Arg { name: "units", kind: ArgKind::Units, says: "its number of units" }];
const OPTIONS: &[Opt] = &[
    INIT,
    BIAS,
    Opt { name: "both", kind: OptKind::Flag, default: "false" },
    Opt { name: "length", kind: OptKind::Value, default: "" },
];
const INPUTS: &[Input] = &[Input { when: "", shape: "[m, T, n]", is: "" }];

/// `rnn 32 tanh`
pub static RNN: LayerDef = LayerDef {
    word: "rnn",
    form: "rnn 32 tanh",
    summary: "Adds a simple recurrent layer over `[m, T, n]`; its activation, tanh unless said, is that of each step.",
    args: UNITS,
    options: OPTIONS,
    block: false,
    inputs: INPUTS,
    lines: &[
        Line { when: "!both", text: "param W : [n, units] = init" },
        Line { when: "both", text: "param W : [2, n, units] = init" },
        Line { when: "!both", text: "param U : [units, units] = init" },
        Line { when: "both", text: "param U : [2, units, units] = init" },
        Line { when: "bias !both", text: "param b : [units] = zeros" },
        Line { when: "bias both", text: "param b : [2, units] = zeros" },
        Line { when: "bias", text: "_b = b" },
        Line { when: "!bias !both", text: "_b = 0" },
        Line { when: "!bias both", text: "_b = zeros([2, 1])" },
        Line { when: "length", text: "_n = expand(length, axis=1)" },
        Line {
            when: "!both !length",
            text: "_s[:, t] = bend(x[:, t] @ W + _s[:, t-1] @ U + _b) start zeros([m, units])",
        },
        Line {
            when: "!both length",
            text: "_s[:, t] = where(t < _n, bend(x[:, t] @ W + _s[:, t-1] @ U + _b), _s[:, t-1]) start zeros([m, units])",
        },
        Line {
            when: "both !length",
            text: "_ahead[:, t] = bend(x[:, t] @ W[0] + _ahead[:, t-1] @ U[0] + _b[0]) start zeros([m, units])",
        },
        Line {
            when: "both !length",
            text: "_back[:, t] = bend(x[:, t] @ W[1] + _back[:, t+1] @ U[1] + _b[1]) start zeros([m, units])",
        },
        Line {
            when: "both length",
            text: "_ahead[:, t] = where(t < _n, bend(x[:, t] @ W[0] + _ahead[:, t-1] @ U[0] + _b[0]), _ahead[:, t-1]) start zeros([m, units])",
        },
        Line {
            when: "both length",
            text: "_back[:, t] = where(t < _n, bend(x[:, t] @ W[1] + _back[:, t+1] @ U[1] + _b[1]), _back[:, t+1]) start zeros([m, units])",
        },
        Line { when: "!both", text: "a = _s" },
        Line { when: "both", text: "a = concat(_ahead, _back, axis=2)" },
    ],
    torch: "nn.RNN(n, 32, batch_first=True): W1 is weight_ih_l0.T, U1 is weight_hh_l0.T, b1 is bias_ih_l0 + bias_hh_l0; with both=true the second of each is that of _reverse",
    example: "input x : [m, T, 2] = [[[1, 2], [3, 4]]]\nrnn 3 tanh\nh[t] = tanh(x[0, t] @ W1 + h[t-1] @ U1 + b1) start zeros([3])\nassert a1[0] ~= h",
};

/// `lstm 64`
pub static LSTM: LayerDef = LayerDef {
    word: "lstm",
    form: "lstm 64",
    summary: "Adds a long short-term memory layer over `[m, T, n]`, with its state `a` and its memory `c`.",
    args: UNITS,
    options: OPTIONS,
    block: false,
    inputs: INPUTS,
    lines: &[
        Line { when: "!both", text: "param W : [n, 4*units] = init" },
        Line { when: "both", text: "param W : [2, n, 4*units] = init" },
        Line { when: "!both", text: "param U : [units, 4*units] = init" },
        Line { when: "both", text: "param U : [2, units, 4*units] = init" },
        Line { when: "bias !both", text: "param b : [4*units] = zeros" },
        Line { when: "bias both", text: "param b : [2, 4*units] = zeros" },
        Line { when: "bias", text: "_b = b" },
        Line { when: "!bias !both", text: "_b = 0" },
        Line { when: "!bias both", text: "_b = zeros([2, 1])" },
        Line { when: "length", text: "_n = expand(length, axis=1)" },
        Line {
            when: "!both !length",
            text: "_s[:, :, t] = lstm(x[:, t], _s[:, :, t-1], W, U, _b) start zeros([2, m, units])",
        },
        Line {
            when: "!both length",
            text: "_s[:, :, t] = where(t < _n, lstm(x[:, t], _s[:, :, t-1], W, U, _b), _s[:, :, t-1]) start zeros([2, m, units])",
        },
        Line {
            when: "both !length",
            text: "_ahead[:, :, t] = lstm(x[:, t], _ahead[:, :, t-1], W[0], U[0], _b[0]) start zeros([2, m, units])",
        },
        Line {
            when: "both !length",
            text: "_back[:, :, t] = lstm(x[:, t], _back[:, :, t+1], W[1], U[1], _b[1]) start zeros([2, m, units])",
        },
        Line {
            when: "both length",
            text: "_ahead[:, :, t] = where(t < _n, lstm(x[:, t], _ahead[:, :, t-1], W[0], U[0], _b[0]), _ahead[:, :, t-1]) start zeros([2, m, units])",
        },
        Line {
            when: "both length",
            text: "_back[:, :, t] = where(t < _n, lstm(x[:, t], _back[:, :, t+1], W[1], U[1], _b[1]), _back[:, :, t+1]) start zeros([2, m, units])",
        },
        Line { when: "!both", text: "c = _s[1]" },
        Line { when: "both", text: "c = concat(_ahead[1], _back[1], axis=2)" },
        Line { when: "!both", text: "a = _s[0]" },
        Line { when: "both", text: "a = concat(_ahead[0], _back[0], axis=2)" },
    ],
    torch: "nn.LSTM(n, 64, batch_first=True), gates in the order i, f, g, o: W1 is weight_ih_l0.T, U1 is weight_hh_l0.T, b1 is bias_ih_l0 + bias_hh_l0; with both=true the second of each is that of _reverse",
    example: "input x : [m, T, 2] = [[[1, 2], [3, 4]]]\nlstm 3\ns[t] = lstm(x[0, t], s[t-1], W1, U1, b1) start zeros([2, 3])\nassert a1[0] ~= s[:, 0]\nassert c1[0] ~= s[:, 1]",
};

/// `gru 64`
pub static GRU: LayerDef = LayerDef {
    word: "gru",
    form: "gru 64",
    summary: "Adds a layer of gated recurrent units over `[m, T, n]`; `d` is the bias inside the reset gate.",
    args: UNITS,
    options: OPTIONS,
    block: false,
    inputs: INPUTS,
    lines: &[
        Line { when: "!both", text: "param W : [n, 3*units] = init" },
        Line { when: "both", text: "param W : [2, n, 3*units] = init" },
        Line { when: "!both", text: "param U : [units, 3*units] = init" },
        Line { when: "both", text: "param U : [2, units, 3*units] = init" },
        Line { when: "bias !both", text: "param b : [3*units] = zeros" },
        Line { when: "bias both", text: "param b : [2, 3*units] = zeros" },
        Line { when: "bias !both", text: "param d : [units] = zeros" },
        Line { when: "bias both", text: "param d : [2, units] = zeros" },
        Line { when: "bias", text: "_b = b" },
        Line { when: "!bias !both", text: "_b = 0" },
        Line { when: "!bias both", text: "_b = zeros([2, 1])" },
        Line { when: "bias", text: "_d = d" },
        Line { when: "!bias !both", text: "_d = 0" },
        Line { when: "!bias both", text: "_d = zeros([2, 1])" },
        Line { when: "length", text: "_n = expand(length, axis=1)" },
        Line {
            when: "!both !length",
            text: "_s[:, t] = gru(x[:, t], _s[:, t-1], W, U, _b, _d) start zeros([m, units])",
        },
        Line {
            when: "!both length",
            text: "_s[:, t] = where(t < _n, gru(x[:, t], _s[:, t-1], W, U, _b, _d), _s[:, t-1]) start zeros([m, units])",
        },
        Line {
            when: "both !length",
            text: "_ahead[:, t] = gru(x[:, t], _ahead[:, t-1], W[0], U[0], _b[0], _d[0]) start zeros([m, units])",
        },
        Line {
            when: "both !length",
            text: "_back[:, t] = gru(x[:, t], _back[:, t+1], W[1], U[1], _b[1], _d[1]) start zeros([m, units])",
        },
        Line {
            when: "both length",
            text: "_ahead[:, t] = where(t < _n, gru(x[:, t], _ahead[:, t-1], W[0], U[0], _b[0], _d[0]), _ahead[:, t-1]) start zeros([m, units])",
        },
        Line {
            when: "both length",
            text: "_back[:, t] = where(t < _n, gru(x[:, t], _back[:, t+1], W[1], U[1], _b[1], _d[1]), _back[:, t+1]) start zeros([m, units])",
        },
        Line { when: "!both", text: "a = _s" },
        Line { when: "both", text: "a = concat(_ahead, _back, axis=2)" },
    ],
    torch: "nn.GRU(n, 64, batch_first=True), gates in the order r, z, n: W1 is weight_ih_l0.T, U1 is weight_hh_l0.T, b1 is bias_ih_l0 and, in its first two thirds, bias_hh_l0 added; d1 is the last third of bias_hh_l0; with both=true the second of each is that of _reverse",
    example: "input x : [m, T, 2] = [[[1, 2], [3, 4]]]\ngru 3\nh[t] = gru(x[0, t], h[t-1], W1, U1, b1, d1) start zeros([3])\nassert a1[0] ~= h",
};
