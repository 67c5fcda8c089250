using Hortus.Objects;
using Hortus.Objects.Gardener;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Where the API servers of a virtual garden keep their objects: an annotation of the Garden. Pure.</summary>
internal static class GardenStore
{
    /// <summary>Each server keeps its own on a volume.</summary>
    public const string Embedded = "embedded";

    /// <summary>They share an etcd.</summary>
    public const string Etcd = "etcd";

    /// <summary>The annotation.</summary>
    public static readonly FieldPath Path = FieldPath.Root["metadata"]["annotations"].Key(GardenerAnnotations.GardenStore);

    /// <summary>Which one a Garden has; not necessarily one that there is.</summary>
    public static string Of(Garden garden) => garden.Metadata.Annotation(GardenerAnnotations.GardenStore) ?? Embedded;

    /// <summary>Whether the servers of a Garden share an etcd.</summary>
    public static bool IsEtcd(Garden garden) => Of(garden) == Etcd;

    /// <summary>Adds what is wrong with it.</summary>
    /// <param name="garden">The Garden as it is to be.</param>
    /// <param name="old">The Garden as it was; null when it is new.</param>
    /// <param name="errors">Takes the faults.</param>
    public static void Check(Garden garden, Garden? old, FieldErrors errors)
    {
        var store = Of(garden);
        if (old is not null && Of(old) != store)
        {
            errors.Invalid(Path, store, $"the store is {Of(old)} and stays so: nothing copies objects from one to the other");
        }
        else if (store is not (Embedded or Etcd))
        {
            errors.NotSupported(Path, store, [Embedded, Etcd]);
        }
    }
}
