using Hortus.Objects;
using Hortus.Objects.Gardener.Rules;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>What a Garden says it needs of extensions for itself. Pure.</summary>
public static class GardenNeeds
{
    /// <summary>Kinds of extension objects that belong to a garden.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["BackupBucket", "BackupEntry", "DNSRecord", ControllerResourceRules.ExtensionKind];

    /// <summary>Kinds and types that the Garden's spec asks for, each with the field that does. Nothing once it is being
    /// deleted: then only objects that are left count.</summary>
    public static IReadOnlyDictionary<ExtensionPair, string> Of(Garden? garden)
    {
        var needs = new Dictionary<ExtensionPair, string>();
        if (garden is null || garden.Metadata.IsDeleting())
        {
            return needs;
        }

        if (garden.Spec.VirtualCluster.Etcd?.Main?.Backup?.Provider is { Length: > 0 } provider)
        {
            needs.TryAdd(new ExtensionPair("BackupBucket", provider), "spec.virtualCluster.etcd.main.backup");
            needs.TryAdd(new ExtensionPair("BackupEntry", provider), "spec.virtualCluster.etcd.main.backup");
        }

        foreach (var dns in garden.Spec.Dns?.Providers ?? [])
        {
            needs.TryAdd(new ExtensionPair("DNSRecord", dns.Type), $"spec.dns.providers[{dns.Name}]");
        }

        foreach (var extension in garden.Spec.Extensions ?? [])
        {
            needs.TryAdd(new ExtensionPair(ControllerResourceRules.ExtensionKind, extension.Type), "spec.extensions");
        }

        return needs;
    }

    /// <summary>Why the Garden needs the extension: one text for each kind and type, none when it does not.</summary>
    public static IEnumerable<string> ReasonsFor(Extension extension, Garden? garden)
    {
        ArgumentNullException.ThrowIfNull(extension);
        var needs = Of(garden);
        foreach (var resource in extension.Spec.Resources ?? [])
        {
            var type = ExtensionPair.Of(resource);
            if (needs.TryGetValue(type, out var field))
            {
                yield return $"{type} (Garden {field})";
            }
            else if (garden is { Metadata.DeletionTimestamp: null } && IsEnabledByItself(type, resource.AutoEnable))
            {
                yield return $"{type} (enabled for every garden)";
            }
        }
    }

    /// <summary>What every garden gets of the extension without asking.</summary>
    public static IEnumerable<ExtensionPair> EnabledIn(Extension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return (extension.Spec.Resources ?? [])
            .Where(resource => IsEnabledByItself(ExtensionPair.Of(resource), resource.AutoEnable))
            .Select(ExtensionPair.Of);
    }

    private static bool IsEnabledByItself(ExtensionPair type, IReadOnlyList<string>? clusters) =>
        type.Kind == ControllerResourceRules.ExtensionKind && clusters?.Contains(ClusterTypes.Garden) == true;
}
