# What a scenario declares: specifications of children, times, registries.

defmodule Raw do
  @behaviour :supervisor
  @impl true
  def init({flags, children}), do: {:ok, {flags, children}}
end

defmodule Setup do
  def registry(id), do: World.get({:registry, id})
  def time(units), do: round(String.to_float(units) * World.get(:unit))
  def commands("-"), do: []
  def commands(text), do: String.split(text, ";") |> Enum.map(&String.replace(&1, "+", " "))
  def shutdown("brutal_kill"), do: :brutal_kill
  def shutdown("infinity"), do: :infinity
  def shutdown(units), do: time(units)

  @doc "The specification of a child, which is a worker or a supervisor."
  def child(id) do
    cond do
      World.get({:worker, id}) -> Worker.child_spec(id)
      World.get({:sup, id}) -> sup_spec(id)
      World.get({:agent, id}) -> Tasks.agent_spec(id)
    end
  end

  defp sup_spec(id) do
    about = World.get({:sup, id})

    %{
      id: id,
      start: {__MODULE__, :start_sup, [id]},
      type: :supervisor,
      restart: String.to_atom(about["restart"]),
      shutdown: shutdown(about["shutdown"]),
      significant: about["significant"] == "1"
    }
  end

  def start_sup(id) do
    about = World.get({:sup, id})
    intensity = String.to_integer(about["intensity"])

    case about["kind"] do
      "dynamic" ->
        most = if about["max_children"] == "infinity", do: :infinity, else: String.to_integer(about["max_children"])
        DynamicSupervisor.start_link(strategy: :one_for_one, max_restarts: intensity, max_seconds: 1000, max_children: most)

      "partition" ->
        name = String.to_atom("#{id}_#{World.get(:seed)}")
        World.put({:partition, id}, name)
        [child] = Words.listed(about["children"])
        PartitionSupervisor.start_link(child_spec: child(child), name: name,
          partitions: String.to_integer(about["partitions"]), max_restarts: intensity, max_seconds: 1000)

      strategy ->
        flags = %{strategy: String.to_atom(strategy), intensity: intensity, period: 1000, auto_shutdown: String.to_atom(about["auto"])}
        :supervisor.start_link(Raw, {flags, Enum.map(Words.listed(about["children"]), &child/1)})
    end
  end
end
