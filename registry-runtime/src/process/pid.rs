//! Process identifiers.

use std::fmt;
use std::num::NonZeroU64;

/// Bits of a [`Pid`] that count processes within their node; the rest number the node.
const SERIAL_BITS: u32 = 48;
const SERIAL_MASK: u64 = (1 << SERIAL_BITS) - 1;

/// The identity of a process: small, `Copy`, and never given to another process of the program.
///
/// A pid stays valid to hold after its process has died; whatever is asked of it then answers that
/// there is no such process.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Meter { #[default] sum: u32 }
///
/// #[gen_server]
/// impl Meter {
///     #[info] fn add(&mut self, more: u32) { self.sum += more }
///     #[call] fn sum(&self) -> u32 { self.sum }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let meter = Meter::start().await?;
/// let pid: Pid = meter.pid();
/// pid.send(2_u32)?;               // by pid alone: any type, and the `#[info]` for it
/// assert_eq!(meter.sum().await?, 2);
/// pid.exit(ExitReason::Shutdown);
/// assert!(!pid.is_alive());
/// assert_eq!(meter.ended().await, ExitReason::Shutdown);
/// assert_eq!(pid.send(2_u32), Err(SendError::NotRunning));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `t:pid/0`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(NonZeroU64);

impl Pid {
    /// Builds a pid; serials start at 1.
    pub(crate) fn new(node: u16, serial: u64) -> Self {
        debug_assert!(serial != 0 && serial <= SERIAL_MASK);
        let bits = (u64::from(node) << SERIAL_BITS) | (serial & SERIAL_MASK);
        // A serial is never 0, so the fall-back is never taken; it is there to do without a panic.
        Self(NonZeroU64::new(bits).unwrap_or(NonZeroU64::MIN))
    }

    /// The number of the node that the process lives on.
    #[inline]
    pub(crate) fn node(self) -> u16 {
        (self.0.get() >> SERIAL_BITS) as u16
    }

    /// The number of the process within its node.
    #[inline]
    pub(crate) fn serial(self) -> u64 {
        self.0.get() & SERIAL_MASK
    }

    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.0.get()
    }

    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        NonZeroU64::new(bits).map(Self)
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#PID<{}.{}>", self.node(), self.serial())
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
