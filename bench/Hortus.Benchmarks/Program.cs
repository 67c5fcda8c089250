using Hortus.Benchmarks;

return args switch
{
    ["storage"] or ["all"] => await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
    ["storage", var folder] => await StorageBenchmark.RunAsync(folder, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Hortus.Benchmarks all | storage [FOLDER]");
    return 2;
}
