//! A chat server over TCP: a process a connection, names and rooms in registries.

mod presence;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use tokio::net::{TcpListener, TcpStream};

pub use presence::Presence;
pub use session::Session;

/// A line on its way to a client: a clone of it for each member of a room is one count.
pub type Line = Arc<str>;

supervision_tree! {
    /// The chat server. Whatever is further down uses what is above it: so it is started after it,
    /// ended before it, and started again with it.
    pub Chat(address: SocketAddr), strategy = rest_for_one;

    /// The servers that there is one of.
    registry!<pub Servers, keys = unique, key = String>;
    /// Who is here: a name belongs to one connection at a time.
    registry!<pub Users, keys = unique, key = String, message = Line>;
    /// Who is in which room.
    registry!<pub Rooms, keys = duplicate, key = String, message = Line>;
    /// The connections.
    dynamic_supervisor!<pub Sessions, max_children = 10_000, holds = [Session]>;
    Acceptor(address);
    // Last, for nothing rests on it: when it crashes, it alone is started again.
    Presence();
}

/// Listens on a port, and starts a [`Session`] for each connection.
#[gen_server(registry = Servers, key = "acceptor", init(address: SocketAddr))]
#[derive(Debug)]
pub struct Acceptor {
    address: SocketAddr,
}

#[gen_server]
impl Acceptor {
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
        // A process of its own, so that this one can answer. They are linked: neither outlives the other.
        ctx.spawn_link(async move |_: Process<()>| accept(&listener).await);
        Ok(Self { address })
    }
}

async fn accept(listener: &TcpListener) {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => welcome(socket).await,
            // Out of file descriptors, perhaps: some connections have to end first.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn welcome(socket: TcpStream) {
    let socket = Socket::new(socket);
    let session = Session::child_spec(socket.clone()).restart(Restart::Temporary);
    if Sessions::start_child(session).await.is_err()
        && let Some(socket) = socket.take()
    {
        let _ = socket.try_write(b"* the server is full: please try later\n");
    }
}

/// A socket as an argument of a child. A supervisor keeps a clone of the arguments for restarts; a
/// socket is there once, which is enough for a child that is never restarted.
#[derive(Clone, Debug)]
pub struct Socket(Arc<Mutex<Option<TcpStream>>>);

impl Socket {
    fn new(socket: TcpStream) -> Self {
        Self(Arc::new(Mutex::new(Some(socket))))
    }

    fn take(&self) -> Option<TcpStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
