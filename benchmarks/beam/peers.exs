# Elixir's column of the README's table: one answer a line, in the order of `src/bin/peers/main.rs`.
Logger.configure(level: :none)

defmodule Worker do
  use GenServer

  def start_link({name, slow}), do: GenServer.start_link(__MODULE__, slow, name: via(name))
  def via(name), do: {:via, Registry, {Names, name}}

  def init(slow) do
    if slow, do: Process.sleep(7_000)
    {:ok, 0}
  end

  def handle_call(:bump, _from, n), do: {:reply, n + 1, n + 1}
  def handle_call(:fail, _from, _n), do: raise("asked to")
  def handle_call(:never, _from, n), do: {:noreply, n}

  def handle_call({:call_back, me, other, hops}, _from, n) do
    if hops > 0, do: GenServer.call(via(other), {:call_back, other, me, hops - 1})
    {:reply, :ok, n}
  end
end

defmodule Ask do
  def fate(call) do
    clock = System.monotonic_time(:millisecond)
    task = Task.async(fn -> try do {:ok, call.()} catch :exit, _ -> :error end end)

    case {Task.yield(task, 7_000), System.monotonic_time(:millisecond) - clock} do
      {nil, _} -> "waits on"
      {{:ok, {:ok, _}}, _} -> "is answered"
      {{:ok, :error}, took} when took < 1_000 -> "error at once"
      {{:ok, :error}, took} -> "error after #{div(took, 1_000)} s"
    end
  end

  def eventually(seen, tries \\ 200)
  def eventually(_, 0), do: false
  def eventually(seen, tries), do: seen.() || (Process.sleep(5); eventually(seen, tries - 1))

  def yes(true), do: "yes"
  def yes(_), do: "no"
end

{:ok, _} = Registry.start_link(keys: :unique, name: Names)
{:ok, sup} = DynamicSupervisor.start_link(max_restarts: 100)
found = fn name -> Registry.lookup(Names, name) != [] end

spawn(fn -> Worker.start_link({"slow", true}) end)
early = Ask.eventually(fn -> found.("slow") end)

for name <- ["a", "b", "c"], do: {:ok, _} = DynamicSupervisor.start_child(sup, {Worker, {name, false}})
1 = GenServer.call(Worker.via("a"), :bump)
failed = Ask.fate(fn -> GenServer.call(Worker.via("a"), :fail) end)
back = Ask.eventually(fn -> found.("a") end)
fresh = GenServer.call(Worker.via("a"), :bump) == 1
unanswered = Ask.fate(fn -> GenServer.call(Worker.via("a"), :never) end)
cycle = Ask.fate(fn -> GenServer.call(Worker.via("b"), {:call_back, "b", "c", 2}) end)

IO.puts(Enum.join([Ask.yes(early), Ask.yes(fresh), Ask.yes(back), unanswered, failed, cycle], "\n"))
