using System.Security.Cryptography;
using System.Text;

namespace Hortus.Objects.Gardener.Resources;

/// <summary>Labels and annotations of the network policies that a resource manager makes of Services.</summary>
public static class NetworkingNames
{
    /// <summary>Prefix of all of them.</summary>
    public const string Prefix = "networking.resources.gardener.cloud/";

    /// <summary>Value of the labels by which pods ask for traffic.</summary>
    public const string Allowed = "allowed";

    /// <summary>Prefix of the labels by which pods ask for traffic; what they talk to follows.</summary>
    public const string ToPrefix = Prefix + "to-";

    /// <summary>Annotation of a Service: JSON list of label selectors of the namespaces that may talk to it beside its own.</summary>
    public const string NamespaceSelectors = Prefix + "namespace-selectors";

    /// <summary>Annotation of a Service: what stands for its namespace in the labels of pods of other namespaces.</summary>
    public const string NamespaceAlias = Prefix + "pod-label-selector-namespace-alias";

    /// <summary>Annotation of a Service: JSON list of the ports of its pods that everybody may talk to.</summary>
    public const string FromWorldToPorts = Prefix + "from-world-to-ports";

    /// <summary>Start of an annotation of a Service; an alias and <see cref="FromSuffix"/> follow. JSON list of the ports of its pods
    /// that pods with the label of the alias may talk to.</summary>
    public const string FromPrefix = Prefix + "from-";

    /// <summary>End of the annotation that begins with <see cref="FromPrefix"/>.</summary>
    public const string FromSuffix = "-allowed-ports";

    /// <summary>Label of a network policy: name of the Service that it was made for.</summary>
    public const string ServiceName = Prefix + "service-name";

    /// <summary>Label of a network policy: namespace of the Service that it was made for.</summary>
    public const string ServiceNamespace = Prefix + "service-namespace";

    /// <summary>Longest part of a label's key behind the slash.</summary>
    private const int NameMax = 63;

    private const int DigestLength = 5;

    /// <summary>The label of pods that want to talk to something.</summary>
    /// <param name="what">For example <c>kube-apiserver-tcp-443</c>; shortened with a hash when the key would be too long.</param>
    public static string To(string what)
    {
        var name = "to-" + what;
        if (name.Length <= NameMax)
        {
            return Prefix + name;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..DigestLength];
        return $"{Prefix}{name[..(NameMax - DigestLength - 1)]}-{digest}";
    }
}
