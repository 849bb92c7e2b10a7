# The notation that both runners share: reasons, results and names as text. `src/words.rs` is the other half.

defmodule Words do
  @doc "A reason of the closed vocabulary, as the scenario writes it."
  def to_reason("shutdown:" <> why), do: {:shutdown, why}
  def to_reason("e:" <> why), do: {:e, why}
  def to_reason(atom), do: String.to_atom(atom)

  @doc "An exit reason as the trace writes it."
  def reason(atom) when atom in [:normal, :shutdown, :kill, :killed, :noproc], do: "#{atom}"
  def reason({:shutdown, why}) when is_binary(why), do: "shutdown:" <> why
  # A supervisor of which a child did not start.
  def reason({:shutdown, {:failed_to_start_child, _, _}}), do: "shutdown:start"
  def reason({:e, why}), do: "e:" <> why
  # A process that links to nobody without `trap_exit` fails in `link/1` itself.
  def reason({:noproc, stack}) when is_list(stack), do: "noproc"
  def reason({%{__exception__: true}, stack}) when is_list(stack), do: "panic"
  def reason({error, stack}) when is_list(stack) and is_atom(error), do: "panic"
  # An await or a call that failed, and that nobody caught.
  def reason({reason, {module, _, args}}) when is_atom(module) and is_list(args), do: reason(reason)
  def reason(:reached_max_restart_intensity), do: "shutdown"
  def reason(other), do: "?" <> (inspect(other) |> String.replace(~r/\s+/, "_"))

  @doc "What a start came to."
  def started({:ok, pid}), do: "ok " <> World.name(pid)
  def started(:ignore), do: "ignore"
  def started({:error, {:already_started, pid}}), do: "already " <> World.name(pid)
  def started({:error, :max_children}), do: "max_children"
  def started({:error, :noproc}), do: "noproc"

  def started({:error, {:shutdown, {:failed_to_start_child, id, reason}}}),
    do: "child #{id} " <> started({:error, reason})

  def started({:error, reason}), do: "error " <> reason(reason)

  @doc "What a start of a supervisor's child came to, which has an id."
  def started_child({:error, :already_present}), do: "duplicate"
  def started_child({:ok, :undefined}), do: "ignore"
  def started_child({:error, {reason, {:child, _, _, _, _, _, _, _, _}}}), do: started({:error, reason})
  def started_child(other), do: started(other)

  @doc "Runs a call of any kind, and says what came of it."
  def called(fun) do
    fun.()
  catch
    :exit, {:calling_self, _} -> "deadlock"
    :exit, {:timeout, _} -> "timeout"
    :exit, {:noproc, _} -> "noproc"
    :exit, :noproc -> "noproc"
    :exit, {reason, {module, _, _}} when is_atom(module) -> "exited:" <> reason(reason)
    :exit, reason -> "exited:" <> reason(reason)
  end

  def done(:ok), do: "ok"
  def done({:ok, pid}) when is_pid(pid), do: "ok " <> World.name(pid)
  def done({:ok, :undefined}), do: "ignore"
  def done({:error, word}) when word in [:not_found, :running, :restarting], do: "#{word}"
  def done({:error, other}), do: started_child({:error, other})

  @doc "`a=1 b=2` as a map."
  def attributes(words), do: Map.new(words, fn word -> [k, v] = String.split(word, "=", parts: 2); {k, v} end)

  def listed("-"), do: []
  def listed(text), do: String.split(text, ",")
end
