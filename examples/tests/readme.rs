//! The README's tests are these, and its links lead somewhere. Its programs are run as they stand by the
//! doc tests of `registry-runtime`.

use std::path::Path;

use registry_runtime::prelude::*;

const README: &str = include_str!("../../README.md");

supervision_tree! {
    pub Shop, strategy = one_for_one;
    registry!<pub Carts, keys = unique, key = String>;
    dynamic_supervisor!<pub CartSup>;
}

/// As in the README.
#[gen_server(registry = Carts, key = "cart:<customer>")]
#[derive(Debug)]
pub struct Cart {
    customer: String,
    #[default]
    items: Vec<String>,
}

#[gen_server]
impl Cart {
    /// As in the README.
    #[cast]
    fn add(&mut self, item: String) {
        self.items.push(item);
    }

    /// As in the README.
    #[call]
    fn list(&self) -> (String, usize) {
        (self.customer.clone(), self.items.len())
    }
}

#[rustfmt::skip]
mod as_in_the_readme {
use super::*;
// From here …
#[test]
fn things_are_put_into_the_cart() {
    let mut cart = Cart { customer: "ann".into(), items: Vec::new() };
    cart.add("tea".into());
    assert_eq!(cart.list(), ("ann".into(), 1));
}

#[registry_runtime::test]
async fn a_cart_that_crashes_is_back_and_empty() {
    Shop::start().await.unwrap();
    let cart = CartSup::start_child(Cart::child_spec("ann".into())).await.unwrap();
    cart.add("tea".into()).unwrap();
    cart.exit(ExitReason::Kill);
    cart.pid().ended().await;
    let cart = CartSup::get_or_start(Cart::child_spec("ann".into())).await.unwrap();
    assert_eq!(cart.list().await.unwrap(), ("ann".into(), 0));
}
// … to here.
}

#[test]
fn the_tests_in_the_readme_are_those_above() {
    let file = include_str!("readme.rs");
    let (_, tests) = file.split_once("// From here …\n").unwrap();
    let (tests, _) = tests.split_once("// … to here.\n").unwrap();
    assert!(README.contains(&format!("```rust,ignore\n{tests}```")));
}

#[test]
fn the_links_in_the_readme_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let links = README
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    let mut count = 0;
    for (link, _) in links {
        assert!(root.join(link).exists(), "{link}");
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn the_limits_and_commands_in_the_readme_are_those_of_the_workspace() {
    let manifest = include_str!("../../Cargo.toml");
    assert!(manifest.contains("rust-version = \"1.88\"") && README.contains("(1.88 or later)"));
}
