# The steps of a scenario: what the driver does. `src/steps.rs` is the other half.

defmodule Steps do
  @registry ~w(lookup count keys values match count_match select count_select dispatch dispatch_parallel whereis
               send_name put_meta delete_meta meta)

  def run([word | _] = step) when word in @registry, do: Registries.step(step)
  def run(["start", id]), do: Words.started(Worker.start(id))

  def run(["start_sup", id]) do
    result = Setup.start_sup(id)

    with {:ok, pid} <- result do
      World.hello(pid, id, nil, nil)
      Process.unlink(pid)
    end

    Words.started(result)
  end

  def run(["call", id | command]), do: to(id, fn pid -> call(pid, command, 5000) end)

  def run(["acall", n, id | command]), do: acall(n, id, command, :infinity)
  def run(["tcall", n, id, units | command]), do: acall(n, id, command, Setup.time(units))
  def run(["cast", id | command]), do: to(id, fn pid -> "#{GenServer.cast(pid, {:command, Enum.join(command, " ")})}" end)

  # Several messages, from one process, without a pause.
  def run(["burst", id | commands]) do
    to(id, fn pid ->
      for command <- Setup.commands(Enum.join(commands, " ")), do: GenServer.cast(pid, {:command, command})
      "ok"
    end)
  end

  def run(["send", id, text]), do: to(id, fn pid -> send(pid, {:note, "driver", text}); "ok" end)
  def run(["exit", id, reason]), do: to(id, fn pid -> Process.exit(pid, Words.to_reason(reason)); "ok" end)
  def run(["stop", id, reason]), do: to(id, fn pid -> Words.called(fn -> "#{GenServer.stop(pid, Words.to_reason(reason))}" end) end)
  def run(["alive", id]), do: to(id, fn pid -> "#{Process.alive?(pid)}" end)
  def run(["wait", units]), do: (Process.sleep(Setup.time(units)); "ok")

  def run(["start_child", sup, id]), do: sup(sup, fn pid -> Words.started_child(:supervisor.start_child(pid, Setup.child(id))) end)
  def run(["terminate_child", sup, id]), do: sup(sup, fn pid -> Words.done(:supervisor.terminate_child(pid, id)) end)
  def run(["restart_child", sup, id]), do: sup(sup, fn pid -> Words.done(:supervisor.restart_child(pid, id)) end)
  def run(["delete_child", sup, id]), do: sup(sup, fn pid -> Words.done(:supervisor.delete_child(pid, id)) end)

  def run(["which_children", sup]) do
    sup(sup, fn pid ->
      children = Enum.map(:supervisor.which_children(pid), fn {id, state, type, _} -> child(id, state, type) end)
      children |> Enum.join(",") |> dash()
    end)
  end

  def run(["count_children", sup]), do: sup(sup, fn pid -> counts(Map.new(:supervisor.count_children(pid))) end)

  def run(["dyn_start", sup, id]), do: sup(sup, fn pid -> Words.started(DynamicSupervisor.start_child(pid, Setup.child(id))) end)

  def run(["dyn_terminate", sup, id]) do
    sup(sup, fn pid -> to(id, fn child -> Words.done(DynamicSupervisor.terminate_child(pid, child)) end) end)
  end

  def run(["dyn_which", sup]) do
    sup(sup, fn pid ->
      children = Enum.map(DynamicSupervisor.which_children(pid), fn {_, state, type, _} -> child("-", state, type) end)
      children |> Enum.sort() |> Enum.join(",") |> dash()
    end)
  end

  def run(["dyn_count", sup]), do: sup(sup, fn pid -> counts(DynamicSupervisor.count_children(pid)) end)
  def run(["stop_sup", id, reason]), do: sup(id, fn pid -> Words.called(fn -> "#{Supervisor.stop(pid, Words.to_reason(reason))}" end) end)
  def run([word | _] = step) when word in ~w(agent agent_get agent_update agent_cast agent_crash agent_stop), do: Tasks.step(step)

  def run(["part_call", sup, key | command]) do
    partition(sup, fn name ->
      "ok:" <> GenServer.call({:via, PartitionSupervisor, {name, String.to_integer(key)}}, {:command, Enum.join(command, " ")})
    end)
  end

  def run(["part_count", sup]), do: partition(sup, fn name -> counts(PartitionSupervisor.count_children(name)) end)
  def run(["part_size", sup]), do: partition(sup, fn name -> "#{PartitionSupervisor.partitions(name)}" end)

  def run(["part_which", sup]) do
    partition(sup, fn name ->
      children = Enum.map(PartitionSupervisor.which_children(name), fn {id, state, type, _} -> child(id, state, type) end)
      children |> Enum.sort() |> Enum.join(",") |> dash()
    end)
  end

  # A partition supervisor is asked by its name, and raises where others exit when it is not there.
  defp partition(sup, fun) do
    sup(sup, fn _ ->
      try do
        fun.(World.get({:partition, sup}))
      rescue
        ArgumentError -> "noproc"
      end
    end)
  end

  defp dash(""), do: "-"
  defp dash(text), do: text
  defp child(id, state, type), do: "#{id}:#{if is_pid(state), do: World.name(state), else: state}:#{type}"
  defp counts(map), do: "#{map[:specs]} #{map[:active]} #{map[:supervisors]} #{map[:workers]}"

  defp to(id, fun) do
    case World.last(id) do
      nil -> "none"
      pid -> fun.(pid)
    end
  end

  defp sup(id, fun), do: to(id, fn pid -> Words.called(fn -> fun.(pid) end) end)

  defp call(pid, command, timeout) do
    Words.called(fn -> "ok:" <> GenServer.call(pid, {:command, Enum.join(command, " ")}, timeout) end)
  end

  defp acall(n, id, command, timeout) do
    to(id, fn pid ->
      spawn(fn -> World.log("acall #{n} #{call(pid, command, timeout)}") end)
      "ok"
    end)
  end
end
