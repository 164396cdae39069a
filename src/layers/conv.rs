//! `conv`: a convolution of sequences or pictures.

use super::{Arg, ArgKind, BIAS, INIT, Input, LayerDef, Line, Opt, OptKind};

/// `conv 8 5x5 relu stride=2 pad=same`, `conv 8 5`
pub static CONV: LayerDef = LayerDef {
    word: "conv",
    form: "conv 8 5x5 relu stride=2 pad=same",
    summary: "Adds a convolution of pictures `[m, c, h, w]`, or with `conv 8 5` of sequences `[m, c, t]`.",
    args: &[
        Arg { name: "units", kind: ArgKind::Units, says: "its number of kernels" },
        Arg { name: "window", kind: ArgKind::Window, says: "the size of its window" },
    ],
    options: &[
        INIT,
        BIAS,
        Opt { name: "stride", kind: OptKind::Sizes, default: "1" },
        Opt { name: "pad", kind: OptKind::Pad, default: "0" },
        Opt { name: "dilation", kind: OptKind::Sizes, default: "1" },
        Opt { name: "groups", kind: OptKind::Number, default: "1" },
    ],
    block: false,
    inputs: &[
        Input { when: "one", shape: "[m, c, t]", is: "line" },
        Input { when: "two", shape: "[m, c, h, w]", is: "plane" },
    ],
    lines: &[
        Line { when: "line", text: "param W : [units, c/groups, kh] = init" },
        Line { when: "plane", text: "param W : [units, c/groups, kh, kw] = init" },
        Line { when: "bias", text: "param b : [units] = zeros" },
        Line { when: "bias", text: "z = conv(x, W, b, stride=stride, pad=pad, dilation=dilation, groups=groups)" },
        Line { when: "!bias", text: "z = conv(x, W, stride=stride, pad=pad, dilation=dilation, groups=groups)" },
        Line { when: "", text: "a = z" },
    ],
    torch: "nn.Conv2d(c, 8, 5, stride=2) (nn.Conv1d): W1 is weight, b1 is bias, as they are",
    example: "input x : [m, 1, 3, 3] = [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]\nconv 2 2x2\nassert a1 ~= conv(x, W1, b1)",
};
