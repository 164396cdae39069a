//! L-BFGS: a quasi-Newton step over all examples, with a line search for the strong Wolfe conditions.
//!
//! Nocedal and Wright, *Numerical Optimization*, algorithms 7.4, 3.5 and 3.6.

use std::collections::VecDeque;

/// Armijo's share of the decrease that the slope promises.
const ENOUGH: f64 = 1e-4;
/// The share of the slope that may be left.
const LEFT: f64 = 0.9;
/// Evaluations of one line search.
const TRIALS: usize = 40;

/// What it remembers of its steps.
#[derive(Debug)]
pub struct Lbfgs {
    history: usize,
    /// Steps, differences of gradients, and one over their product.
    pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)>,
}

/// Where it stands: parameters, loss, gradient.
#[derive(Clone, Debug)]
pub struct Point {
    /// All parameters, end to end.
    pub at: Vec<f64>,
    /// The loss.
    pub loss: f64,
    /// Its gradient.
    pub slope: Vec<f64>,
}

/// A point of the line: how far, and the slope along it.
struct Trial {
    far: f64,
    along: f64,
    point: Point,
}

impl Lbfgs {
    /// Without a memory yet.
    pub fn new(history: usize) -> Lbfgs {
        Lbfgs { history: history.max(1), pairs: VecDeque::new() }
    }

    /// One step; `None` where no step makes the loss smaller.
    pub fn step<E>(
        &mut self,
        from: &Point,
        rate: f64,
        evaluate: &mut dyn FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
    ) -> Result<Option<Point>, E> {
        let mut way = self.direction(&from.slope);
        if dot(&way, &from.slope) >= 0.0 {
            self.pairs.clear();
            way = from.slope.iter().map(|g| -g).collect();
        }
        let first = if self.pairs.is_empty() {
            let total: f64 = from.slope.iter().map(|g| g.abs()).sum();
            rate * f64::min(1.0, 1.0 / total)
        } else {
            rate
        };
        let Some(next) = search(from, &way, first, evaluate)? else {
            // What is remembered may be of another region: once more without it.
            if self.pairs.is_empty() {
                return Ok(None);
            }
            self.pairs.clear();
            return self.step(from, rate, evaluate);
        };
        let moved: Vec<f64> = next.at.iter().zip(&from.at).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next.slope.iter().zip(&from.slope).map(|(a, b)| a - b).collect();
        let product = dot(&moved, &turned);
        if product > 1e-300 && product > 1e-14 * dot(&turned, &turned) * 1e-10 {
            if self.pairs.len() == self.history {
                self.pairs.pop_front();
            }
            self.pairs.push_back((moved, turned, 1.0 / product));
        }
        Ok(Some(next))
    }

    /// By how much the next step makes the loss smaller, as far as the curvature is known; 0 where no gradient is left.
    pub fn promise(&self, slope: &[f64]) -> Option<f64> {
        if slope.iter().all(|g| *g == 0.0) {
            return Some(0.0);
        }
        (!self.pairs.is_empty()).then(|| -dot(&self.direction(slope), slope))
    }

