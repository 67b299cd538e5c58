//! Plots of one module's samples, as SVG.

use super::results::{Contestant, Module, Samples, Work, percentile};
use crate::output::time;
use plotters::{coord::Shift, prelude::*};

/// A drawing that failed is left out: it is text in memory, and only a coordinate that is no number can break it.
type Drawn = Result<(), Box<dyn std::error::Error>>;

const WIDTH: u32 = 900;
const COLOURS: [RGBColor; 6] = [
    RGBColor(0xd9, 0x4e, 0x2a),
    RGBColor(0x2f, 0x6d, 0xb5),
    RGBColor(0x3b, 0x8f, 0x4f),
    RGBColor(0x8a, 0x56, 0xac),
    RGBColor(0xb0, 0x8a, 0x1e),
    RGBColor(0x5f, 0x6b, 0x73),
];

/// Every sample as a dot, by work and contestant, on a logarithmic scale of time; the bar goes from the 10th to the 90th
/// percentile, and the line stands at the median.
pub(crate) fn times(contestants: &[Contestant], module: &Module) -> Option<String> {
    let rows: Vec<(Work, usize, Samples)> = Work::ALL
        .into_iter()
        .flat_map(|work| (0..contestants.len()).map(move |at| (work, at)))
        .map(|(work, at)| (work, at, module.takes[at].samples(work)))
        .filter(|(_, _, samples)| !samples.is_empty())
        // The axis goes upwards, and a person reads downwards.
        .rev()
        .collect();
    let all: Samples = rows.iter().flat_map(|(_, _, samples)| samples.iter().copied()).collect();
    let (low, high) = (percentile(&all, 0.0)?, percentile(&all, 100.0)?);
    let count = rows.len();
    let label = |row: &f64| match (row.fract().abs() < 0.01, rows.get(*row as usize)) {
        (false, Some((work, at, _))) => format!("{} {}", work.name(), contestants[*at].name),
        _ => String::new(),
    };
    svg(40 + 34 * count as u32, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(40)
            .x_label_area_size(30)
            .y_label_area_size(150)
            .build_cartesian_2d((low * 0.8..high * 1.25).log_scale(), 0.0..count as f64)?;
        let middles: Vec<f64> = (0..count).map(|row| row as f64 + 0.5).collect();
        chart
            .configure_mesh()
            .disable_y_mesh()
            .y_labels(2 * count + 1)
            .y_label_formatter(&|row| {
                if middles.iter().any(|middle| (middle - row).abs() < 0.01) { label(row) } else { String::new() }
            })
            .x_label_formatter(&|seconds| time(*seconds))
            .draw()?;
        for (row, (_, at, samples)) in rows.iter().enumerate() {
            let colour = COLOURS[at % COLOURS.len()];
            let middle = row as f64 + 0.5;
            let percent = |percent| percentile(samples, percent).unwrap_or(low);
            chart.draw_series([Rectangle::new(
                [(percent(10.0), middle - 0.3), (percent(90.0), middle + 0.3)],
                colour.mix(0.25).filled(),
            )])?;
            chart.draw_series(
                samples.iter().map(|seconds| Circle::new((*seconds, middle), 2, colour.mix(0.5).filled())),
            )?;
            let median = percent(50.0);
            chart.draw_series([PathElement::new(
                [(median, middle - 0.36), (median, middle + 0.36)],
                colour.stroke_width(3),
            )])?;
        }
        Ok(())
    })
}

/// How many times as long as Exocet each contestant took in each round of a work.
pub(crate) fn ratios(contestants: &[Contestant], module: &Module, work: Work) -> Option<String> {
    let series: Vec<(usize, Samples)> = (1..contestants.len()).map(|at| (at, module.ratios(at, work))).collect();
    let high = series
        .iter()
        .flat_map(|(_, ratios)| ratios.iter().copied())
        .fold(None, |high: Option<f64>, ratio| Some(high.map_or(ratio, |high| high.max(ratio))))?;
    let rounds = series.iter().map(|(_, ratios)| ratios.len()).max().unwrap_or(0);
    svg(220, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(40)
            .x_label_area_size(36)
            .y_label_area_size(60)
            .build_cartesian_2d(1.0..(rounds as f64).max(2.0), 0.0..high * 1.15)?;
        chart
            .configure_mesh()
            .x_desc("round")
            .x_label_formatter(&|round| format!("{round:.0}"))
            .y_desc("times as long")
            .draw()?;
        for (at, ratios) in &series {
            let colour = COLOURS[at % COLOURS.len()];
            let points = ratios.iter().enumerate().map(|(round, ratio)| (round as f64 + 1.0, *ratio));
            chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
        }
        // Below this line the other one is faster.
        chart.draw_series([PathElement::new([(1.0, 1.0), ((rounds as f64).max(2.0), 1.0)], BLACK.mix(0.5))])?;
        Ok(())
    })
}

fn svg(height: u32, draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Drawn) -> Option<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area).ok()?;
        area.present().ok()?;
    }
    Some(svg)
}

/// The colour of a contestant, for a legend.
pub(crate) fn colour(contestant: usize) -> String {
    let RGBColor(red, green, blue) = COLOURS[contestant % COLOURS.len()];
    format!("#{red:02x}{green:02x}{blue:02x}")
}
