using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>One run of an operation on a shoot: what was read from the garden before it started, and the tools of its
/// tasks. What tasks hand on to later tasks is in <see cref="Results"/>.</summary>
internal sealed class ShootOperation(GardenletSurroundings surroundings, ShootInputs inputs, string type)
{
    public GardenletSurroundings Surroundings { get; } = surroundings;

    public ShootInputs Inputs { get; } = inputs;

    public Shoot Shoot => Inputs.Shoot;

    /// <summary>One of <see cref="LastOperationType"/>.</summary>
    public string Type { get; } = type;

    /// <summary>The control plane's namespace in the seed.</summary>
    public string Namespace => Inputs.TechnicalID;

    public IKubernetesClient Garden => Surroundings.GardenClient;

    public IKubernetesClient Seed => Surroundings.SeedClient;

    /// <summary>Deploys into the seed.</summary>
    public ComponentDeployer Deployer { get; } =
        ComponentDeployer.ForSeed(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock);

    /// <summary>Deploys into the shoot.</summary>
    public ComponentDeployer Inside { get; } = ComponentDeployer.ForTarget(
        surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock, inputs.TechnicalID);

    public ExtensionWaiter Extensions { get; } = new(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock);

    public ShootSecrets Secrets { get; } = new(
        new SecretsManager(surroundings.SeedClient, inputs.TechnicalID, GardenletIdentity.FieldManager, surroundings.Clock),
        inputs.TechnicalID,
        surroundings.Clock);

    public ShootResults Results { get; } = new();

    /// <summary>Whether Infrastructure and DNSRecords are asked to work again although their spec may be the same: otherwise a
    /// restart of gardenlets would set all infrastructure of a garden in motion.</summary>
    public bool AsksInfrastructure { get; } =
        type != LastOperationType.Reconcile
        || inputs.Shoot.Status?.ObservedGeneration != inputs.Shoot.Metadata.Generation
        || inputs.Shoot.Status?.LastOperation?.State is not (LastOperationState.Succeeded or LastOperationState.Processing)
        || inputs.Shoot.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.ShootTasks)?.Contains(
            "deployInfrastructure", StringComparison.Ordinal) == true;

    /// <summary>Applies an object to the seed.</summary>
    public Task<T> ApplyAsync<T>(T value, CancellationToken cancellationToken) where T : Objects.KubernetesObject =>
        Seed.ApplyAsync(value, GardenletIdentity.FieldManager, cancellationToken);
}

/// <summary>What tasks of a flow hand on. Each property is set by one task and read by tasks that depend on it.</summary>
internal sealed class ShootResults
{
    public ShootAuthorities? Authorities { get; set; }

    /// <summary>Cluster IP of the API server's Service in the seed.</summary>
    public string? ApiServerAddress { get; set; }

    public Objects.Gardener.Extensions.Infrastructure? Infrastructure { get; set; }

    public Objects.Gardener.Extensions.Worker? Worker { get; set; }

    /// <summary>By name of the worker pool.</summary>
    public IReadOnlyDictionary<string, Objects.Gardener.Extensions.OperatingSystemConfig> SystemConfigs { get; set; } =
        new Dictionary<string, Objects.Gardener.Extensions.OperatingSystemConfig>();

    /// <summary>The value that an earlier task has set.</summary>
    public static T Need<T>(T? value, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = "")
        where T : class =>
        value ?? throw new InvalidOperationException($"{name} is missing: the task that sets it is no dependency of this one");
}
