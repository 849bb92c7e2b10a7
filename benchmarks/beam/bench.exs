# The same lines, measured on the BEAM, a case a run: `elixir --erl "+P 4000000" bench.exs MILLISECONDS CASE N`
# prints `figure<tab>value` in nanoseconds and bytes.

:logger.set_primary_config(:level, :none)

defmodule Counter do
  use GenServer
  def start_link(opts), do: GenServer.start_link(__MODULE__, 0, opts)
  def init(n), do: {:ok, n}
  def handle_call(:get, _from, n), do: {:reply, n, n}
  def handle_cast({:add, k}, n), do: {:noreply, n + k}
  def handle_cast(:fail, _n), do: raise("asked to")
end

defmodule Session do
  use GenServer, restart: :temporary
  def start_link(i), do: GenServer.start_link(__MODULE__, i, name: Bench.via("session:#{i}"))
  def init(i), do: {:ok, i}
end

defmodule Worker do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: Bench.via("session:0"))
  def init(n), do: {:ok, n}
  def handle_cast(:fail, _n), do: raise("asked to")
end

defmodule Bench do
  @registry Names
  def via(name), do: {:via, Registry, {@registry, name}}

  def boot do
    {:ok, tree} =
      Supervisor.start_link(
        [
          {Registry, keys: :unique, name: @registry, partitions: System.schedulers_online()},
          {Registry, keys: :duplicate, name: Topics, partitions: System.schedulers_online()},
          {DynamicSupervisor, name: Sup, max_restarts: 1_000_000, max_seconds: 1}
        ],
        strategy: :one_for_one
      )

    tree
  end

  # Everything of a case runs in a process of its own; nothing is ended in order.
  def run(fun) do
    {_, ref} =
      spawn_monitor(fn ->
        boot()
        for {figure, value} <- fun.(), do: IO.puts("#{figure}\t#{value / 1}")
        System.halt(0)
      end)

    receive do
      {:DOWN, ^ref, _, _, reason} -> IO.puts(:stderr, inspect(reason)) ; System.halt(1)
    end
  end

  def now, do: System.monotonic_time(:nanosecond)

  # Batches for a while to warm up, then timed: nanoseconds an operation.
  def steady(ms, batch, work) do
    loop(now() + div(ms, 4) * 1_000_000, batch, work, 0)
    start = now()
    n = loop(start + ms * 1_000_000, batch, work, 0)
    (now() - start) / n
  end

  defp loop(till, batch, work, n) do
    if now() < till do
      work.(batch)
      loop(till, batch, work, n + batch)
    else
      max(n, 1)
    end
  end

  def times(0, _), do: :ok
  def times(n, f), do: (f.(n); times(n - 1, f))

  def timed(n, f) do
    start = now()
    f.()
    (now() - start) / n
  end

  def resident do
    [_, pages | _] = File.read!("/proc/self/statm") |> String.split()
    String.to_integer(pages) * 4096
  end

  def names(n), do: List.to_tuple(for i <- 0..(n - 1), do: "session:#{i}")

  def named(n) do
    all = names(n)
    for i <- 0..(n - 1), do: {:ok, _} = Counter.start_link(name: via(elem(all, i)))
    all
  end

  def crowd(n, from \\ 0) do
    for i <- from..(from + n - 1), do: ({:ok, pid} = DynamicSupervisor.start_child(Sup, {Session, i}); pid)
  end

  # Other processes hold `n` keys, a thousand each.
  def fill(n) do
    for first <- Enum.take_every(0..(n - 1), 1000) do
      me = self()

      spawn_link(fn ->
        for i <- first..min(n - 1, first + 999), do: {:ok, _} = Registry.register(@registry, "session:#{i}", i)
        send(me, :filled)
        Process.sleep(:infinity)
      end)

      receive do: (:filled -> :ok)
    end
  end

  def fan(ms, n, call) do
    calls = max(div(ms * 1_000_000, 2000 * n), 10)

    go = fn ->
      timed(n * calls, fn ->
        me = self()

        for client <- 0..(n - 1) do
          spawn_link(fn ->
            for i <- 0..(calls - 1), do: call.(rem(client * 31 + i * 7919, n))
            send(me, :done)
          end)
        end

        for _ <- 1..n, do: receive(do: (:done -> :ok))
      end)
    end

    go.()
    go.()
  end

  def back(die) do
    old = next(nil)
    die.(old)
    next(old)
  end

  defp next(old) do
    case Registry.whereis_name({@registry, "session:0"}) do
      pid when is_pid(pid) and pid != old -> pid
      _ -> :erlang.yield(); next(old)
    end
  end
