//! Typed messages: what a registry sends, and processes that stand in many registries.

use registry_runtime::prelude::*;
use registry_tests::Log;

#[derive(Clone, Debug, PartialEq)]
enum Weather {
    Rain,
    Sun(u8),
}

#[derive(Clone, Debug)]
struct Price(u64);

registry! { Silent, keys = unique, key = u32 }
registry! { Forecasts, keys = duplicate, key = String, message = Weather }
registry! { Prices, keys = duplicate(by_key), key = u32, value = &'static str, message = Price }
registry! { Direct, keys = unique, key = &'static str, message = Price }
registry! { Texts, keys = duplicate, key = String, message = String, partitions = 8 }

#[gen_server(registry = Direct, key = <name>)]
struct Trader {
    name: &'static str,
    log: Log,
}

#[gen_server]
impl Trader {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Silent::register(ctx, 1, ())?;
        Forecasts::register(ctx, "rain".to_owned(), ())?;
        Forecasts::register(ctx, "sun".to_owned(), ())?;
        Prices::register(ctx, 7, "seven")?;
        Texts::register(ctx, "chat".to_owned(), ())?;
        Ok(())
    }

    #[info]
    fn on_weather(&mut self, weather: Weather) {
        self.log.add(format!("{} {weather:?}", self.name));
    }

    #[info]
    fn on_price(&mut self, Price(price): Price) {
        self.log.add(format!("{} {price}", self.name));
    }

    #[info]
    fn on_text(&mut self, text: String) {
        self.log.add(format!("{} {text}", self.name));
    }

    #[call]
    fn sync(&self) {}
}

async fn start() {
    Silent::start().await.unwrap();
    Forecasts::start().await.unwrap();
    Prices::start().await.unwrap();
    Direct::start().await.unwrap();
    Texts::start().await.unwrap();
}

#[registry_runtime::test]
async fn one_process_stands_in_many_registries_with_a_message_each() {
    start().await;
    let log = Log::new();
    let trader = Trader::start("tom", log.clone()).await.unwrap();
    assert_eq!(Forecasts::publish("rain", Weather::Rain), 1);
    assert_eq!(Prices::publish(&7, Price(70)), 1);
    assert_eq!(Direct::send("tom", Price(71)), Ok(()));
    assert_eq!(Texts::publish("chat", "hi".to_owned()), 1);
    assert_eq!(Forecasts::publish("sun", Weather::Sun(9)), 1);
    trader.sync().await.unwrap();
    // From one sender, in the order sent, whichever registry they went through.
    assert_eq!(
        log.take(),
        ["tom Rain", "tom 70", "tom 71", "tom hi", "tom Sun(9)"]
    );
    let all = || {
        [
            Silent::count(),
            Forecasts::count(),
            Prices::count(),
            Direct::count(),
            Texts::count(),
        ]
    };
    assert_eq!(all(), [1, 2, 1, 1, 1]);
    trader.exit(ExitReason::Kill);
    trader.pid().ended().await;
    assert_eq!(all(), [0; 5]);
    assert_eq!(Forecasts::publish("rain", Weather::Rain), 0);
    assert_eq!(Direct::send("tom", Price(1)), Err(SendError::NotRunning));
}

#[registry_runtime::test]
async fn processes_of_different_types_hear_of_one_topic() {
    start().await;
    let log = Log::new();
    let trader = Trader::start("tom", log.clone()).await.unwrap();
    let plain = spawn(async |mut ctx: Process<Weather>| {
        Forecasts::register(&ctx, "rain".to_owned(), ()).unwrap();
        assert_eq!(Forecasts::publish("rain", Weather::Sun(1)), 2);
        assert_eq!(ctx.recv().await, Weather::Sun(1));
        // A registry without messages takes processes of any type.
        Silent::register(&ctx, 2, ()).unwrap();
    });
    assert!(plain.pid().ended().await.is_normal());
    trader.sync().await.unwrap();
    assert_eq!(log.take(), ["tom Sun(1)"]);
    assert_eq!(Silent::count(), 1);
}

#[registry_runtime::test]
async fn entries_send_typed_messages_to_whom_the_callback_chooses() {
    start().await;
    let log = Log::new();
    let tom = Trader::start("tom", log.clone()).await.unwrap();
    let other = spawn(async |mut ctx: Process<Price>| {
        Prices::register(&ctx, 7, "other").unwrap();
        let sent = Prices::dispatch(&7, |entries| {
            let chosen = entries.iter().filter(|entry| *entry.value() == "seven");
            chosen.map(|entry| entry.send(Price(1)).unwrap()).count()
        });
        assert_eq!(sent, Some(1));
        assert_eq!(Prices::dispatch(&8, |_| ()), None);
        Prices::dispatch_parallel(&7, |entries| {
            for entry in entries {
                entry.send(Price(2)).unwrap();
            }
        })
        .await;
        let Price(price) = ctx.recv().await;
        assert_eq!(price, 2);
    });
    let reason = other.pid().ended().await;
    assert!(reason.is_normal(), "{reason}");
    tom.sync().await.unwrap();
    assert_eq!(log.take(), ["tom 1", "tom 2"]);
}

/// One whose mailbox takes two messages.
#[gen_server(mailbox = 2)]
struct Narrow {
    log: Log,
}

#[gen_server]
impl Narrow {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Texts::register(ctx, "chat".to_owned(), ())?;
        Ok(())
    }

    #[info]
    fn on_text(&mut self, text: String) {
        self.log.add(text);
    }
}

