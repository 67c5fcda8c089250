using System.Globalization;
using Hortus.Benchmarks;
using Hortus.Benchmarks.ApiServer;
using Hortus.Benchmarks.Charts;
using Hortus.Benchmarks.ManagedResources;

return args switch
{
    ["garden", .. var options] => await GardenBenchmark.RunAsync(options),
    ["all"] => new[]
    {
        await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
        await ApiServerBenchmark.RunAsync(0, new Cores(AreApart: true), CancellationToken.None),
        await ScaleBenchmark.RunAsync(CancellationToken.None),
        await GardenBenchmark.RunAsync([]),
        await ManagedResourceBenchmark.RunAsync(CancellationToken.None),
        await ManifestBenchmark.RunAsync(CancellationToken.None),
        await ChartBenchmark.RunAsync(CancellationToken.None),
    }.Max(),
    ["storage"] => await StorageBenchmark.RunAsync(Path.GetTempPath(), CancellationToken.None),
    ["storage", var folder] => await StorageBenchmark.RunAsync(folder, CancellationToken.None),
    ["apiserver", .. var options] when options.Length <= 2 => await ApiServerBenchmark.RunAsync(
        int.Parse(options.FirstOrDefault(o => !o.StartsWith('-')) ?? "0", CultureInfo.InvariantCulture),
        new Cores(AreApart: !options.Contains("--shared-cores")),
        CancellationToken.None),
    ["managed-resources"] => await ManagedResourceBenchmark.RunAsync(CancellationToken.None),
    ["manifests"] => await ManifestBenchmark.RunAsync(CancellationToken.None),
    ["charts"] => await ChartBenchmark.RunAsync(CancellationToken.None),
    ["scale"] => await ScaleBenchmark.RunAsync(CancellationToken.None),
    ["soak", .. var minutes] when minutes.Length <= 1 => await SoakBenchmark.RunAsync(
        int.Parse(minutes.FirstOrDefault() ?? "30", CultureInfo.InvariantCulture), CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "usage: Hortus.Benchmarks all | garden [OPTION OF UP...] | storage [FOLDER] | apiserver [ROUNDS] [--shared-cores] | scale | soak [MINUTES] | managed-resources | manifests | charts");
    return 2;
}
