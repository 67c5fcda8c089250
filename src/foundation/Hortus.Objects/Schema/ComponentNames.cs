using System.Collections.Frozen;
using System.Reflection;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects;

/// <summary>The names of types in OpenAPI documents, equal to upstream's so that clients recognise them.</summary>
internal static class ComponentNames
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    // Types below a kind carry no group of their own: they belong to the first kind, in the order of the list, that
    // reaches them. The core kinds come first.
    private static readonly Lazy<FrozenDictionary<Type, string>> Prefixes = new(WalkKinds);

    /// <summary>The name of a type, or null when documents spell the type out where it is used.</summary>
    public static string? Of(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KubernetesList<>))
        {
            return Of(type.GetGenericArguments()[0]) + "List";
        }

        var name = type.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? type.Name;
        return type.Namespace switch
        {
            "Hortus.Objects" => Meta + name,
            "Hortus.Objects.Kubernetes" => Prefixes.Value.TryGetValue(type, out var prefix) ? prefix + name : null,
            "Hortus.Objects.Gardener.Core" => "com.github.gardener.gardener.pkg.apis.core.v1beta1." + name,
            "Hortus.Objects.Gardener.SeedManagement" => "com.github.gardener.gardener.pkg.apis.seedmanagement.v1alpha1." + name,
            "Hortus.Objects.Gardener.Security" => "com.github.gardener.gardener.pkg.apis.security.v1alpha1." + name,
            "Hortus.Objects.Gardener.Operations" => "com.github.gardener.gardener.pkg.apis.operations.v1alpha1." + name,
            _ => null,
        };
    }

    private static FrozenDictionary<Type, string> WalkKinds()
    {
        var found = new Dictionary<Type, string>();
        foreach (var kind in BuiltInKinds.All)
        {
            Walk(kind, Prefix(ResourceKind.Find(kind)!.GroupVersion), found);
        }

        return found.ToFrozenDictionary();
    }

    private static void Walk(Type type, string prefix, Dictionary<Type, string> found)
    {
        if (type.IsGenericType)
        {
            type = type.GetGenericArguments()[^1];
            Walk(type, prefix, found);
            return;
        }

        if (!type.IsAssignableTo(typeof(ApiType)) || !found.TryAdd(type, prefix))
        {
            return;
        }

        foreach (var field in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            Walk(field.PropertyType, prefix, found);
        }
    }

    private static string Prefix(GroupVersion gv)
    {
        var group = gv.Group.Split('.')[0];
        return group switch
        {
            "" => $"io.k8s.api.core.{gv.Version}.",
            "apiextensions" => $"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{gv.Version}.",
            "apiregistration" => $"io.k8s.kube-aggregator.pkg.apis.apiregistration.{gv.Version}.",
            _ => $"io.k8s.api.{group}.{gv.Version}.",
        };
    }
}
