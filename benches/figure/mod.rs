//! A measurement by Criterion that ends in one line: the figure, the aim, and the ratio to whatever else was measured in the
//! same run.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// What one line says.
pub(crate) struct Figure<'a> {
    /// What was done, in words.
    pub work: &'a str,
    /// What is counted, in the plural: "badges".
    pub unit: &'a str,
    /// How many of them one call makes.
    pub each: f64,
    /// Per second and core, where something is aimed at.
    pub aim: Option<f64>,
    /// Others in the same run, per second and core.
    pub peers: &'a [(&'a str, f64)],
}

impl Figure<'_> {
    /// Measures `work` on this one thread, prints the line and returns the figure, which is the median of Criterion's samples.
    pub(crate) fn measure<T>(&self, mut work: impl FnMut() -> T) -> f64 {
        let mut samples: Vec<Duration> = Vec::new();
        let mut criterion = Criterion::default()
            .configure_from_args()
            .warm_up_time(Duration::from_secs(1))
            .measurement_time(Duration::from_secs(5))
            .sample_size(50);
        criterion.bench_function(self.work, |bencher| {
            bencher.iter_custom(|times| {
                let start = Instant::now();
                for _ in 0..times {
                    black_box(work());
                }
                let took = start.elapsed();
                samples.push(took / u32::try_from(times).unwrap_or(u32::MAX).max(1));
                took
            });
        });
        samples.sort_unstable();
        let Some(median) = samples.get(samples.len() / 2) else {
            return f64::NAN;
        };
        let figure = self.each / median.as_secs_f64();
        let aim = self.aim.map(|aim| {
            let judged = if figure >= aim { "reached" } else { "missed" };
            format!(" (aim {aim:.0}: {judged})")
        });
        println!(
            "\n{}: {figure:.0} {} per second and core{}",
            self.work,
            self.unit,
            aim.unwrap_or_default()
        );
        for (name, theirs) in self.peers {
            println!("  {:.2} times {name} ({theirs:.0})", figure / theirs);
        }
        figure
    }
}
