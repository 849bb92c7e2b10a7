//! The rules: from what was parsed to the model, one rule a function, all errors of a macro call
//! collected. What is wrong is left out of the model or replaced, so that there is always something to
//! expand.

pub(crate) mod behaviour;
mod borrowed;
mod bounds;
pub(crate) mod callback;
mod child;
pub(crate) mod handler;
pub(crate) mod match_spec;
mod name;
mod names;
mod parameter;
mod place;
mod pool;
pub(crate) mod registry;
pub(crate) mod server;
pub(crate) mod test;
pub(crate) mod tree;
mod word;

use crate::krate::Krate;
use crate::options::Reader;

/// The option `crate = path`.
pub(crate) fn krate(options: &mut Reader<'_>) -> Krate {
    let path = options.path("crate");
    Krate::new(path.as_ref().map(|(_, path)| path))
}
