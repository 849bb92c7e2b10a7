//! What has been measured.

use std::collections::BTreeMap;

/// Which figure: allocator, case, contender, metric.
pub type Key = (String, String, String, String);

/// All samples of a run.
#[derive(Clone, Debug, Default)]
pub struct Results {
    samples: BTreeMap<Key, Vec<f64>>,
    /// Measurements that came to nothing: what, and why.
    pub failures: Vec<(String, String)>,
}

/// Several samples, summed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The one in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// How many there are.
    pub samples: usize,
}

impl Results {
    /// Adds a sample.
    pub fn add(&mut self, allocator: &str, case: &str, contender: &str, metric: &str, value: f64) {
        let key = (
            allocator.to_owned(),
            case.to_owned(),
            contender.to_owned(),
            metric.to_owned(),
        );
        self.samples.entry(key).or_default().push(value);
    }

    /// The samples of one figure.
    #[must_use]
    pub fn get(
        &self,
        allocator: &str,
        case: &str,
        contender: &str,
        metric: &str,
    ) -> Option<Summary> {
        let key = (
            allocator.to_owned(),
            case.to_owned(),
            contender.to_owned(),
            metric.to_owned(),
        );
        self.samples
            .get(&key)
            .and_then(|samples| Summary::of(samples))
    }

    /// All figures.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &[f64])> {
        self.samples
            .iter()
            .map(|(key, samples)| (key, samples.as_slice()))
    }
}

impl Summary {
    fn of(samples: &[f64]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self {
            median,
            min,
            max,
            samples: sorted.len(),
        })
    }
}