end

defmodule Cases do
  import Bench
  @registry Names

  def measure("call-ref-mt", ms, _), do: call(ms, 5000)
  def measure("call-bare-mt", ms, _), do: call(ms, :infinity)

  def measure("call-name-mt", ms, _), do: by_name(ms, 1)
  def measure("call-names-mt", ms, _), do: by_name(ms, 10_000)

  def measure("fan-ref", ms, _) do
    servers = List.to_tuple(for _ <- 1..1000, do: elem(Counter.start_link([]), 1))
    [{"ns", fan(ms, 1000, fn i -> GenServer.call(elem(servers, i), :get) end)}]
  end

  def measure("fan-name", ms, _) do
    all = named(1000)
    [{"ns", fan(ms, 1000, fn i -> GenServer.call(via(elem(all, i)), :get) end)}]
  end

  def measure("cast-ref-mt", ms, _) do
    {:ok, server} = Counter.start_link([])
    cast(ms, server)
  end

  def measure("cast-name-mt", ms, _) do
    named(1)
    cast(ms, via("session:0"))
  end

  def measure("ring-mt", ms, _) do
    me = self()

    node = fn node, next ->
      receive do
        {:next, pid} -> node.(node, pid)
        {:token, 0} -> send(me, :done); node.(node, next)
        {:token, n} -> send(next, {:token, n - 1}); node.(node, next)
      end
    end

    [first | rest] = ring = for _ <- 1..1000, do: spawn_link(fn -> node.(node, nil) end)
    Enum.zip(ring, rest ++ [first]) |> Enum.each(fn {a, b} -> send(a, {:next, b}) end)

    [{"ns", steady(ms, 5000, fn n -> send(first, {:token, n}); receive(do: (:done -> :ok)) end)}]
  end

  def measure("spawn", _, _) do
    start = fn -> {:ok, _} = GenServer.start(Counter, 0) end
    times(5_000, fn _ -> start.() end)
    [{"ns", timed(50_000, fn -> times(50_000, fn _ -> start.() end) end)}]
  end

  def measure("start", _, _) do
    crowd(5_000)
    [{"ns", timed(50_000, fn -> crowd(50_000, 50_000) end)}]
  end

  def measure("memory-" <> _, _, n) do
    :erlang.garbage_collect()
    before = resident()
    times(n, fn i -> {:ok, _} = DynamicSupervisor.start_child(Sup, {Session, i}) end)
    Process.sleep(100)
    [{"bytes", max(resident() - before, 0) / n}]
  end

  def measure("death", _, _) do
    pids = crowd(100_000)

    ns =
      timed(100_000, fn ->
        for pid <- pids, do: Process.exit(pid, :kill)
        wait = fn wait -> if Registry.count(@registry) + DynamicSupervisor.count_children(Sup).specs > 0, do: wait.(wait) end
        wait.(wait)
      end)

    [{"ns", ns}]
  end

  def measure("publish", ms, _) do
    me = self()

    for _ <- 1..10_000 do
      spawn_link(fn ->
        {:ok, _} = Registry.register(Topics, "topic", nil)
        send(me, :ready)
        loop = fn loop -> receive(do: ({:event, _} -> send(me, :got); loop.(loop))) end
        loop.(loop)
      end)

      receive do: (:ready -> :ok)
    end

    round = fn ->
      Process.sleep(2)
      start = now()
      Registry.dispatch(Topics, "topic", fn entries -> for {pid, _} <- entries, do: send(pid, {:event, 1}) end)
      sent = now()
      for _ <- 1..10_000, do: receive(do: (:got -> :ok))
      {sent - start, now() - start}
    end

    round.()
    rounds = for _ <- 1..max(div(ms, 20), 3), do: round.()
    {send, all} = Enum.unzip(rounds)
    each = fn list -> Enum.sum(list) / length(list) / 10_000 end
    [{"send", each.(send)}, {"all", each.(all)}]
  end

  def measure("kill", ms, _), do: restart(ms, fn pid -> Process.exit(pid, :kill) end)
  def measure("panic", ms, _), do: restart(ms, fn pid -> GenServer.cast(pid, :fail) end)

  def measure("lookup-hot", ms, n) do
    fill(n)
    [{"ns", steady(ms, 1000, fn k -> times(k, fn _ -> Registry.lookup(@registry, "session:4711") end) end)}]
  end

  def measure("lookup-cold-" <> _, ms, n) do
    fill(n)
    all = names(n)
    [{"ns", steady(ms, 1000, fn k -> times(k, fn _ -> Registry.lookup(@registry, elem(all, :rand.uniform(n) - 1)) end) end)}]
  end

  def measure("register-" <> _, ms, n) do
    fill(n)
    pairs(ms, for(i <- 0..999, do: "mine:#{i}"))
  end

  def measure("entries-" <> _, _, n) do
    before = resident()
    fill(n)
    [{"bytes", max(resident() - before, 0) / n}]
  end

  def measure("unregister-" <> _, ms, n) do
    for i <- 0..(n - 1), do: {:ok, _} = Registry.register(@registry, "mine:#{i}", nil)
    turn = for i <- 0..(min(16, n) - 1), do: "mine:#{div(i * n, 16)}"

    work = fn _ ->
      for key <- turn do
        Registry.unregister(@registry, key)
        {:ok, _} = Registry.register(@registry, key, nil)
      end
    end

    [{"ns", steady(ms, length(turn), work)}]
  end

  def measure("membership", ms, n) do
    me = self()

    for _ <- 2..n do
      spawn_link(fn ->
        {:ok, _} = Registry.register(Topics, "topic", nil)
        send(me, :ready)
        Process.sleep(:infinity)
      end)

      receive do: (:ready -> :ok)
    end

    {:ok, _} = Registry.register(Topics, "topic", nil)

    work = fn k ->
      times(k, fn _ ->
        Registry.unregister(Topics, "topic")
        {:ok, _} = Registry.register(Topics, "topic", nil)
      end)
    end

    [{"ns", steady(ms, 10, work)}]
  end

  def measure("select", ms, n) do
    fill(n)
    [{"ns", steady(ms, 1, fn _ -> Registry.select(@registry, [{{:_, :_, :"$1"}, [], [:"$1"]}]) end)}]
  end

  def measure("count", ms, n) do
    fill(n)
    [{"ns", steady(ms, 1000, fn k -> times(k, fn _ -> Registry.count(@registry) end) end)}]
  end

  def measure("keys", ms, n) do
    for i <- 0..(n - 1), do: {:ok, _} = Registry.register(@registry, "mine:#{i}", nil)
    me = self()
    [{"ns", steady(ms, 1000, fn k -> times(k, fn _ -> Registry.keys(@registry, me) end) end)}]
  end

  defp call(ms, timeout) do
    {:ok, server} = Counter.start_link([])
    [{"ns", steady(ms, 500, fn n -> times(n, fn _ -> GenServer.call(server, :get, timeout) end) end)}]
  end

  defp by_name(ms, n) do
    all = named(n)

    work = fn k ->
      times(k, fn _ -> GenServer.call(via(elem(all, :rand.uniform(n) - 1)), :get, 5000) end)
    end

    [{"ns", steady(ms, 500, work)}]
  end

  defp cast(ms, server) do
    work = fn n ->
      times(n, fn _ -> GenServer.cast(server, {:add, 1}) end)
      GenServer.call(server, :get, :infinity)
    end

    [{"ns", steady(ms, 20_000, work)}]
  end

  defp pairs(ms, keys) do
    work = fn _ ->
      for key <- keys do
        {:ok, _} = Registry.register(@registry, key, nil)
        Registry.unregister(@registry, key)
      end
    end

    [{"ns", steady(ms, length(keys), work)}]
  end

  defp restart(ms, die) do
    {:ok, _} = DynamicSupervisor.start_child(Sup, {Worker, 0})
    [{"ns", steady(ms, 20, fn n -> times(n, fn _ -> back(die) end) end)}]
  end
end

[ms, id, n] = System.argv()
Bench.run(fn -> Cases.measure(id, String.to_integer(ms), String.to_integer(n)) end)
