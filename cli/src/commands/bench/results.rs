//! What was measured, and what can be read off it.

use serde::Serialize;

/// The seconds of some loads, one after the other.
pub(crate) type Samples = Vec<f64>;

/// What is measured, in the order in which a round does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Cold,
    Disk,
    Warm,
    /// An isolate is started.
    Start,
    /// It gives its first answer.
    Call,
}

impl Work {
    pub(crate) const ALL: [Work; 5] = [Work::Cold, Work::Disk, Work::Warm, Work::Start, Work::Call];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Work::Cold => "cold",
            Work::Disk => "disk",
            Work::Warm => "warm",
            Work::Start => "start",
            Work::Call => "call",
        }
    }
}

/// Everything that one run measured.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    /// Exocet first.
    pub(crate) contestants: Vec<Contestant>,
    pub(crate) modules: Vec<Module>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Contestant {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// One for each contestant.
    pub(crate) takes: Vec<Take>,
}

/// What one contestant did with one module. Seconds, in the rounds in which they were taken.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Take {
    cold: Vec<Samples>,
    disk: Vec<Samples>,
    warm: Vec<Samples>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    start: Vec<Samples>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    call: Vec<Samples>,
    /// The bytes that an instance takes up.
    pub(crate) memory: Option<f64>,
    pub(crate) failure: Option<String>,
}

/// A ratio that each round measures: the median round, and the 10th and the 90th percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Results {
    /// Whether some module could not be measured here. What a baseline can't do is no failure.
    pub(crate) fn failed(&self) -> bool {
        self.modules.iter().any(|module| module.takes[0].failure.is_some())
    }
}

impl Module {
    pub(crate) fn new(name: &str, contestants: usize) -> Self {
        Self { name: name.to_owned(), takes: vec![Take::default(); contestants] }
    }

    /// Whether nobody before this contestant does that work.
    pub(crate) fn is_first(&self, contestant: usize, work: Work) -> bool {
        self.takes[..contestant].iter().all(|take| take.rounds(work).is_empty())
    }

    /// How many times as long as Exocet the contestant took.
    pub(crate) fn ratio(&self, contestant: usize, work: Work) -> Option<Ratio> {
        let ratios = self.ratios(contestant, work);
        Some(Ratio {
            median: percentile(&ratios, 50.0)?,
            low: percentile(&ratios, 10.0)?,
            high: percentile(&ratios, 90.0)?,
        })
    }

    /// The same for each round that both did.
    pub(crate) fn ratios(&self, contestant: usize, work: Work) -> Samples {
        let (own, other) = (self.takes[0].rounds(work), self.takes[contestant].rounds(work));
        let median = |samples: &Samples| percentile(samples, 50.0);
        own.iter().zip(other).filter_map(|(own, other)| Some(median(other)? / median(own)?)).collect()
    }
}

impl Take {
    pub(crate) fn rounds(&self, work: Work) -> &[Samples] {
        match work {
            Work::Cold => &self.cold,
            Work::Disk => &self.disk,
            Work::Warm => &self.warm,
            Work::Start => &self.start,
            Work::Call => &self.call,
        }
    }

    pub(crate) fn rounds_of(&mut self, work: Work) -> &mut Vec<Samples> {
        match work {
            Work::Cold => &mut self.cold,
            Work::Disk => &mut self.disk,
            Work::Warm => &mut self.warm,
            Work::Start => &mut self.start,
            Work::Call => &mut self.call,
        }
    }

    /// Every sample of that work.
    pub(crate) fn samples(&self, work: Work) -> Samples {
        self.rounds(work).concat()
    }

    /// What went well; a failure is kept.
    pub(crate) fn note<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.failure = Some(error)).ok()
    }
}

/// The sample that so many percent are not above. None of no samples.
pub(crate) fn percentile(samples: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(last as f64 * percent / 100.0).round() as usize])
}

/// How often a second something goes that takes so long, by thousands: `12,345`.
pub(crate) fn rate(seconds: f64) -> String {
    indicatif::HumanCount((1.0 / seconds).round() as u64).to_string()
}
