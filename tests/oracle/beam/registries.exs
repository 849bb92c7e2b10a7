# Registries, and those who listen to them.

defmodule Registries do
  def start(id, about) do
    name = String.to_atom("#{id}_#{World.get(:seed)}")
    World.put({:registry, id}, name)
    keys = if about["keys"] == "unique", do: :unique, else: :duplicate

    listeners =
      if about["listener"] == "1" do
        listener = String.to_atom("#{name}_listener")
        pid = spawn(fn -> listen(id) end)
        Process.register(pid, listener)
        [listener]
      else
        []
      end

    Registry.start_link(keys: keys, name: name, partitions: String.to_integer(about["partitions"]), listeners: listeners)
  end

  defp listen(id) do
    receive do
      {:register, _, key, pid, value} -> World.log("event #{id} #{key} register #{World.name(pid)} #{value}")
      {:unregister, _, key, pid} -> World.log("event #{id} #{key} unregister #{World.name(pid)}")
    end

    listen(id)
  end

  def registered({:ok, _}), do: "ok"
  def registered({:error, {:already_registered, pid}}), do: "already " <> World.name(pid)

  def pattern("_"), do: {:_, []}
  def pattern("=" <> n), do: {String.to_integer(n), []}
  def pattern(">" <> n), do: {:"$1", [{:>, :"$1", String.to_integer(n)}]}

  def entries(list), do: sorted(Enum.map(list, fn {pid, value} -> "#{World.name(pid)}:#{value}" end))
  def sorted([]), do: "-"
  def sorted(list), do: list |> Enum.sort() |> Enum.join(",")

  # `:"$3"` stands for the value in a `select`, and `:"$1"` in a `match`.
  def select_pattern(pattern, body) do
    {value, guards} = case pattern(pattern) do
      {:_, []} -> {:"$3", []}
      {:"$1", [{op, _, n}]} -> {:"$3", [{op, :"$3", n}]}
      {n, []} -> {:"$3", [{:"=:=", :"$3", n}]}
    end

    [{{:"$1", :"$2", value}, guards, body}]
  end

  def step(["lookup", reg, key]), do: entries(Registry.lookup(Setup.registry(reg), key))
  def step(["count", reg]), do: "#{Registry.count(Setup.registry(reg))}"

  def step(["keys", reg, id]) do
    with_pid(id, fn pid -> sorted(Registry.keys(Setup.registry(reg), pid)) end)
  end

  def step(["values", reg, key, id]) do
    with_pid(id, fn pid -> sorted(Enum.map(Registry.values(Setup.registry(reg), key, pid), &to_string/1)) end)
  end

  def step(["match", reg, key, pattern]) do
    {value, guards} = pattern(pattern)
    entries(Registry.match(Setup.registry(reg), key, value, guards))
  end

  def step(["count_match", reg, key, pattern]) do
    {value, guards} = pattern(pattern)
    "#{Registry.count_match(Setup.registry(reg), key, value, guards)}"
  end

  def step(["select", reg, pattern]) do
    found = Registry.select(Setup.registry(reg), select_pattern(pattern, [{{:"$1", :"$2", :"$3"}}]))
    sorted(Enum.map(found, fn {key, pid, value} -> "#{key}:#{World.name(pid)}:#{value}" end))
  end

  def step(["count_select", reg, pattern]) do
    "#{Registry.count_select(Setup.registry(reg), select_pattern(pattern, [true]))}"
  end

  def step([dispatch, reg, key, text]) when dispatch in ["dispatch", "dispatch_parallel"] do
    Registry.dispatch(Setup.registry(reg), key, fn entries ->
      for {pid, _} <- entries, do: send(pid, {:note, "driver", text})
    end, parallel: dispatch == "dispatch_parallel")
    "ok"
  end

  def step(["whereis", reg, key]) do
    case Registry.whereis_name({Setup.registry(reg), key}) do
      :undefined -> "-"
      pid -> World.name(pid)
    end
  end

  def step(["send_name", reg, key, text]) do
    Registry.send({Setup.registry(reg), key}, {:note, "driver", text})
    "ok"
  rescue
    ArgumentError -> "noproc"
  catch
    :exit, {:badarg, _} -> "noproc"
  end

  def step(["put_meta", reg, key, value]), do: "#{Registry.put_meta(Setup.registry(reg), String.to_atom(key), value)}"
  def step(["delete_meta", reg, key]), do: "#{Registry.delete_meta(Setup.registry(reg), String.to_atom(key))}"

  def step(["meta", reg, key]) do
    case Registry.meta(Setup.registry(reg), String.to_atom(key)) do
      {:ok, value} -> value
      :error -> "-"
    end
  end

  defp with_pid(id, fun) do
    case World.last(id) do
      nil -> "none"
      pid -> fun.(pid)
    end
  end
end