    /// Minus the inverse Hessian, as far as it is known, times the gradient.
    fn direction(&self, slope: &[f64]) -> Vec<f64> {
        let mut way: Vec<f64> = slope.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (moved, turned, rho) in self.pairs.iter().rev() {
            let share = rho * dot(moved, &way);
            way.iter_mut().zip(turned).for_each(|(w, y)| *w -= share * y);
            shares.push(share);
        }
        if let Some((_, turned, rho)) = self.pairs.back() {
            let scale = 1.0 / (rho * dot(turned, turned));
            way.iter_mut().for_each(|w| *w *= scale);
        }
        for ((moved, turned, rho), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = rho * dot(turned, &way);
            way.iter_mut().zip(moved).for_each(|(w, s)| *w += (share - back) * s);
        }
        way
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A point along the way where the loss is smaller enough and the slope flat enough.
fn search<E>(
    from: &Point,
    way: &[f64],
    first: f64,
    evaluate: &mut dyn FnMut(&[f64]) -> Result<(f64, Vec<f64>), E>,
) -> Result<Option<Point>, E> {
    let steep = dot(&from.slope, way);
    // Differences below this are rounding.
    let slack = 4.0 * f64::EPSILON * from.loss.abs();
    let mut trial = |far: f64| -> Result<Trial, E> {
        let at: Vec<f64> = from.at.iter().zip(way).map(|(x, d)| x + far * d).collect();
        let (loss, slope) = evaluate(&at)?;
        let along = dot(&slope, way);
        Ok(Trial { far, along, point: Point { at, loss, slope } })
    };
    let high = |t: &Trial| !t.point.loss.is_finite() || t.point.loss > from.loss + ENOUGH * t.far * steep + slack;
    let flat = |t: &Trial| t.along.abs() <= -LEFT * steep;
    let mut low = Trial { far: 0.0, along: steep, point: from.clone() };
    let mut far = first;
    let mut end = None;
    let mut left = TRIALS;
    while left > 0 {
        left -= 1;
        let next = trial(far)?;
        if high(&next) || low.far > 0.0 && next.point.loss > low.point.loss + slack {
            end = Some(next);
            break;
        }
        if flat(&next) {
            return Ok(Some(next.point));
        }
        if next.along >= 0.0 {
            end = Some(std::mem::replace(&mut low, next));
            break;
        }
        far = 2.0 * next.far;
        low = next;
    }
    let Some(mut end) = end else { return Ok(smaller(low, from)) };
    while left > 0 {
        left -= 1;
        let next = trial(between(&low, &end))?;
        if high(&next) || next.point.loss > low.point.loss + slack {
            end = next;
        } else {
            if flat(&next) {
                return Ok(Some(next.point));
            }
            if next.along * (end.far - low.far) >= 0.0 {
                end = std::mem::replace(&mut low, next);
            } else {
                low = next;
            }
        }
        if (end.far - low.far).abs() <= 1e-16 * first {
            break;
        }
    }
    Ok(smaller(low, from))
}

fn smaller(trial: Trial, from: &Point) -> Option<Point> {
    (trial.far > 0.0 && trial.point.loss < from.loss).then_some(trial.point)
}

/// The least point of the cubic through both ends, well inside them.
fn between(low: &Trial, end: &Trial) -> f64 {
    let (a, b) = (low.far, end.far);
    let middle = 0.5 * (a + b);
    let first = low.along + end.along - 3.0 * (low.point.loss - end.point.loss) / (a - b);
    let root = first * first - low.along * end.along;
    if !root.is_finite() || root < 0.0 {
        return middle;
    }
    let root = root.sqrt() * (b - a).signum();
    let far = b - (b - a) * (end.along + root - first) / (end.along - low.along + 2.0 * root);
    let (near, wide) = (f64::min(a, b), (b - a).abs());
    if far.is_finite() { far.clamp(near + 0.1 * wide, near + 0.9 * wide) } else { middle }
}

#[cfg(test)]
mod tests {
    use super::{Lbfgs, Point};

    #[test]
    fn rosenbrocks_valley_is_walked_to_its_end() {
        let mut evaluate = |x: &[f64]| -> Result<(f64, Vec<f64>), ()> {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            Ok((a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b]))
        };
        let at = vec![-1.2, 1.0];
        let (loss, slope) = evaluate(&at).expect("it is evaluated");
        let mut point = Point { at, loss, slope };
        let mut lbfgs = Lbfgs::new(10);
        for _ in 0..60 {
            match lbfgs.step(&point, 1.0, &mut evaluate).expect("it is evaluated") {
                Some(next) => point = next,
                None => break,
            }
        }
        assert!((point.at[0] - 1.0).abs() < 1e-8 && (point.at[1] - 1.0).abs() < 1e-8, "{point:?}");
    }
}
