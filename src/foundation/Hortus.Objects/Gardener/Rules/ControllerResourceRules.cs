using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>Defaults and rules of the kinds and types that an extension serves, in ControllerRegistrations of the garden and in
/// Extensions of the operator.</summary>
public static class ControllerResourceRules
{
    /// <summary>The kind of extensions that are no part of every cluster.</summary>
    public const string ExtensionKind = "Extension";

    private const string ExposureKind = "SelfHostedShootExposure";
    private const string DefaultReconcileTimeout = "3m0s";

    /// <summary>Extension kinds that a controller can serve.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "BackupBucket", "BackupEntry", "Bastion", "ContainerRuntime", "ControlPlane", "DNSRecord", ExtensionKind,
        "Infrastructure", "Network", "OperatingSystemConfig", ExposureKind, "Worker",
    ];

    /// <summary>Cluster types that a ControllerRegistration may name.</summary>
    public static IReadOnlyList<string> SeedAndShoot { get; } = [ClusterTypes.Shoot, ClusterTypes.Seed];

    /// <summary>Cluster types that an Extension of the operator may name.</summary>
    public static IReadOnlyList<string> AllClusterTypes { get; } = [ClusterTypes.Shoot, ClusterTypes.Seed, ClusterTypes.Garden];

    private static readonly string[] Strategies = [LifecycleStrategies.AfterKubeAPIServer, LifecycleStrategies.BeforeKubeAPIServer];
    private static readonly string[] ReconcileStrategies =
        [LifecycleStrategies.AfterKubeAPIServer, LifecycleStrategies.AfterWorker, LifecycleStrategies.BeforeKubeAPIServer];

    /// <summary>The resource with what was left out; gives the same for its own result.</summary>
    public static ControllerResource WithDefaults(ControllerResource resource)
    {
        var complete = resource with
        {
            Primary = resource.Primary ?? true,
            ContinuousEndpointUpdate = resource.ContinuousEndpointUpdate ?? (resource.Kind == ExposureKind ? true : null),
        };
        if (resource.Kind != ExtensionKind)
        {
            return complete;
        }

        var lifecycle = resource.Lifecycle ?? new ControllerResourceLifecycle();
        return complete with
        {
            ReconcileTimeout = resource.ReconcileTimeout ?? DefaultReconcileTimeout,
            Lifecycle = lifecycle with
            {
                Reconcile = lifecycle.Reconcile ?? LifecycleStrategies.AfterKubeAPIServer,
                Delete = lifecycle.Delete ?? LifecycleStrategies.BeforeKubeAPIServer,
                Migrate = lifecycle.Migrate ?? LifecycleStrategies.BeforeKubeAPIServer,
            },
            ClusterCompatibility = resource.ClusterCompatibility is { Count: > 0 } given ? given : [ClusterTypes.Shoot],
        };
    }

    /// <summary>Adds the faults of a list of resources with defaults.</summary>
    /// <param name="resources">The resources.</param>
    /// <param name="clusterTypes">Cluster types that may be named.</param>
    /// <param name="path">Where they stand.</param>
    /// <param name="errors">Takes the faults.</param>
    public static void Check(
        IReadOnlyList<ControllerResource>? resources, IReadOnlyList<string> clusterTypes, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < (resources?.Count ?? 0); i++)
        {
            var resource = resources![i];
            CheckOne(resource, clusterTypes, path[i], errors);
            if (!seen.Add((resource.Kind, resource.Type)))
            {
                errors.Duplicate(path[i], $"{resource.Kind}/{resource.Type}");
            }
        }
    }

    /// <summary>Adds the faults of a change: who owns a kind and type stays as it is.</summary>
    public static void CheckChange(
        IReadOnlyList<ControllerResource>? resources, IReadOnlyList<ControllerResource>? old, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (resources?.Count ?? 0); i++)
        {
            var resource = resources![i];
            var before = old?.FirstOrDefault(o => (o.Kind, o.Type) == (resource.Kind, resource.Type));
            if (before is not null && (before.Primary ?? true) != (resource.Primary ?? true))
            {
                errors.Invalid(path[i]["primary"], resource.Primary, "field is immutable");
            }
        }
    }

    private static void CheckOne(
        ControllerResource resource, IReadOnlyList<string> clusterTypes, FieldPath path, FieldErrors errors)
    {
        if (resource.Kind.Length == 0)
        {
            errors.Required(path["kind"], "field is required");
        }
        else if (!Kinds.Contains(resource.Kind))
        {
            errors.NotSupported(path["kind"], resource.Kind, Kinds);
        }

        if (resource.Type.Length == 0)
        {
            errors.Required(path["type"], "field is required");
        }

        if (resource.Kind != ExposureKind)
        {
            OnlyFor(ExposureKind, resource.ContinuousEndpointUpdate, path["continuousEndpointUpdate"], errors);
        }

        if (resource.Kind == ExtensionKind)
        {
            CheckExtension(resource, clusterTypes, path, errors);
            return;
        }

        OnlyFor(ExtensionKind, Filled(resource.AutoEnable), path["autoEnable"], errors);
        OnlyFor(ExtensionKind, Filled(resource.ClusterCompatibility), path["clusterCompatibility"], errors);
        OnlyFor(ExtensionKind, resource.ReconcileTimeout, path["reconcileTimeout"], errors);
        OnlyFor(ExtensionKind, resource.WorkerlessSupported, path["workerlessSupported"], errors);
        OnlyFor(ExtensionKind, resource.Lifecycle, path["lifecycle"], errors);
    }

    private static void CheckExtension(
        ControllerResource resource, IReadOnlyList<string> clusterTypes, FieldPath path, FieldErrors errors)
    {
        var compatible = resource.ClusterCompatibility ?? [];
        CheckClusterTypes(compatible, clusterTypes, path["clusterCompatibility"], errors);
        CheckClusterTypes(resource.AutoEnable ?? [], clusterTypes, path["autoEnable"], errors);
        for (var i = 0; i < (resource.AutoEnable?.Count ?? 0); i++)
        {
            if (!compatible.Contains(resource.AutoEnable![i]))
            {
                errors.Forbidden(
                    path["autoEnable"][i],
                    $"autoEnable is not allowed for cluster type \"{resource.AutoEnable[i]}\" when clusterCompatibility is set to "
                        + $"[{string.Join(' ', compatible)}]");
            }
        }

        if (resource.ReconcileTimeout is { } timeout && !Duration.TryParse(timeout, out _))
        {
            errors.Invalid(path["reconcileTimeout"], timeout, "must be a duration such as 30s or 3m");
        }

        if (resource.Lifecycle is { } lifecycle)
        {
            OneOf(lifecycle.Reconcile, ReconcileStrategies, path["lifecycle"]["reconcile"], errors);
            OneOf(lifecycle.Delete, Strategies, path["lifecycle"]["delete"], errors);
            OneOf(lifecycle.Migrate, Strategies, path["lifecycle"]["migrate"], errors);
        }
    }

    private static void CheckClusterTypes(
        IReadOnlyList<string> types, IReadOnlyList<string> supported, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < types.Count; i++)
        {
            OneOf(types[i], supported, path[i], errors);
            if (types.Take(i).Contains(types[i]))
            {
                errors.Duplicate(path[i], types[i]);
            }
        }
    }

    private static void OneOf(string? value, IReadOnlyList<string> supported, FieldPath path, FieldErrors errors)
    {
        if (value is not null && !supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }

    private static void OnlyFor(string kind, object? value, FieldPath path, FieldErrors errors)
    {
        if (value is not null)
        {
            errors.Forbidden(path, $"field must not be set when kind != {kind}");
        }
    }

    // An empty list says nothing.
    private static IReadOnlyList<string>? Filled(IReadOnlyList<string>? values) => values is { Count: > 0 } ? values : null;
}

/// <summary>Types of clusters that extensions are for.</summary>
public static class ClusterTypes
{
    public const string Shoot = "shoot";
    public const string Seed = "seed";
    public const string Garden = "garden";
}
