using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Extensions;

/// <summary>Where the objects of kind Extension of one cluster are, and whose they are.</summary>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Class">One of <see cref="ExtensionClass"/>; others in the namespace are not this cluster's.</param>
/// <param name="NamePrefix">Stands before the type in their names, so that clusters can share a namespace.</param>
public sealed record ExtensionPlace(string Namespace, string Class, string NamePrefix = "")
{
    /// <summary>The object that asks for an extension.</summary>
    public Extension ObjectOf(EnabledExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return new Extension
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = NamePrefix + extension.Type },
            Spec = new ExtensionSpec
            {
                Type = extension.Type,

                // Extensions from before there were classes serve shoots only and do not know the field.
                Class = Class == ExtensionClass.Shoot ? null : Class,
                ProviderConfig = extension.ProviderConfig,
            },
        };
    }
}
