//! The README's tests are these, with its first example for the servers, and its links lead somewhere. Its
//! programs are run as they stand by the doc tests of `registry-runtime`.
//!
//! Seen to fail: with a line of the README changed, and with one of the blocks here.

use std::path::Path;

const README: &str = include_str!("../../README.md");

#[rustfmt::skip]
#[expect(dead_code, reason = "the example has a `main`, which a test of its servers does not call")]
mod as_in_the_readme {
// The example, from here …
use registry_runtime::prelude::*;

supervision_tree! {
    pub Shop, strategy = one_for_one;
    registry!<pub Carts, keys = unique, key = String>;
    dynamic_supervisor!<pub CartSup>;
}

#[gen_server(registry = Carts, key = "cart:<customer>")]
pub struct Cart { customer: String, #[default] items: Vec<String> }

#[gen_server]
impl Cart {
    #[cast] fn add(&mut self, item: String) { self.items.push(item) }
    #[call] fn list(&self) -> (String, usize) { (self.customer.clone(), self.items.len()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Shop::start().await?;
    CartSup::get_or_start(Cart::child_spec("ann".into())).await?;
    Cart::via("ann").add("tea".into())?;                            // cast by name: never blocks
    assert_eq!(Cart::via("ann").list().await?, ("ann".into(), 1));  // call by name: five seconds
    println!("{}", Shop::tree());
    shop.shutdown().await;
    Ok(())
}
// … to here.

// The tests, from here …
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
fn the_first_example_and_the_tests_in_the_readme_are_those_above() {
    let file = include_str!("readme.rs");
    for (from, kind) in [
        ("// The example, from", "rust"),
        ("// The tests, from", "rust,ignore"),
    ] {
        let (_, shown) = file.split_once(&format!("{from} here …\n")).unwrap();
        let (shown, _) = shown.split_once("// … to here.\n").unwrap();
        assert!(README.contains(&format!("```{kind}\n{shown}```")), "{kind}");
    }
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
