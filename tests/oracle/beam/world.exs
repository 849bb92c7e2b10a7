# What the processes of a scenario share: who is called what, and what has happened.
# A process is called `id#n`: the n-th start of that id. The collector gives the number out and monitors the
# process before `init` goes on, so that no death is missed.

defmodule World do
  def open do
    :ets.new(:world_names, [:named_table, :public, :set])
    :ets.new(:world_log, [:named_table, :public, :ordered_set])
    :ets.new(:world_setup, [:named_table, :public, :set])
  end

  def reset do
    Enum.each([:world_names, :world_log, :world_setup], &:ets.delete_all_objects/1)
  end

  def put(key, value), do: :ets.insert(:world_setup, {key, value})

  def get(key, default \\ nil) do
    case :ets.lookup(:world_setup, key) do
      [{_, value}] -> value
      [] -> default
    end
  end

  @doc "Notes an event. The numbers of events grow in the order in which things happened."
  def log(line), do: :ets.insert(:world_log, {:erlang.unique_integer([:monotonic]), line})

  @doc "All events since the last time that this was asked."
  def take do
    lines = :ets.tab2list(:world_log)
    Enum.each(lines, fn {n, _} -> :ets.delete(:world_log, n) end)
    Enum.map(lines, &elem(&1, 1))
  end

  def name(pid) do
    case :ets.lookup(:world_names, pid) do
      [{_, name}] -> name
      [] when pid == :undefined -> "-"
      [] -> if pid == get(:driver), do: "driver", else: "?"
    end
  end

  @doc "The newest process of an id, running or not."
  def last(id) do
    case :ets.lookup(:world_names, {:last, id}) do
      [{_, pid, _}] -> pid
      [] -> nil
    end
  end

  @doc "Who is meant by a name that the VM knows."
  def pid(name) when is_atom(name) and name != nil, do: Process.whereis(name)
  def pid(pid), do: pid

  @doc "Names a process, and its supervisor if that has no name yet; back comes the number."
  def hello(pid, id, parent, sup), do: ask({:hello, pid, id, parent, sup})

  defp ask(question) do
    collector = get(:collector)
    ref = make_ref()
    send(collector, {:ask, self(), ref, question})
    receive do
      {^ref, answer} -> answer
    end
  end

  def collector do
    receive do
      {:ask, from, ref, {:hello, pid, id, parent, sup}} ->
        if is_pid(parent) and :ets.lookup(:world_names, parent) == [], do: name_it(parent, sup)
        n = if :ets.lookup(:world_names, pid) == [], do: name_it(pid, id), else: nil
        send(from, {ref, n})

      {:DOWN, _, :process, pid, reason} ->
        log("dead #{name(pid)} #{Words.reason(reason)}")
    end

    collector()
  end

  defp name_it(pid, id) do
    n =
      case :ets.lookup(:world_names, {:last, id}) do
        [{_, _, n}] -> n + 1
        [] -> 1
      end

    Process.monitor(pid)
    :ets.insert(:world_names, [{pid, "#{id}##{n}"}, {{:last, id}, pid, n}])
    n
  end

  @doc """
  Waits until nothing runs any more: all other processes wait, twice in a row, with the same log. The VM's own
  processes are among them, since one of the scenario may wait for an answer of the code server.
  """
  def settle(before \\ nil) do
    procs = Process.list() -- [self()]
    state = {procs, :ets.info(:world_log, :size)}

    cond do
      not Enum.all?(procs, &quiet?/1) -> :erlang.yield(); settle(nil)
      before != state -> :erlang.yield(); settle(state)
      true -> :ok
    end
  end

  # A message makes its receiver run at once: who waits has looked at all that it has.
  defp quiet?(pid) do
    case Process.info(pid, :status) do
      nil -> true
      {:status, :waiting} -> true
      _ -> false
    end
  end
end
