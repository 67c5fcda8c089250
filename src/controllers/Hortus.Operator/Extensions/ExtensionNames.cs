using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator;

/// <summary>Names of what an Extension of the operator becomes.</summary>
public static class ExtensionNames
{
    /// <summary>Longest name of an Extension: its namespace in the runtime cluster has to be a DNS label.</summary>
    public const int LengthMax = 45;

    private const string AdmissionRuntimePrefix = "admission-runtime-";
    private const string AdmissionVirtualPrefix = "admission-virtual-";
    private const string RegistrationPrefix = "registration-";
    private const string RuntimeSuffix = "-garden";

    /// <summary>Annotation of the namespace in the virtual garden: the Extension it belongs to.</summary>
    public const string ExtensionAnnotation = "extensions.operator.gardener.cloud/name";

    /// <summary>ManagedResource of its part in the runtime cluster.</summary>
    public static ObjectKey Runtime(string extension) => KeyOf(extension + RuntimeSuffix);

    /// <summary>ManagedResource of its admission in the runtime cluster.</summary>
    public static ObjectKey AdmissionRuntime(string extension) => KeyOf(AdmissionRuntimePrefix + extension);

    /// <summary>ManagedResource of its admission in the virtual garden.</summary>
    public static ObjectKey AdmissionVirtual(string extension) => KeyOf(AdmissionVirtualPrefix + extension);

    /// <summary>ManagedResource of its registration in the virtual garden.</summary>
    public static ObjectKey Registration(string extension) => KeyOf(RegistrationPrefix + extension);

    /// <summary>Its namespace in the runtime cluster.</summary>
    public static string RuntimeNamespace(string extension) => "runtime-extension-" + extension;

    /// <summary>The namespace in the virtual garden that owns its webhooks.</summary>
    public static string VirtualNamespace(string extension) => "extension-" + extension;

    /// <summary>Its service account in kube-system of the virtual garden.</summary>
    public static string AdmissionAccount(string extension) => "extension-admission-" + extension;

    /// <summary>The Secret with the token of <see cref="AdmissionAccount"/>.</summary>
    public static string AdmissionAccessSecret(string extension) => "shoot-access-extension-admission-" + extension;

    /// <summary>The copy of a Secret or ConfigMap of the runtime cluster in the virtual garden.</summary>
    public static string Copy(string extension, string name) => $"{extension}-{name}";

    /// <summary>All that an Extension has copied into the virtual garden, or has as soon as its values read it: kinds and names
    /// there.</summary>
    public static IEnumerable<string> CopiesOf(Extension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        if (extension.Spec.Deployment is not { Extension: { } deployment } all)
        {
            return [];
        }

        var repository = deployment.Helm?.OciRepository;
        return new[] { repository?.PullSecretRef?.Name, repository?.CaBundleSecretRef?.Name }
            .Where(name => !string.IsNullOrEmpty(name))
            .Select(name => (Kind: "Secret", Name: name!))
            .Concat((all.Resources ?? []).Select(resource => (resource.ResourceRef.Kind, resource.ResourceRef.Name)))
            .Select(target => $"{target.Kind} {Copy(extension.Metadata.Name!, target.Name)}")
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>A ManagedResource that two Extensions of these names would both want; null when they get along.</summary>
    public static string? Clash(string extension, string other) => extension == other
        ? null
        : ManagedResources(extension).Intersect(ManagedResources(other), StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Whether an Extension of the name could clash with another one.</summary>
    public static bool CanClash(string extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return extension.EndsWith(RuntimeSuffix, StringComparison.Ordinal)
            || new[] { AdmissionRuntimePrefix, AdmissionVirtualPrefix, RegistrationPrefix }
                .Any(prefix => extension.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static IEnumerable<string> ManagedResources(string extension) =>
        new[] { Runtime(extension), AdmissionRuntime(extension), AdmissionVirtual(extension), Registration(extension) }
            .Select(key => key.Name);

    private static ObjectKey KeyOf(string name) => new(VirtualGardenNames.Namespace, "extension-" + name);
}
