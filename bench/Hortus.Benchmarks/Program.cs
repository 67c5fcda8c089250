using Hortus.Benchmarks;

return args switch
{
    ["garden"] => await GardenBenchmark.RunAsync(),
    ["all"] => Math.Max(
        await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None), await GardenBenchmark.RunAsync()),
    ["storage"] => await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
    ["storage", var folder] => await StorageBenchmark.RunAsync(folder, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Hortus.Benchmarks all | garden | storage [FOLDER]");
    return 2;
}
