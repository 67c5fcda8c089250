using Hortus.Objects.Gardener.Core;

namespace Hortus.Operator;

/// <summary>A kind of extension object and its type, as Extensions offer them and Gardens need them.</summary>
public readonly record struct ExtensionPair(string Kind, string Type)
{
    /// <summary>What a resource of an Extension offers.</summary>
    public static ExtensionPair Of(ControllerResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ExtensionPair(resource.Kind, resource.Type);
    }

    public override string ToString() => $"{Kind}/{Type}";
}
