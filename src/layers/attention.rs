//! `attention`: self-attention with several heads.

use super::{Arg, ArgKind, BIAS, INIT, Input, LayerDef, Line, Opt, OptKind};

/// `attention 4 causal=true`
pub static ATTENTION: LayerDef = LayerDef {
    word: "attention",
    form: "attention 4 causal=true",
    summary: "Adds self-attention with so many heads, of `[m, T, d]`; with `causal=true` each place sees itself and those before; `dropout` drops a share of the weights while training.",
    args: &[Arg { name: "heads", kind: ArgKind::Units, says: "its number of heads" }],
    options: &[
        INIT,
        BIAS,
        Opt { name: "causal", kind: OptKind::Flag, default: "false" },
        Opt { name: "dropout", kind: OptKind::Value, default: "" },
    ],
    block: false,
    inputs: &[Input { when: "", shape: "[m, T, d]", is: "" }],
    lines: &[
        Line { when: "", text: "param W : [d, 3*d] = init" },
        Line { when: "bias", text: "param b : [3*d] = zeros" },
        Line { when: "", text: "param O : [d, d] = init" },
        Line { when: "bias", text: "param o : [d] = zeros" },
        Line { when: "bias", text: "_y = x @ W + b" },
        Line { when: "!bias", text: "_y = x @ W" },
        Line { when: "", text: "_s = transpose(reshape(_y, [m, T, 3, heads, d/heads]), [2, 0, 3, 1, 4])" },
        Line { when: "", text: "_q = _s[0]" },
        Line { when: "", text: "_k = _s[1]" },
        Line { when: "", text: "_v = _s[2]" },
        Line { when: "!causal", text: "p = softmax(_q @ _k' / sqrt(d/heads), axis=-1)" },
        Line {
            when: "causal",
            text: "p = softmax(where(tril(ones([T, T])) > 0, _q @ _k' / sqrt(d/heads), -inf), axis=-1)",
        },
        Line { when: "!dropout", text: "_h = p @ _v" },
        Line { when: "dropout", text: "_h = (where(training, bernoulli(1 - dropout + 0*p)/(1 - dropout), 1)*p) @ _v" },
        Line { when: "", text: "_c = reshape(transpose(_h, [0, 2, 1, 3]), [m, T, d])" },
        Line { when: "bias", text: "a = _c @ O + o" },
        Line { when: "!bias", text: "a = _c @ O" },
    ],
    torch: "nn.MultiheadAttention(d, 4, batch_first=True): W1 is in_proj_weight.T, b1 in_proj_bias, O1 out_proj.weight.T, o1 out_proj.bias",
    example: "input x : [m, 3, 4] = zeros([1, 3, 4])\nattention 2 causal=true\nassert p1[0, 0, 0] ~= [1, 0, 0]",
};
