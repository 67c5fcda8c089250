namespace Hortus.ApiServer.Tests;

/// <summary>Tests that measure time or memory of this process: no others run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
