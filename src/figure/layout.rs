//! Places for the boxes of a graph: layers by the longest way, order by the middle of the neighbours, edges around what lies
//! between (Sugiyama, Tagawa and Toda 1981).

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// The upper left corner of each box.
    pub boxes: Vec<(f64, f64)>,
    /// The points of each edge, from the side of one box to the side of the other.
    pub routes: Vec<Vec<(f64, f64)>>,
    /// The whole width.
    pub width: f64,
    /// The whole height.
    pub height: f64,
    /// From above to below, not from left to right.
    pub down: bool,
}

/// A deeper graph goes from above to below.
const DEEP: usize = 7;
/// Between boxes of one layer.
const BESIDE: f64 = 22.0;
/// So long before the next layer an edge goes straight, and its label stands there; then it turns.
const TURN: f64 = 40.0;

/// One place of a layer: a box, or where a long edge passes.
#[derive(Clone, Debug)]
struct Spot {
    layer: usize,
    /// Across the layers.
    across: f64,
    thick: f64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Lays out boxes of these sizes; each edge goes from an earlier box to a later one. `labels` are the widths of what stands on
/// the edges that leave each box; 0: nothing.
pub fn lay(sizes: &[(f64, f64)], edges: &[(usize, usize)], labels: &[f64]) -> Laid {
    let count = sizes.len();
    let mut layer: Vec<usize> = vec![0; count];
    for (from, to) in ordered(edges) {
        layer[to] = layer[to].max(layer[from] + 1);
    }
    // What has nothing before it stands beside what it is first used by.
    for at in (0..count).rev() {
        if edges.iter().all(|(_, to)| *to != at) {
            let first = edges.iter().filter(|(from, _)| *from == at).map(|(_, to)| layer[*to]).min();
            layer[at] = first.map_or(layer[at], |first| first.saturating_sub(1));
        }
    }
    let layers = layer.iter().max().map_or(0, |last| last + 1);
    let down = layers > DEEP;
    // From above to below a label stands at the right of its edge.
    let beside = |at: usize| if labels[at] > 0.0 { 2.0 * (labels[at] + 10.0) } else { 0.0 };
    let thick = |at: usize| if down { sizes[at].0.max(beside(at)) } else { sizes[at].1 };
    let long = |at: usize| if down { sizes[at].1 } else { sizes[at].0 };
    let mut spots: Vec<Spot> = (0..count)
        .map(|at| Spot { layer: layer[at], across: 0.0, thick: thick(at), before: vec![], after: vec![] })
        .collect();
    let mut passes: Vec<Vec<usize>> = vec![];
    for (from, to) in edges {
        let mut way = vec![*from];
        for between in layer[*from] + 1..layer[*to] {
            let wide = if down { 8.0 } else { 14.0 };
            spots.push(Spot { layer: between, across: 0.0, thick: wide, before: vec![], after: vec![] });
            way.push(spots.len() - 1);
        }
        way.push(*to);
        for pair in way.windows(2) {
            spots[pair[0]].after.push(pair[1]);
            spots[pair[1]].before.push(pair[0]);
        }
        passes.push(way);
    }
    let mut rows: Vec<Vec<usize>> = vec![vec![]; layers];
    (0..spots.len()).for_each(|at| rows[spots[at].layer].push(at));
    order(&mut spots, &mut rows);
    let breadth = place(&mut spots, &rows);
    // Along the layers.
    let (mut at, mut gap, mut starts, mut depths, mut gaps) = (0.0, 0.0, vec![], vec![], vec![]);
    for row in &rows {
        let depth = row.iter().filter(|spot| **spot < count).map(|spot| long(*spot)).fold(0.0, f64::max);
        let label = row.iter().filter(|spot| **spot < count).map(|spot| labels[*spot]).fold(0.0, f64::max);
        gap = match down {
            _ if label == 0.0 => TURN + 8.0,
            true => TURN + 32.0,
            false => TURN + label + 14.0,
        };
        starts.push(at);
        depths.push(depth);
        gaps.push(gap);
        at += depth + gap;
    }
    let total = (at - gap).max(0.0);
    let turn = |along: f64, across: f64| if down { (across, along) } else { (along, across) };
    let boxes = (0..count)
        .map(|spot| {
            let own = &spots[spot];
            let along = starts[own.layer] + (depths[own.layer] - long(spot)) / 2.0;
            let half = if down { sizes[spot].0 / 2.0 } else { own.thick / 2.0 };
            turn(along, own.across - half)
        })
        .collect();
    let routes = passes
        .iter()
        .map(|way| {
            let mut route = vec![];
            for (i, spot) in way.iter().enumerate() {
                let own = &spots[*spot];
                let (start, depth) = (starts[own.layer], depths[own.layer]);
                let half = if *spot < count { long(*spot) / 2.0 } else { 0.0 };
                let middle = start + depth / 2.0;
                if i > 0 {
                    let along = if *spot < count { middle - half } else { start };
                    route.push(turn(along, own.across));
                }
                if i + 1 < way.len() {
                    let along = if *spot < count { middle + half } else { start + depth };
                    route.push(turn(along, own.across));
                    route.push(turn(start + depth + gaps[own.layer] - TURN, own.across));
                }
            }
            route
        })
        .collect();
    let (width, height) = turn(total, breadth);
    Laid { boxes, routes, width, height, down }
}

/// The edges by where they end, so that a box's layer is known before it is used.
fn ordered(edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut out = edges.to_vec();
    out.sort_by_key(|(from, to)| (*to, *from));
    out
}

/// Few crossings: each layer by the middle of its neighbours, forth and back.
fn order(spots: &mut [Spot], rows: &mut [Vec<usize>]) {
    let mut rank = vec![0.0; spots.len()];
    let number = |rank: &mut Vec<f64>, row: &[usize]| {
        row.iter().enumerate().for_each(|(i, spot)| rank[*spot] = i as f64);
    };
    rows.iter().for_each(|row| number(&mut rank, row));
    for sweep in 0..8 {
        let forth = sweep % 2 == 0;
        let mut each: Vec<usize> = (0..rows.len()).collect();
        if !forth {
            each.reverse();
        }
        for at in each {
            let middle = |spot: usize| {
                let near = if forth { &spots[spot].before } else { &spots[spot].after };
                if near.is_empty() {
                    return rank[spot];
                }
                near.iter().map(|other| rank[*other]).sum::<f64>() / near.len() as f64
            };
            let mut keyed: Vec<(f64, usize)> = rows[at].iter().map(|spot| (middle(*spot), *spot)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows[at] = keyed.into_iter().map(|(_, spot)| spot).collect();
            number(&mut rank, &rows[at]);
        }
    }
}

/// Across the layers: beside the neighbours, none upon another. The whole breadth.
fn place(spots: &mut [Spot], rows: &[Vec<usize>]) -> f64 {
    for row in rows {
        let mut at = 0.0;
        for spot in row {
            spots[*spot].across = at + spots[*spot].thick / 2.0;
            at += spots[*spot].thick + BESIDE;
        }
    }
    for sweep in 0..24 {
        let mut each: Vec<usize> = (0..rows.len()).collect();
        if sweep % 2 == 1 {
            each.reverse();
        }
        for at in each {
            let row = &rows[at];
            let wanted: Vec<f64> = row
                .iter()
                .map(|spot| {
                    let own = &spots[*spot];
                    let near: Vec<f64> =
                        own.before.iter().chain(&own.after).map(|other| spots[*other].across).collect();
                    if near.is_empty() { own.across } else { near.iter().sum::<f64>() / near.len() as f64 }
                })
                .collect();
            let places = apart(&wanted, &row.iter().map(|spot| spots[*spot].thick).collect::<Vec<_>>());
            for (spot, place) in row.iter().zip(places) {
                spots[*spot].across = place;
            }
        }
    }
    let low = spots.iter().map(|spot| spot.across - spot.thick / 2.0).fold(f64::INFINITY, f64::min);
    let low = if low.is_finite() { low } else { 0.0 };
    spots.iter_mut().for_each(|spot| spot.across -= low);
    spots.iter().map(|spot| spot.across + spot.thick / 2.0).fold(0.0, f64::max)
}

/// The places nearest to those that are wanted, by squares, in this order and so far apart that nothing touches: blocks that
/// would overlap are put together at their mean.
fn apart(wanted: &[f64], thick: &[f64]) -> Vec<f64> {
    // Without the room that lies before each, all that is left is to be in order.
    let mut room = vec![0.0; wanted.len()];
    for i in 1..wanted.len() {
        room[i] = room[i - 1] + (thick[i - 1] + thick[i]) / 2.0 + BESIDE;
    }
    let mut blocks: Vec<(f64, usize)> = vec![];
    for (want, room) in wanted.iter().zip(&room) {
        blocks.push((want - room, 1));
        while let [.., a, b] = blocks.as_slice()
            && a.0 > b.0
        {
            let merged = ((a.0 * a.1 as f64 + b.0 * b.1 as f64) / (a.1 + b.1) as f64, a.1 + b.1);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let flat = blocks.into_iter().flat_map(|(at, count)| std::iter::repeat_n(at, count));
    flat.zip(room).map(|(at, room)| at + room).collect()
}

#[cfg(test)]
mod tests {
    use super::lay;

    #[test]
    fn no_box_lies_upon_another_and_edges_go_forward() {
        // u = b c, v = a + u, J = 3 v, and a long edge from a to J.
        let sizes = vec![(40.0, 30.0); 6];
        let edges = [(1, 3), (2, 3), (0, 4), (3, 4), (4, 5), (0, 5)];
        let laid = lay(&sizes, &edges, &[20.0; 6]);
        for (i, a) in laid.boxes.iter().enumerate() {
            for b in &laid.boxes[i + 1..] {
                assert!((a.0 - b.0).abs() >= 40.0 || (a.1 - b.1).abs() >= 30.0, "{a:?} {b:?}");
            }
        }
        for ((from, to), route) in edges.into_iter().zip(&laid.routes) {
            assert!(laid.boxes[from].0 < laid.boxes[to].0);
            // Straight behind its box, as long as its label.
            assert!(route[0].1 == route[1].1 && route[1].0 - route[0].0 > 20.0);
        }
    }
}
