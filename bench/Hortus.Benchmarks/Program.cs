using Hortus.Benchmarks;

return args switch
{
    ["storage", .. var rest] => await StorageBenchmark.RunAsync(rest.Length > 0 ? rest[0] : null, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Hortus.Benchmarks storage [FOLDER]   (FOLDER: where the store is made; default: the temporary folder)");
    return 2;
}
