//! A small shop over HTTP: axum's handlers call servers by name.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use registry_runtime::prelude::*;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::Duration;

supervision_tree! {
    /// The shop. `Http` is last: so it is the first to end, with its requests answered, while all that
    /// they call is still there.
    pub Shop(address: SocketAddr);

    /// The servers that there is one of.
    registry!<pub Servers, keys = unique, key = String>;
    /// The carts by user.
    registry!<pub Carts, keys = unique, key = String>;
    /// Holds the carts.
    dynamic_supervisor!<pub CartSup, max_children = 100, holds = [Cart]>;
    Bank();
    Http(address), shutdown = 10s;
}

/// What one user is about to buy.
#[gen_server(registry = Carts, key = "cart:<user>")]
#[derive(Debug)]
pub struct Cart {
    user: String,
    #[default]
    items: BTreeMap<String, u32>,
}

#[gen_server]
impl Cart {
    /// One more of an item: how many there are of it now.
    #[call]
    pub fn add(&mut self, item: String) -> u32 {
        let number = self.items.entry(item).or_default();
        *number += 1;
        *number
    }

    /// What is in it.
    #[call]
    pub fn items(&self) -> BTreeMap<String, u32> {
        self.items.clone()
    }

    /// Pays for it, and closes it. What else is asked of this cart meanwhile waits: so nobody pays twice.
    ///
    /// # Errors
    ///
    /// [`Error::Declined`]; [`Error::Service`] when the bank crashes, or does not answer in time.
    #[call]
    pub async fn checkout(&mut self, ctx: &mut Ctx<Self>) -> Result<BTreeMap<String, u32>, Error> {
        // Less time than those have who wait for us: so they learn why.
        let bank = Bank::via().timeout(Duration::from_millis(500));
        let charged = bank
            .charge(self.user.clone())
            .await
            .map_err(Error::Service)?;
        charged.map_err(|Declined| Error::Declined)?;
        ctx.stop(ExitReason::Normal);
        Ok(std::mem::take(&mut self.items))
    }
}

/// Takes the money. As with the test cards of payment providers, some names have a fate.
#[gen_server(registry = Servers, key = "bank")]
#[derive(Debug)]
pub struct Bank {
    #[default]
    unanswered: Vec<ReplyTo<Result<(), Declined>>>,
}

/// The bank does not want to: an answer like another, and no error of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declined;

#[gen_server]
impl Bank {
    /// Charges a user. The answer may come later, and the bank serves others meanwhile.
    #[call]
    pub fn charge(&mut self, reply: ReplyTo<Result<(), Declined>>, user: String) {
        match user.as_str() {
            "broke" => reply.send(Err(Declined)),
            "slow" => self.unanswered.push(reply),
            "crash" => panic!("a bug in the bank"),
            _ => reply.send(Ok(())),
        }
    }
}

/// Why a request is not answered by what was asked for.
#[derive(Debug)]
pub enum Error {
    /// A call to a server that the request names.
    Call(CallError),
    /// A call to a server of ours, which ought to be there.
    Service(CallError),
    /// No server could be started.
    Start(StartError),
    /// No money.
    Declined,
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<StartError> for Error {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl Error {
    /// The status: whether it helps to ask for something else (4xx), to come again (503), or not.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            // Nobody has the name, or who had it was done: there is no such thing …
            Self::Call(CallError::NotRunning | CallError::Exited(ExitReason::Normal)) => {
                StatusCode::NOT_FOUND
            }
            // … but a server of ours is between a crash and its restart.
            Self::Service(CallError::NotRunning) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Call(error) | Self::Service(error) => match error {
                CallError::Timeout => StatusCode::GATEWAY_TIMEOUT,
                // It was told to end, as all are when the program ends. A crash is a bug.
                CallError::Exited(reason) if reason.is_orderly() => StatusCode::SERVICE_UNAVAILABLE,
                // `Deadlock` and `NoReply` as well.
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::Start(StartError::MaxChildren | StartError::SupervisorNotRunning(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Start(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Declined => StatusCode::PAYMENT_REQUIRED,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Service(error) => write!(f, "a service: {error}"),
            Self::Start(error) => error.fmt(f),
            Self::Declined => f.write_str("the bank declined"),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        // The reason may tell of the inside: it is for us, and the client gets the status alone.
        eprintln!("{status}: {self}");
        let body = format!("{status}\n");
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return (status, [(header::RETRY_AFTER, "1")], body).into_response();
        }
        (status, body).into_response()
    }
}

fn router() -> Router {
    Router::new()
        .route("/", get(async || Shop::tree().to_string() + "\n"))
        .route("/carts/{user}", get(show).post(open))
        .route("/carts/{user}/items/{item}", put(add))
        .route("/carts/{user}/checkout", post(checkout))
}

/// Opens a cart: the one that the user has, if there is one.
async fn open(Path(user): Path<String>) -> Result<(StatusCode, String), Error> {
    let cart = Cart::child_spec(user.clone())
        .id(user)
        .restart(Restart::Transient);
    let cart = CartSup::get_or_start(cart).await?;
    Ok((StatusCode::CREATED, listed(&cart.items().await?)))
}

async fn show(Path(user): Path<String>) -> Result<String, Error> {
    Ok(listed(&Cart::via(&user).items().await?))
}

async fn add(Path((user, item)): Path<(String, String)>) -> Result<String, Error> {
    let number = Cart::via(&user).add(item.clone()).await?;
    Ok(format!("{number} {item}\n"))
}

async fn checkout(Path(user): Path<String>) -> Result<String, Error> {
    let items = Cart::via(&user).checkout().await??;
    Ok(format!("paid:\n{}", listed(&items)))
}

fn listed(items: &BTreeMap<String, u32>) -> String {
    items
        .iter()
        .map(|(item, number)| format!("{number} {item}\n"))
        .collect()
}

/// The HTTP server, as a part of the tree: started last, and ended first.
#[gen_server(registry = Servers, key = "http", init(address: SocketAddr))]
#[derive(Debug)]
pub struct Http {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    serving: Pid,
}

#[gen_server]
impl Http {
    /// Where it listens: of use after it was told to listen on port 0, which is any free one.
    #[call]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    async fn init(address: SocketAddr, ctx: &mut Ctx<Self>) -> Result<Self, ExitReason> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| ExitReason::error(format!("no listening on {address}: {error}")))?;
        let address = listener.local_addr().map_err(ExitReason::error)?;
        let (end, ended) = oneshot::channel::<()>();
        let serving = ctx.spawn_link(async move |_: Process<()>| {
            let ended = async { drop(ended.await) };
            axum::serve(listener, router())
                .with_graceful_shutdown(ended)
                .await
        });
        Ok(Self {
            address,
            end: Some(end),
            serving: serving.pid(),
        })
    }

    /// Takes no more requests, and waits until those that are under way are answered.
    async fn terminate(&mut self, reason: &ExitReason) {
        if reason.is_orderly() {
            self.end.take();
            self.serving.ended().await;
        }
    }
}
