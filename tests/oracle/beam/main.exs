# Reads scenarios, runs their lines, writes their traces.

defmodule Main do
  def loop(baseline) do
    case read([]) do
      nil -> :ok
      lines ->
        run(lines, baseline)
        IO.puts("end")
        loop(baseline)
    end
  end

  defp read(lines) do
    case IO.gets("") do
      :eof -> nil
      line ->
        case String.trim(line) do
          "end" -> Enum.reverse(lines)
          line -> read([String.split(line, " ") | lines])
        end
    end
  end

  defp run(lines, baseline) do
    World.reset()
    World.put(:driver, self())
    World.put(:collector, spawn(&World.collector/0))
    Enum.each(lines, &line/1)
    clean(baseline)
  end

  defp line(["scenario" | about]) do
    about = Words.attributes(about)
    World.put(:seed, about["seed"])
    World.put(:unit, String.to_integer(about["unit"]))
    World.put(:slow, about["slow"])
  end

  defp line(["registry", id | about]), do: {:ok, _} = Registries.start(id, Words.attributes(about))
  defp line([kind, id | about]) when kind in ["worker", "sup", "agent"], do: World.put({String.to_atom(kind), id}, Words.attributes(about))

  defp line(["step" | step]) do
    result = Steps.run(step)
    World.settle()

    if World.get(:slow) != "0.0" do
      Process.sleep(Setup.time(World.get(:slow)))
      World.settle()
    end

    IO.write(["= ", result, "\n" | Enum.map(World.take(), &[&1, "\n"])])
    flush()
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end

  defp clean(baseline) do
    case Process.list() -- baseline do
      [] -> :ok
      left ->
        Enum.each(left, &Process.exit(&1, :kill))
        :erlang.yield()
        clean(baseline)
    end
  end
end
