# Runs scenarios, which come as lines on standard input, and writes a trace of each. See README.md.

:logger.set_primary_config(:level, :none)
here = __DIR__
files = for file <- ~w(words world setup registries tasks worker steps main), do: Path.join(here, "#{file}.exs")
{:ok, _, _} = Kernel.ParallelCompiler.require(files)

Process.flag(:trap_exit, true)
World.open()
IO.puts("ready #{System.version()} #{System.otp_release()}")
Main.loop(Process.list())
