# Tasks of a worker, and agents.

defmodule Tasks do
  @moduledoc false

  # The owner starts it and awaits it; what fails in it is an exit signal by the link.
  def run(["ok"]), do: awaited(fn -> "done" end)
  def run(["crash"]), do: awaited(fn -> raise Worker.Failed end)
  def run(["exit", reason]), do: awaited(fn -> exit(Words.to_reason(reason)) end)

  def run(["yield", units, takes]) do
    task = Task.async(fn -> Process.sleep(Setup.time(takes)); "done" end)

    case Task.yield(task, Setup.time(units)) do
      nil -> "nothing then " <> ended(Task.shutdown(task, :brutal_kill))
      other -> ended(other)
    end
  end

  def run([how]) do
    {:ok, tasks} = Task.Supervisor.start_link()
    third_fails = fn n -> if n == 3, do: raise(Worker.Failed), else: n * n end

    text =
      case how do
        "nolink_ok" -> alone(tasks, fn -> "done" end)
        "nolink_crash" -> alone(tasks, fn -> raise Worker.Failed end)
        "stream" -> all(Task.async_stream(1..4, &(&1 * &1), max_concurrency: 2))
        "stream_crash" -> Words.called(fn -> all(Task.async_stream(1..4, third_fails, max_concurrency: 2)) end)
        "stream_nolink" -> all(Task.Supervisor.async_stream_nolink(tasks, 1..4, third_fails, max_concurrency: 2))
      end

    Process.unlink(tasks)
    Supervisor.stop(tasks)
    text
  end

  defp alone(tasks, fun), do: ended(Task.yield(Task.Supervisor.async_nolink(tasks, fun), :infinity))
  defp all(stream), do: stream |> Enum.map(&ended/1) |> Enum.join(",")

  defp awaited(fun), do: Words.called(fn -> "ok:" <> Task.await(Task.async(fun)) end)
  defp ended({:ok, text}), do: "ok:#{text}"
  defp ended({:exit, reason}), do: "exited:" <> Words.reason(reason)
  defp ended(nil), do: "nil"

  def agent_spec(id), do: %{id: id, start: {__MODULE__, :start_agent, [id]}}

  def start_agent(id) do
    Agent.start_link(fn ->
      World.hello(self(), id, nil, nil)
      0
    end)
  end

  def step(["agent", id]) do
    result = Agent.start(fn -> World.hello(self(), id, nil, nil); 0 end)
    Words.started(result)
  end

  def step(["agent_get", id]), do: to(id, fn pid -> "ok:#{Agent.get(pid, & &1)}" end)
  def step(["agent_update", id, n]), do: to(id, fn pid -> "#{Agent.update(pid, &(&1 + String.to_integer(n)))}" end)
  def step(["agent_cast", id, n]), do: to(id, fn pid -> "#{Agent.cast(pid, &(&1 + String.to_integer(n)))}" end)
  def step(["agent_crash", id]), do: to(id, fn pid -> "#{Agent.update(pid, fn _ -> raise Worker.Failed end)}" end)
  def step(["agent_stop", id, reason]), do: to(id, fn pid -> "#{Agent.stop(pid, Words.to_reason(reason))}" end)

  defp to(id, fun) do
    case World.last(id) do
      nil -> "none"
      pid -> Words.called(fn -> fun.(pid) end)
    end
  end
end
