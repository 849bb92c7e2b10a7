//! The measurements, each written once for all contenders.

pub mod call;
pub mod cast;
pub mod crowd;
pub mod latency;
pub mod publish;
pub mod restart;
pub mod ring;
pub mod table;

use std::pin::Pin;

use crate::actors::{Actors, Crowd, Named, Restarted, Ring, Topic};
use crate::case::Kind;
use crate::run::{Run, Samples};

/// A measurement; boxed, so that each is proved `Send` for itself.
pub type Work = Pin<Box<dyn Future<Output = Option<Samples>> + Send>>;

/// What any servers can be measured by.
#[must_use]
pub fn actors<C: Actors>(kind: Kind, run: Run) -> Work {
    Box::pin(async move {
        C::boot().await;
        Some(match kind {
            Kind::CallRef => call::by_ref::<C>(run).await,
            Kind::CallBare => call::bare::<C>(run).await,
            Kind::FanRef => call::fan_by_ref::<C>(run).await,
            Kind::CastRef => cast::by_ref::<C>(run).await,
            Kind::Spawn => crowd::spawn::<C>(run).await,
            _ => return None,
        })
    })
}

/// What servers with names can be measured by.
#[must_use]
pub fn named<C: Named>(kind: Kind, run: Run) -> Work {
    Box::pin(async move {
        match kind {
            Kind::CallName | Kind::FanName | Kind::CastName | Kind::Latency => C::boot().await,
            _ => return actors::<C>(kind, run).await,
        }
        Some(match kind {
            Kind::CallName => call::by_name::<C>(run).await,
            Kind::FanName => call::fan_by_name::<C>(run).await,
            Kind::CastName => cast::by_name::<C>(run).await,
            _ => latency::open_loop::<C>(run).await,
        })
    })
}

/// What crowds can be measured by.
#[must_use]
pub fn crowd<C: Crowd>(kind: Kind, run: Run) -> Work {
    Box::pin(async move {
        C::boot().await;
        Some(match kind {
            Kind::Start => crowd::start::<C>(run).await,
            Kind::Memory => crowd::memory::<C>(run).await,
            Kind::Death => crowd::death::<C>(run).await,
            _ => return None,
        })
    })
}

/// What the rest can be measured by.
#[must_use]
pub fn ring<C: Ring>(run: Run) -> Work {
    Box::pin(async move { Some(ring::hops::<C>(run).await) })
}

/// Publishing to `n`.
#[must_use]
pub fn topic<C: Topic>(run: Run) -> Work {
    Box::pin(async move { Some(publish::publish::<C>(run).await) })
}

/// Dying and coming back.
#[must_use]
pub fn restarted<C: Restarted>(kind: Kind, run: Run) -> Work {
    Box::pin(async move {
        Some(match kind {
            Kind::Kill => restart::back::<C>(run, C::kill).await,
            _ => restart::back::<C>(run, C::panic).await,
        })
    })
}
