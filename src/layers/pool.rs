//! `pool`: the largest or the mean of each window.

use super::{Arg, ArgKind, Input, LayerDef, Line, Opt, OptKind};

/// `pool max 2x2`, `pool mean all`
pub static POOL: LayerDef = LayerDef {
    word: "pool",
    form: "pool max 2x2",
    summary: "Adds a pool: the largest entry of each window, or with `pool mean 2x2` the mean; with `all` of all there is.",
    args: &[
        Arg { name: "way", kind: ArgKind::Word(&["max", "mean"]), says: "`max` or `mean`" },
        Arg { name: "window", kind: ArgKind::Window, says: "the size of its window" },
    ],
    options: &[
        Opt { name: "stride", kind: OptKind::Sizes, default: "" },
        Opt { name: "pad", kind: OptKind::Pad, default: "0" },
    ],
    block: false,
    inputs: &[
        Input { when: "one !all", shape: "[m, c, t]", is: "line" },
        Input { when: "two !all", shape: "[m, c, h, w]", is: "plane" },
        Input { when: "all", shape: "[m, c, t]", is: "line" },
        Input { when: "all", shape: "[m, c, h, w]", is: "plane" },
    ],
    lines: &[
        Line { when: "max !all", text: "a = max_pool(x, window, stride=stride, pad=pad)" },
        Line { when: "mean !all", text: "a = avg_pool(x, window, stride=stride, pad=pad)" },
        Line { when: "max all line", text: "a = max(x, axis=2)" },
        Line { when: "mean all line", text: "a = mean(x, axis=2)" },
        Line { when: "max all plane", text: "a = max(x, axis=[2, 3])" },
        Line { when: "mean all plane", text: "a = mean(x, axis=[2, 3])" },
    ],
    torch: "nn.MaxPool2d(2), nn.AvgPool2d(2) (MaxPool1d, AvgPool1d); `all` is the mean over the last axes",
    example: "input x : [m, 1, 2, 4] = [[[[1, 2, 3, 4], [5, 6, 7, 8]]]]\npool max 2x2\npool mean all from x\nassert a1 == [[[[6, 8]]]]\nassert a2 == [[4.5]]",
};
