# The server that does as it is told. `src/worker.rs` is the other half.

defmodule Worker do
  use GenServer

  defmodule Failed do
    defexception message: "as it was told"
  end

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: via(id))
  def start(id), do: GenServer.start(__MODULE__, id, name: via(id))

  defp via(id) do
    key = case World.get({:worker, id})["name"] do
      "-" -> {:alone, make_ref()}
      name -> name
    end

    {:via, Registry, {Setup.registry("names"), key, 0}}
  end

  def child_spec(id) do
    about = World.get({:worker, id})

    %{
      id: id,
      start: {__MODULE__, :start_link, [id]},
      restart: String.to_atom(about["restart"]),
      shutdown: Setup.shutdown(about["shutdown"]),
      significant: about["significant"] == "1"
    }
  end

  @impl true
  def init(id) do
    about = World.get({:worker, id})
    Process.flag(:trap_exit, about["trap"] == "1")
    sup = about["sup"]
    parent = if sup != "-", do: World.pid(hd(Process.get(:"$ancestors") ++ [nil]))
    n = World.hello(self(), id, parent, sup)
    me = "#{id}##{n}"
    World.log("life #{me} init")
    state = %{me: me, about: about, monitors: %{}, timers: %{}, parked: [], idle: nil, next: nil}

    case plan(about["plan"], n) do
      "ok" ->
        state = Enum.reduce(Setup.commands(about["init"]), state, fn command, state -> elem(note(command, state, nil), 1) end)

        case state.next do
          {:stop, reason} -> {:stop, reason}
          next -> rest({:ok, %{state | next: nil}}, next, state.idle)
        end

      "ignore" -> :ignore
      "panic" -> raise Failed
      reason -> {:stop, Words.to_reason(reason)}
    end
  end

  # `fail:3:e:init`: each third start ends so, the others work.
  defp plan("ok", _), do: "ok"

  defp plan(plan, n) do
    [nth, how] = String.split(plan, "~", parts: 2)
    if rem(n, String.to_integer(nth)) == 0, do: how, else: "ok"
  end

  @impl true
  def handle_call({:command, command}, from, state) do
    case note(command, state, from) do
      {:later, state} -> finish(:noreply, state)
      {answer, state} -> finish({:reply, answer}, state)
    end
  end

  @impl true
  def handle_cast({:command, command}, state) do
    {_, state} = note(command, state, nil)
    finish(:noreply, state)
  end

  @impl true
  def handle_continue(command, state) do
    {_, state} = note(command, state, nil)
    finish(:noreply, state)
  end

  @impl true
  def handle_info({:note, from, text}, state), do: heard(from, "note #{text}", state)
  def handle_info({:tick, tag}, state), do: heard("timer-#{tag}", "tick", %{state | timers: Map.delete(state.timers, tag)})
  def handle_info({:EXIT, from, reason}, state), do: heard(World.name(from), "exit #{Words.reason(reason)}", state)

  def handle_info(:timeout, state), do: heard("idle", "timeout", %{state | idle: nil})

  def handle_info({:DOWN, ref, :process, pid, reason}, state) do
    monitors = for {id, other} <- state.monitors, other != ref, into: %{}, do: {id, other}
    who = if is_pid(pid), do: World.name(pid), else: "?"
    heard(who, "down #{Words.reason(reason)}", %{state | monitors: monitors})
  end

  def handle_info(_other, state), do: finish(:noreply, state)

  defp heard(from, text, state) do
    World.log("msg #{state.me} #{from} #{text}")
    finish(:noreply, state)
  end

  @impl true
  def terminate(reason, state) do
    trap = if Process.info(self(), :trap_exit) == {:trap_exit, true}, do: "trap", else: "free"
    World.log("life #{state.me} term #{trap} #{Words.reason(reason)}")

    case state.about["term"] do
      "ok" -> :ok
      "panic" -> raise Failed
      "hang" -> Process.sleep(:infinity)
    end
  end

  # What a callback returns: its answer, and what has been asked for meanwhile.
  defp finish(answer, state) do
    {next, state} = {state.next, %{state | next: nil}}

    case {answer, next} do
      {{:reply, text}, {:stop, reason}} -> {:stop, reason, text, state}
      {:noreply, {:stop, reason}} -> {:stop, reason, state}
      {{:reply, text}, _} -> rest({:reply, text, state}, next, state.idle)
      {:noreply, _} -> rest({:noreply, state}, next, state.idle)
    end
  end

  defp rest(answer, {:continue, command}, _), do: Tuple.append(answer, {:continue, command})
  defp rest(answer, :hibernate, nil), do: Tuple.append(answer, :hibernate)
  defp rest(answer, _, nil), do: answer
  defp rest(answer, _, idle), do: Tuple.append(answer, idle)

  defp note(command, state, from) do
    {answer, state} = run(String.split(command, " "), state, from)
    World.log("res #{state.me} #{command} = #{answer}")
    {answer, state}
  end

  # One command; back comes what it came to, as text, or `:later`.
  defp run(["ping"], state, _), do: {"pong", state}
  defp run(["crash"], _, _), do: raise(Failed)
  defp run(["stop", reason], state, _), do: {"ok", %{state | next: {:stop, Words.to_reason(reason)}}}
  defp run(["trap", on], state, _), do: {"#{Process.flag(:trap_exit, on == "1")}", state}
  defp run(["continue" | command], state, _), do: {"ok", %{state | next: {:continue, Enum.join(command, " ")}}}
  defp run(["idle", units], state, _), do: {"ok", %{state | idle: Setup.time(units)}}
  defp run(["hibernate"], state, _), do: {"ok", %{state | next: :hibernate}}

  defp run(["park"], state, nil), do: {"nobody", state}
  defp run(["park"], state, from), do: {:later, %{state | parked: state.parked ++ [from]}}

  defp run(["reply"], %{parked: []} = state, _), do: {"nobody", state}
  defp run(["reply"], %{parked: [from | rest]} = state, _) do
    GenServer.reply(from, "late")
    {"ok", %{state | parked: rest}}
  end

  defp run(["hang"], _, _), do: Process.sleep(:infinity)

  defp run(["sleep", units], state, _) do
    Process.sleep(Setup.time(units))
    {"ok", state}
  end

  defp run(["after", tag, units], state, _) do
    if Map.has_key?(state.timers, tag) do
      {"set", state}
    else
      timer = Process.send_after(self(), {:tick, tag}, Setup.time(units))
      {"ok", put_in(state.timers[tag], timer)}
    end
  end

  defp run(["cancel", tag], state, _) do
    case Map.pop(state.timers, tag) do
      {nil, _} -> {"none", state}
      {timer, timers} -> {if(Process.cancel_timer(timer), do: "in_time", else: "too_late"), %{state | timers: timers}}
    end
  end

  defp run(["link", id], state, _), do: with_pid(id, state, fn pid -> Process.link(pid); {"ok", state} end)
  defp run(["unlink", id], state, _), do: with_pid(id, state, fn pid -> Process.unlink(pid); {"ok", state} end)
  defp run(["exit", id, reason], state, _), do: with_pid(id, state, fn pid -> Process.exit(pid, Words.to_reason(reason)); {"ok", state} end)
  defp run(["send", id, text], state, _), do: with_pid(id, state, fn pid -> send(pid, {:note, state.me, text}); {"ok", state} end)

  defp run(["monitor", id], state, _) do
    if Map.has_key?(state.monitors, id) do
      {"set", state}
    else
      with_pid(id, state, fn pid -> {"ok", put_in(state.monitors[id], Process.monitor(pid))} end)
    end
  end

  defp run([demonitor, id], state, _) when demonitor in ["demonitor", "demonitor_flush"] do
    case Map.pop(state.monitors, id) do
      {nil, _} -> {"none", state}
      {ref, monitors} ->
        options = if demonitor == "demonitor", do: [:info], else: [:info, :flush]
        {"#{Process.demonitor(ref, options)}", %{state | monitors: monitors}}
    end
  end

  defp run(["start_link", id], state, _), do: {Words.started(start_link(id)), state}

  defp run(["call", id | command], state, _) do
    with_pid(id, state, fn pid -> {Words.called(fn -> "ok:" <> GenServer.call(pid, {:command, Enum.join(command, " ")}) end), state} end)
  end

  defp run(["register", reg, key, value], state, _) do
    {Registries.registered(Registry.register(Setup.registry(reg), key, String.to_integer(value))), state}
  end

  defp run(["unregister", reg, key], state, _), do: {"#{Registry.unregister(Setup.registry(reg), key)}", state}

  defp run(["unregister_match", reg, key, pattern], state, _) do
    {value, guards} = Registries.pattern(pattern)
    {"#{Registry.unregister_match(Setup.registry(reg), key, value, guards)}", state}
  end

  defp run(["update_value", reg, key], state, _) do
    case Registry.update_value(Setup.registry(reg), key, &(&1 + 1)) do
      {new, old} -> {"#{new} #{old}", state}
      :error -> {"error", state}
    end
  end

  defp run(["task" | how], state, _), do: {Tasks.run(how), state}

  defp with_pid(id, state, fun) do
    case World.last(id) do
      nil -> {"none", state}
      pid -> fun.(pid)
    end
  end
end
