//! The moving part of `/tinh-trang`: what goes on, how far it is, and the buttons for it.

use maud::{Markup, html};

use crate::web::{
    api_runs::{HowFar, Now, RunNow},
    status::what,
    words::Lang,
};

/// The part with what keeps it up to date: a stream of events, a reload where there is no script.
pub fn live(now: &Now, lang: Lang) -> Markup {
    let is_busy = now.run.is_some() || now.rebuilding.is_some() || now.n_waiting > 0;
    html! {
        @if is_busy { noscript { meta http-equiv="refresh" content="5"; } }
        div #now data-events="/tinh-trang/su-kien" { (part(now, lang)) }
        span.skip #said aria-live="polite" {}
        div.orders {
            (button("nap", "", lang.word("status.order_changes")))
            (button("doc-cu", "", lang.word("status.order_stale")))
            (button("doc-lai", "doc", lang.word("status.order_doc")))
            (button("lap-lai", "", lang.word("status.order_reindex")))
        }
    }
}

/// What goes on at a moment. `data-busy` tells the script when a run has come to its end,
/// `data-said` what a screen reader is to say.
pub fn part(now: &Now, lang: Lang) -> Markup {
    let is_busy = now.run.is_some() || now.rebuilding.is_some() || now.n_waiting > 0;
    html! {
        div.now data-busy=(is_busy) data-said=(said(now, lang)) {
            @match &now.run {
                Some(run) => (running(run, lang)),
                None if now.rebuilding.is_none() => p { (lang.word("status.idle")) },
                None => {}
            }
            @if let Some(far) = &now.rebuilding {
                (bar(far, lang.word("status.rebuilding"), lang.word("status.documents"), lang))
                p { (lang.word("status.generation_serving")) " " (now.generation.unwrap_or(0)) "." }
            } @else if let Some(generation) = now.generation {
                p.small { (lang.word("status.generation")) " " (generation) }
            }
            @if now.n_waiting > 0 {
                p { (lang.word("status.waiting")) " " (lang.count(now.n_waiting as u64)) }
            }
            @if let Some(cause) = &now.failure {
                p.note { (lang.word("status.broke_off")) }
                details.small { summary { (lang.word("status.detail")) } code lang="en" { (cause) } }
            }
            @if now.is_paused {
                p.note { (lang.word("status.paused")) }
                (button("tiep-tuc", "", lang.word("status.resume")))
            } @else if is_busy {
                (button("tam-dung", "", lang.word("status.pause")))
            }
        }
    }
}

/// A form of one button: an order that works without a script.
pub fn button(order: &str, kinds: &str, words: &str) -> Markup {
    html! {
        form.order action="/tinh-trang" method="post" {
            input type="hidden" name="viec" value=(order);
            @if !kinds.is_empty() { input type="hidden" name="loai" value=(kinds); }
            button type="submit" { (words) }
        }
    }
}

fn running(run: &RunNow, lang: Lang) -> Markup {
    let count = |name: &str| run.counts[name].as_u64().unwrap_or(0);
    let n_failed: u64 = run.counts["failed"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, n)| n.as_u64())
        .sum();
    html! {
        @match &run.how_far {
            None => p { (what(run.what, lang)) ": " (lang.word("status.looking")) },
            Some(far) if run.is_recognising => {
                (bar(far, lang.word("status.recognising"), lang.word("status.pages"), lang))
            }
            Some(far) => {
                (bar(far, what(run.what, lang), lang.word("status.files"), lang))
                p {
                    (lang.word("status.run_new")) " " (lang.count(count("n_new")))
                    " · " (lang.word("status.run_changed")) " " (lang.count(count("n_changed")))
                    " · " (lang.word("status.run_again")) " " (lang.count(count("n_read_again")))
                    " · " (lang.word("status.run_failed")) " " (lang.count(n_failed))
                    " · " (lang.word("status.run_ocr")) " " (lang.count(count("n_needs_ocr")))
                    @if let Some(n_bytes) = far.memory_bytes {
                        " · " (lang.word("status.memory")) " " (lang.count(n_bytes >> 20)) " MB"
                    }
                }
            }
        }
    }
}

fn bar(far: &HowFar, name: &str, unit: &str, lang: Lang) -> Markup {
    html! {
        p {
            b { (name) ": " (lang.count(far.n_done)) " / " (lang.count(far.n_total)) " " (unit) } " "
            progress max=(far.n_total.max(1)) value=(far.n_done) aria-label=(name) {}
            " " (rate(far.rate, lang)) " " (unit) "/" (lang.word("status.second"))
            " (" (lang.word("status.mean")) " " (rate(far.mean_rate, lang)) ")"
            @if let Some(seconds) = far.seconds_left { " · " (left(seconds, lang)) }
        }
    }
}

/// A rate with a decimal where it tells something.
fn rate(rate: f64, lang: Lang) -> String {
    if rate >= 10.0 {
        return lang.count(rate.round() as u64);
    }
    let text = format!("{rate:.1}");
    if lang == Lang::Vi { text.replace('.', ",") } else { text }
}

/// How much time is left, in its two largest units.
fn left(seconds: u64, lang: Lang) -> String {
    let (h, min, s) = (lang.word("status.h"), lang.word("status.min"), lang.word("status.s"));
    let time = match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} {s}"),
        (0, minutes, seconds) => format!("{minutes} {min} {seconds} {s}"),
        (hours, minutes, _) => format!("{hours} {h} {minutes} {min}"),
    };
    format!("{} ≈ {time}", lang.word("status.left"))
}

/// One sentence for a screen reader.
fn said(now: &Now, lang: Lang) -> String {
    let far = now.run.as_ref().and_then(|run| run.how_far.as_ref()).or(now.rebuilding.as_ref());
    match far {
        None => lang.word("status.idle").to_owned(),
        Some(far) => format!(
            "{} / {}, {}",
            lang.count(far.n_done),
            lang.count(far.n_total),
            far.seconds_left.map_or_else(String::new, |seconds| left(seconds, lang))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_in_both_languages() {
        assert_eq!(rate(1234.5, Lang::Vi), "1.235");
        assert_eq!(rate(3.25, Lang::Vi), "3,2");
        assert_eq!(rate(3.25, Lang::En), "3.2");
        assert_eq!(left(5, Lang::Vi), "còn ≈ 5 giây");
        assert_eq!(left(3725, Lang::En), "left ≈ 1 h 2 min");
        assert_eq!(left(65, Lang::Vi), "còn ≈ 1 phút 5 giây");
    }
}
