using System.Globalization;
using Hortus.Benchmarks;
using Hortus.Benchmarks.ApiServer;

return args switch
{
    ["garden"] => await GardenBenchmark.RunAsync(),
    ["all"] => new[]
    {
        await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
        await ApiServerBenchmark.RunAsync(0, CancellationToken.None),
        await ScaleBenchmark.RunAsync(CancellationToken.None),
        await GardenBenchmark.RunAsync(),
    }.Max(),
    ["storage"] => await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
    ["storage", var folder] => await StorageBenchmark.RunAsync(folder, CancellationToken.None),
    ["apiserver"] => await ApiServerBenchmark.RunAsync(0, CancellationToken.None),
    ["apiserver", var rounds] => await ApiServerBenchmark.RunAsync(
        int.Parse(rounds, CultureInfo.InvariantCulture), CancellationToken.None),
    ["scale"] => await ScaleBenchmark.RunAsync(CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Hortus.Benchmarks all | garden | storage [FOLDER] | apiserver [ROUNDS] | scale");
    return 2;
}