#[registry_runtime::test]
async fn publish_counts_who_took_the_message() {
    start().await;
    let (log, traders) = (Log::new(), Log::new());
    Narrow::start(log.clone()).await.unwrap();
    Trader::start("tom", traders.clone()).await.unwrap();
    let took: Vec<usize> = (0..4)
        .map(|n| Texts::publish("chat", n.to_string()))
        .collect();
    assert_eq!(took, [2, 2, 1, 1], "one has no room for more");
    let full = Texts::dispatch("chat", |entries| {
        entries
            .iter()
            .filter(|entry| entry.send("more".to_owned()) == Err(SendError::Full))
            .count()
    });
    assert_eq!(full, Some(1));
    traders.until("tom more").await;
    assert_eq!(log.all(), ["0", "1"]);
    assert_eq!(
        traders.all(),
        ["tom 0", "tom 1", "tom 2", "tom 3", "tom more"]
    );
}

/// A publish sends to those that were there; who joins or leaves meanwhile does no harm.
#[registry_runtime::test(flavor = "multi_thread", worker_threads = 4)]
async fn publish_reaches_everyone_who_stays_while_others_come_and_go() {
    start().await;
    let (stays, log) = (100, Log::new());
    let staying: Vec<_> = (0..stays)
        .map(|_| {
            let log = log.clone();
            spawn(async move |mut ctx: Process<String>| {
                Texts::register(&ctx, "chat".to_owned(), ()).unwrap();
                log.add("here");
                for n in 0..200 {
                    assert_eq!(ctx.recv().await, n.to_string());
                }
            })
        })
        .collect();
    log.times("here", stays).await;
    let coming: Vec<_> = (0..4)
        .map(|_| {
            spawn(async |ctx: Process<String>| {
                for n in 0..300 {
                    Texts::register(&ctx, "chat".to_owned(), ()).unwrap();
                    let dies = ctx.spawn_link(async |ctx: Process<String>| {
                        Texts::register(&ctx, "chat".to_owned(), ()).unwrap();
                    });
                    Texts::unregister(&ctx, "chat");
                    if n % 10 == 0 {
                        dies.pid().ended().await;
                    }
                }
            })
        })
        .collect();
    for n in 0..200 {
        assert!(Texts::publish("chat", n.to_string()) >= stays);
        if n % 20 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for process in staying.into_iter().chain(coming) {
        let reason = process.pid().ended().await;
        assert!(
            matches!(reason, ExitReason::Normal | ExitReason::NoProc),
            "{reason}"
        );
    }
    registry_tests::eventually(|| Texts::count() == 0).await;
}
