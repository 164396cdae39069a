//! What the rate is multiplied by, epoch for epoch, where that has a memory or a length.

/// A schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// 1 throughout.
    Constant,
    /// Up in a line over `warmup` epochs, then down half a cosine to 0 at the last.
    Cosine {
        /// In epochs.
        warmup: f64,
    },
    /// Times `factor` at every so many epochs.
    Decay {
        /// `0.1`
        factor: f64,
        /// In epochs.
        every: f64,
    },
    /// Times `factor` where `patience` epochs brought nothing better; as PyTorch's `ReduceLROnPlateau`.
    Plateau {
        /// `0.1`
        factor: f64,
        /// In epochs.
        patience: u64,
        /// What it is now.
        now: f64,
        /// The best so far.
        best: f64,
        /// Epochs since.
        since: u64,
    },
}

impl Schedule {
    /// The factor in an epoch, counted with its steps as parts, of so many.
    pub fn factor(&self, epoch: f64, epochs: f64) -> f64 {
        match *self {
            Schedule::Constant => 1.0,
            Schedule::Cosine { warmup } if epoch < warmup => (epoch + 1.0) / (warmup + 1.0),
            Schedule::Cosine { warmup } => {
                let share = ((epoch - warmup) / (epochs - warmup).max(1.0)).min(1.0);
                0.5 * (1.0 + libm::cos(std::f64::consts::PI * share))
            }
            Schedule::Decay { factor, every } => libm::pow(factor, libm::floor(epoch / every.max(1.0))),
            Schedule::Plateau { now, .. } => now,
        }
    }

    /// What it remembers: what a checkpoint holds.
    pub fn memory(&self) -> [f64; 3] {
        match *self {
            Schedule::Plateau { now, best, since, .. } => [now, best, since as f64],
            _ => [1.0, f64::INFINITY, 0.0],
        }
    }

    /// Goes on with what it remembered.
    pub fn remember(&mut self, memory: &[f64; 3]) {
        if let Schedule::Plateau { now, best, since, .. } = self {
            (*now, *best, *since) = (memory[0], memory[1], memory[2] as u64);
        }
    }

    /// An epoch ended with this loss.
    pub fn ended(&mut self, loss: f64) {
        let Schedule::Plateau { factor, patience, now, best, since } = self else { return };
        if loss < *best * (1.0 - 1e-4) {
            (*best, *since) = (loss, 0);
            return;
        }
        *since += 1;
        if *since > *patience {
            *now *= *factor;
            *since = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn a_cosine_warms_up_and_ends_near_nothing() {
        let cosine = Schedule::Cosine { warmup: 4.0 };
        assert_eq!(cosine.factor(0.0, 20.0), 0.2);
        assert_eq!(cosine.factor(4.0, 20.0), 1.0);
        assert!((cosine.factor(12.0, 20.0) - 0.5).abs() < 1e-15);
        assert!(cosine.factor(20.0, 20.0) < 1e-15);
    }

    #[test]
    fn a_plateau_waits_its_patience() {
        let mut plateau = Schedule::Plateau { factor: 0.5, patience: 1, now: 1.0, best: f64::INFINITY, since: 0 };
        for (loss, factor) in [(1.0, 1.0), (1.0, 1.0), (1.0, 0.5), (0.5, 0.5), (0.6, 0.5), (0.6, 0.25)] {
            plateau.ended(loss);
            assert_eq!(plateau.factor(0.0, 10.0), factor, "after {loss}");
        }
    }
}
