using Hortus.Objects;
using Hortus.Objects.Gardener;

// Writes the CustomResourceDefinitions of our kinds, one file each, and removes files of kinds that are gone.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Hortus.CrdGenerator FOLDER");
    return 2;
}

var folder = Directory.CreateDirectory(args[0]);
Type[] kinds = [.. GardenerKinds.SeedCrds, .. GardenerKinds.RuntimeCrds];
var names = kinds.Select(CustomResourceDefinitions.ManifestName).ToHashSet(StringComparer.Ordinal);
foreach (var stale in folder.GetFiles("*.yaml").Where(f => !names.Contains(f.Name)))
{
    stale.Delete();
}

foreach (var kind in kinds)
{
    File.WriteAllText(
        Path.Combine(folder.FullName, CustomResourceDefinitions.ManifestName(kind)),
        CustomResourceDefinitions.Manifest(kind));
}

Console.WriteLine($"wrote {kinds.Length} definitions to {args[0]}");
return 0;
