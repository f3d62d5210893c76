//! [`serve`]: the inside of a worker process, one job after the other.

use std::{
    io::{self, BufReader, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use super::{
    frame,
    job::{Answer, Drawer, Job, Order},
    limits::{self, Baseline},
    page::{self, PageImage, Raster},
    poppler,
};
use crate::{
    domain::failure::{Failure, FailureReason},
    read::{self, Read, error::ReadError, pdf},
    source::{Budget, Limits},
};

/// Without work for so long, a worker ends.
const IDLE: Duration = Duration::from_secs(30);
/// As of a thread that reads documents.
const STACK_BYTES: usize = 64 << 20;

/// Takes jobs from standard input and answers on standard output until there are no more.
///
/// Ends the process at once when standard input is closed, also in the middle of a job: then
/// nobody waits for it any more.
///
/// # Errors
/// When the pipes fail.
pub fn serve() -> io::Result<()> {
    // Nothing is written down here: a message of a library may quote a document.
    let panicked_at = Arc::new(Mutex::new(None));
    std::panic::set_hook(Box::new({
        let panicked_at = Arc::clone(&panicked_at);
        move |info| {
            let place = info.location().map(ToString::to_string);
            *panicked_at.lock().unwrap_or_else(PoisonError::into_inner) = place;
        }
    }));
    let (send, orders) = mpsc::channel::<(Order<Job>, Vec<u8>)>();
    thread::Builder::new().name("orders".to_owned()).spawn(move || {
        let mut stdin = BufReader::new(io::stdin());
        while let Ok(Some(order)) = frame::read(&mut stdin) {
            if send.send(order).is_err() {
                break;
            }
        }
        leave();
    })?;
    let worker = thread::Builder::new().name("jobs".to_owned()).stack_size(STACK_BYTES);
    let worker = worker.spawn(move || {
        let baseline = Baseline::take();
        let mut desk = Desk::default();
        let mut stdout = io::stdout();
        while let Ok((order, bytes)) = orders.recv_timeout(IDLE) {
            let n_bytes = bytes.len().max(desk.bytes.len()) as u64;
            baseline.allow(n_bytes, order.max_time);
            let done = catch_unwind(AssertUnwindSafe(|| desk.work(order.job, bytes)));
            limits::relax();
            let Ok((answer, bytes)) = done else {
                let place = panicked_at.lock().unwrap_or_else(PoisonError::into_inner).take();
                let place = place.unwrap_or_else(|| "an unknown place".to_owned());
                let detail =
                    format!("expected bytes that the reader can take, found a panic at {place}");
                let failure = Failure { reason: FailureReason::Damaged, detail };
                // What it has left half done nobody shall see: the next job gets a new process.
                frame::write(&mut stdout, &Answer::Failed(failure), &[])?;
                break;
            };
            frame::write(&mut stdout, &answer, &bytes)?;
        }
        stdout.flush()
    })?;
    worker.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
}

/// Ends the process whatever it is doing: its stores are pipes, nothing is left half-written.
#[expect(clippy::disallowed_methods, reason = "a job that hangs runs no destructor either")]
fn leave() -> ! {
    process::exit(0)
}

/// What a worker keeps between jobs: the last PDF.
#[derive(Default)]
struct Desk {
    key: String,
    bytes: Arc<Vec<u8>>,
}

impl Desk {
    fn work(&mut self, job: Job, bytes: Vec<u8>) -> (Answer, Vec<u8>) {
        match job {
            Job::Read { limits } => (read_here(bytes, &limits), Vec::new()),
            Job::Words { key, page, limits } => {
                self.hold(key, bytes);
                let words = pdf::words(&self.bytes, page, &mut Budget::new(&limits));
                (words.map_or_else(|error| refused(&error), Answer::Words), Vec::new())
            }
            Job::Draw { key, page, drawer, as_png } => {
                self.hold(key, bytes);
                match draw(&self.bytes, &page, drawer, as_png) {
                    Ok((raster, bytes)) => (Answer::Raster(raster), bytes),
                    Err(failure) => (Answer::Failed(failure), Vec::new()),
                }
            }
        }
    }

    /// Keeps the bytes, unless it holds them: then none came along.
    fn hold(&mut self, key: String, bytes: Vec<u8>) {
        if self.key != key {
            *self = Desk { key, bytes: Arc::new(bytes) };
        }
    }
}

fn draw(
    pdf: &Arc<Vec<u8>>,
    page: &PageImage,
    drawer: Drawer,
    as_png: bool,
) -> Result<(Raster, Vec<u8>), Failure> {
    let mut raster = match drawer {
        Drawer::Hayro => page::draw(pdf, page)?,
        Drawer::Poppler => poppler::draw(pdf, page)?,
    };
    let bytes = if as_png { raster.png()? } else { std::mem::take(&mut raster.pixels) };
    raster.pixels = Vec::new();
    Ok((raster, bytes))
}

fn read_here(bytes: Vec<u8>, limits: &Limits) -> Answer {
    match read::here(&bytes, limits) {
        Ok(Read { format, layout, warnings }) => match serde_json::to_string(&warnings) {
            Ok(warnings) => Answer::Read { format, layout, warnings },
            Err(error) => Answer::Failed(Failure {
                reason: FailureReason::Internal,
                detail: error.to_string(),
            }),
        },
        Err(error) => refused(&error),
    }
}

fn refused(error: &ReadError) -> Answer {
    Answer::Failed(Failure { reason: error.reason(), detail: error.to_string() })
}
