//! The shop, asked by real HTTP requests.

use std::net::SocketAddr;

use examples::web::{Bank, Cart, CartSup, Carts, Error, Http, Shop};
use registry_runtime::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn start() -> (App, SocketAddr) {
    let app = Shop::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    (app, Http::via().address().await.unwrap())
}

/// One request on a connection of its own: status and body.
async fn ask(address: SocketAddr, request: &str) -> (u16, String) {
    let (head, body) = ask_all(address, request).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

/// The head of the answer, and its body.
async fn ask_all(address: SocketAddr, request: &str) -> (String, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{request} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    (head.to_owned(), body.to_owned())
}

fn answer(status: u16, body: &str) -> (u16, String) {
    (status, body.to_owned())
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_is_opened_filled_and_paid() {
    let (app, address) = start().await;
    assert_eq!(
        ask(address, "GET /carts/ann").await,
        answer(404, "404 Not Found\n")
    );
    assert_eq!(ask(address, "PUT /carts/ann/items/tea").await.0, 404);
    assert_eq!(ask(address, "POST /carts/ann").await, answer(201, ""));
    assert_eq!(
        ask(address, "PUT /carts/ann/items/tea").await,
        answer(200, "1 tea\n")
    );
    assert_eq!(
        ask(address, "PUT /carts/ann/items/milk").await,
        answer(200, "1 milk\n")
    );
    assert_eq!(
        ask(address, "PUT /carts/ann/items/tea").await,
        answer(200, "2 tea\n")
    );
    // Opened again, it is the one that is there.
    assert_eq!(
        ask(address, "POST /carts/ann").await,
        answer(201, "1 milk\n2 tea\n")
    );
    assert_eq!(
        ask(address, "GET /carts/ann").await,
        answer(200, "1 milk\n2 tea\n")
    );
    let (status, tree) = ask(address, "GET /").await;
    assert!(status == 200 && tree.contains("CartSup"), "{tree}");
    assert_eq!(
        ask(address, "POST /carts/ann/checkout").await,
        answer(200, "paid:\n1 milk\n2 tea\n")
    );
    assert_eq!(ask(address, "GET /carts/ann").await.0, 404);
    assert_eq!(Carts::count(), 0);
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_requests_at_once_fill_one_cart() {
    let (app, address) = start().await;
    let requests: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn(async move {
                assert_eq!(ask(address, "POST /carts/ann").await.0, 201);
                assert_eq!(ask(address, "PUT /carts/ann/items/tea").await.0, 200);
            })
        })
        .collect();
    for request in requests {
        request.await.unwrap();
    }
    assert_eq!(
        ask(address, "GET /carts/ann").await,
        answer(200, "100 tea\n")
    );
    assert_eq!(CartSup::count_children().specs, 1);
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_is_paid_once() {
    let (app, address) = start().await;
    for _ in 0..20 {
        ask(address, "POST /carts/ann").await;
        let twice = [(); 2].map(|()| tokio::spawn(ask(address, "POST /carts/ann/checkout")));
        let mut statuses = Vec::new();
        for checkout in twice {
            statuses.push(checkout.await.unwrap().0);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
    }
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_the_statuses_that_they_mean() {
    let (app, address) = start().await;
    for user in ["broke", "slow", "crash", "ann"] {
        assert_eq!(ask(address, &format!("POST /carts/{user}")).await.0, 201);
    }
    assert_eq!(
        ask(address, "POST /carts/broke/checkout").await,
        answer(402, "402 Payment Required\n")
    );
    assert_eq!(
        ask(address, "POST /carts/slow/checkout").await,
        answer(504, "504 Gateway Timeout\n")
    );
    assert_eq!(
        ask(address, "POST /carts/crash/checkout").await,
        answer(500, "500 Internal Server Error\n")
    );
    // Nobody loses a cart by it, and the bank has been started again, or is about to be.
    while !Bank::via().is_alive() {
        tokio::task::yield_now().await;
    }
    assert_eq!(ask(address, "GET /carts/crash").await.0, 200);
    assert_eq!(ask(address, "POST /carts/ann/checkout").await.0, 200);

    // A service of ours that is not there for the moment: the client may come again.
    Shop::handle()
        .unwrap()
        .terminate_child("Bank")
        .await
        .unwrap();
    let (head, body) = ask_all(address, "POST /carts/slow/checkout").await;
    assert!(
        head.contains("retry-after: 1") && body == "503 Service Unavailable\n",
        "{head}"
    );
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_carts_as_there_may_be_and_no_more() {
    let (app, address) = start().await;
    for user in 0..100 {
        assert_eq!(
            ask(address, &format!("POST /carts/user{user}")).await.0,
            201
        );
    }
    assert_eq!(ask(address, "POST /carts/one-too-many").await.0, 503);
    assert_eq!(ask(address, "POST /carts/user7").await.0, 201);
    Cart::via("user7").stop(ExitReason::Normal).await.unwrap();
    while CartSup::count_children().specs == 100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ask(address, "POST /carts/one-too-many").await.0, 201);
    app.shutdown().await;
}

#[registry_runtime::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_are_answered_before_the_shop_closes() {
    let (app, address) = start().await;
    ask(address, "POST /carts/slow").await;
    let under_way = tokio::spawn(ask(address, "POST /carts/slow/checkout"));
    while !Bank::via().status().await.unwrap().contains("ReplyTo") {
        tokio::task::yield_now().await;
    }
    app.shutdown().await;
    // It has been answered as if nothing was: the servers that it calls end after it.
    assert_eq!(
        under_way.await.unwrap(),
        answer(504, "504 Gateway Timeout\n")
    );
    assert!(TcpStream::connect(address).await.is_err());
}

#[registry_runtime::test]
async fn the_rest_of_the_mapping() {
    let exited = |reason| Error::Call(CallError::Exited(reason)).status().as_u16();
    assert_eq!(exited(ExitReason::Normal), 404);
    assert_eq!(exited(ExitReason::Shutdown), 503);
    assert_eq!(exited(ExitReason::Killed), 500);
    assert_eq!(Error::Call(CallError::NoReply).status().as_u16(), 500);
    let nobody = CartSup::start_child(Cart::child_spec("ann".into())).await;
    assert_eq!(Error::Start(nobody.unwrap_err()).status().as_u16(), 503);
    assert_eq!(Error::Start(StartError::Timeout).status().as_u16(), 500);
}
