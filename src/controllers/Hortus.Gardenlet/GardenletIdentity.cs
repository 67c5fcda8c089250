using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Who this gardenlet is, in the form of <c>status.gardener</c>.</summary>
internal static class GardenletIdentity
{
    /// <summary>Field manager of everything that the gardenlet applies.</summary>
    public const string FieldManager = "gardenlet";

    /// <summary>The identity: the name is the pod's, the id stays the same as long as the process.</summary>
    public static Gardener Create(string id) => new()
    {
        Id = id,
        Name = Environment.MachineName,
        Version = BuildVersion.Current,
    };

    /// <summary>Whether both are the same instance.</summary>
    public static bool Same(Gardener? one, Gardener other) =>
        one is not null && one.Id == other.Id && one.Name == other.Name && one.Version == other.Version;
}
