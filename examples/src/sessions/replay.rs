//! The replay: a reader, some writers, the servers, and what they say in the end.

use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use registry_runtime::prelude::*;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::audience::{Totals, Watcher};
use super::blocks::Blocks;
use super::chaos::Chaos;
use super::ledger::Ledger;
use super::options::Options;
use super::progress::Progress;
use super::request::Chunk;
use super::source::{Source, SourceError};
use super::summary::{Asked, Ending, Summary};
use super::tree::{Replay, Visitors};
use super::visitor::Visitor;
use super::writer::{Writer, Written};

/// So many blocks may be in flight: read, and not yet dealt with to the last line. With at most 128
/// KiB each this bounds the memory of a replay, however long the log is.
const IN_FLIGHT: u32 = 32;

/// How long crashed visitors may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a replay came to nothing.
#[derive(Debug)]
pub enum RunError {
    /// The log cannot be read.
    Source(SourceError),
    /// The tree, or a visitor, did not start.
    Start(StartError),
    /// A server that was asked did not answer.
    Call(CallError),
    /// A writer or the reader panicked.
    Panic(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Start(error) => write!(f, "a server did not start: {error}"),
            Self::Call(error) => write!(f, "a server did not answer: {error}"),
            Self::Panic(what) => write!(f, "the replay failed: {what}"),
        }
    }
}

impl Error for RunError {}

impl From<SourceError> for RunError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<StartError> for RunError {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<CallError> for RunError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Replays a log; when `stop` is ready, as far as it is by then. In any case the tree is shut down
/// in order before this returns.
///
/// # Errors
///
/// [`RunError`].
///
/// # Cancel safety
///
/// When the future is dropped the tree runs on; end the program, or use `stop`.
pub async fn run(
    options: &Options,
    source: Source,
    progress: Progress,
    stop: impl Future<Output = ()>,
) -> Result<Summary, RunError> {
    let app = Replay::start(options.seed).await?;
    let name = source.name.clone();
    let ledger = Arc::new(Ledger::default());
    let ended = replay(options, source, &progress, &ledger, stop).await;
    progress.finish();
    app.shutdown().await;
    let ending = ended?;
    Ok(Summary::new(
        name,
        options,
        ending,
        &ledger.accounts(),
        Visitors::count(),
    ))
}

/// Everything between the tree's start and its shutdown.
async fn replay(
    options: &Options,
    source: Source,
    progress: &Progress,
    ledger: &Arc<Ledger>,
    stop: impl Future<Output = ()>,
) -> Result<Ending, RunError> {
    let begun = Instant::now();
    let places = Arc::new(Semaphore::new(IN_FLIGHT as usize));
    let (stopping, stopped) = watch::channel(false);
    let (chunks, read) = read(source, progress.clone(), ledger, &places);
    let mut writers = write(options, ledger, chunks, &stopped);
    let mut stop = pin!(stop);
    let mut written = Written::default();
    loop {
        tokio::select! {
            writer = writers.join_next() => match writer {
                Some(Ok(writer)) => written = written.and(writer?),
                Some(Err(error)) => return Err(RunError::Panic(error.to_string())),
                None => break,
            },
            () = &mut stop, if !*stopping.borrow() => {
                let _ = stopping.send(true);
            }
        }
    }
    let interrupted = *stopping.borrow();
    if !interrupted {
        // The reader may be waiting for input for ever when it is not heard out.
        read.await
            .map_err(|_| RunError::Panic("the reader is gone".to_owned()))??;
    }
    // When all places are free, every line has been counted, or lost.
    let _all = places.acquire_many(IN_FLIGHT).await;
    let elapsed = begun.elapsed();
    Chaos::via().timeout(PATIENCE).all_back().await?;
    let registry_count = Visitors::count();
    let tree = Replay::tree().to_string();
    // After an interruption nobody is asked: each visitor hands its count over as it terminates.
    let asked = if interrupted {
        Vec::new()
    } else {
        ask_by_name().await?
    };
    Ok(Ending {
        written,
        asked,
        registry_count,
        heard: Totals::via().heard().await?,
        bursts: Watcher::via().bursts().await?,
        elapsed,
        interrupted,
        tree,
    })
}

type Chunks = mpsc::Receiver<Arc<Chunk>>;

/// Reads the log in a thread of its own, since reading blocks: as fast as places become free.
fn read(
    source: Source,
    progress: Progress,
    ledger: &Arc<Ledger>,
    places: &Arc<Semaphore>,
) -> (Chunks, oneshot::Receiver<Result<(), SourceError>>) {
    let (into_chunks, chunks) = mpsc::channel(IN_FLIGHT as usize);
    let (done, read) = oneshot::channel();
    let (ledger, places) = (Arc::clone(ledger), Arc::clone(places));
    let runtime = Handle::current();
    // Not a task of the runtime's, which would wait for it: it may be stuck in a terminal.
    std::thread::spawn(move || {
        let mut blocks = Blocks::new(source.reader);
        let result = loop {
            match blocks.next_block() {
                Ok(Some((block, bytes))) => {
                    let Ok(place) = runtime.block_on(Arc::clone(&places).acquire_owned()) else {
                        break Ok(());
                    };
                    progress.advance(bytes, block.first_line);
                    let chunk = Arc::new(Chunk::new(block, Arc::clone(&ledger), place));
                    if into_chunks.blocking_send(chunk).is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(SourceError::new(&source.name, error)),
            }
        };
        let _ = done.send(result);
    });
    (chunks, read)
}

/// Starts the writers; they end with the log, or when they are stopped.
fn write(
    options: &Options,
    ledger: &Arc<Ledger>,
    chunks: Chunks,
    stopped: &watch::Receiver<bool>,
) -> JoinSet<Result<Written, StartError>> {
    let chunks = Arc::new(Mutex::new(chunks));
    let mut writers = JoinSet::new();
    for _ in 0..options.concurrency {
        let mut writer = Writer::new(Arc::clone(ledger), options.crash_every);
        let chunks = Arc::clone(&chunks);
        let mut stopped = stopped.clone();
        writers.spawn(async move {
            loop {
                let next = async { chunks.lock().await.recv().await };
                let chunk = tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => None,
                    chunk = next => chunk,
                };
                let Some(chunk) = chunk else {
                    return Ok(writer.written());
                };
                writer.write(&chunk).await?;
            }
        });
    }
    writers
}

/// Asks every visitor that the registry knows, by its name.
async fn ask_by_name() -> Result<Vec<Asked>, CallError> {
    let names = Visitors::select(|name: &String, _, ()| Some(name.clone()));
    let mut asked = Vec::with_capacity(names.len());
    for name in names {
        let client = name.strip_prefix("visitor:").unwrap_or(&name);
        let requests = Visitor::via(client).take_count().await?;
        asked.push(Asked {
            client: client.into(),
            requests,
        });
    }
    Ok(asked)
}
