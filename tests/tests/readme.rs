//! The README's words on testing one's own servers, with its first example for the servers: the tests are those
//! that it shows. Its other examples run as those of the reference.
//!
//! Seen to fail: with a line of the README changed, and with one of the block here.

#[rustfmt::skip]
#[expect(dead_code, reason = "the example has a `main`, which a test of its servers does not call")]
mod shop {
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
}

/// The lines of the first block of this kind.
fn block<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    let mut lines = page.lines();
    lines.find(|line| *line == kind).expect(kind);
    lines.take_while(|line| *line != "```").collect()
}

#[test]
fn what_the_readme_shows_is_what_is_tested_here() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(root).unwrap();
    let here = include_str!("readme.rs");
    let here: Vec<&str> = here.lines().map(str::trim).collect();
    for kind in ["```rust", "```rust,ignore"] {
        let shown = block(&readme, kind);
        let shown: Vec<&str> = shown.into_iter().map(str::trim).collect();
        // Both begin with the prelude, and go on after an empty line.
        let shown = shown
            .strip_prefix(&["use registry_runtime::prelude::*;", ""])
            .unwrap_or(&shown);
        assert!(
            here.windows(shown.len()).any(|lines| lines == shown),
            "{kind}: {shown:#?}"
        );
    }
}
