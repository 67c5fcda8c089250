namespace Hortus.Operator;

/// <summary>What stands for fields that an Extension leaves out.</summary>
internal static class ExtensionDefaults
{
    private const string WorkerKind = "Worker";

    /// <summary>Whether extensions that serve these kinds get into the garden unless told otherwise: controllers of workers keep the
    /// state of machines there.</summary>
    public static bool? InjectGardenKubeconfig(IEnumerable<string?> kinds) => kinds.Contains(WorkerKind) ? true : null;
}
