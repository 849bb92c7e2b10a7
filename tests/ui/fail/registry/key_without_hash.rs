use registry_runtime::prelude::*;

#[derive(Clone, PartialEq)]
pub struct Point(f64, f64);

registry! { Places, keys = unique, key = Point }

fn main() {}
