using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>A kind of extension object and a type of it: what a cluster needs, and what an extension serves.</summary>
public readonly record struct ExtensionPair(string Kind, string Type)
{
    /// <summary>What a resource of an extension offers.</summary>
    public static ExtensionPair Of(ControllerResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ExtensionPair(resource.Kind, resource.Type);
    }

    /// <summary>Kind and type, as messages name them.</summary>
    public override string ToString() => $"{Kind}/{Type}";
}
