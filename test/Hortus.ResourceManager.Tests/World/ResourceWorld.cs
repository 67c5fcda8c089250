using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests.World;

/// <summary>A running resource manager with its clusters.</summary>
internal sealed class ResourceWorld : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly CancellationTokenSource deadline;
    private readonly List<(Task Run, CancellationTokenSource Stop)> running = [];

    private ResourceWorld(TimeSpan limit) => deadline = new CancellationTokenSource(limit);

    public Cluster Source { get; private set; } = null!;

    public Cluster Target { get; private set; } = null!;

    /// <summary>Requests of the resource manager to the target (and to the source, if it is the same).</summary>
    public CountingHandler Seen { get; } = new();

    public CancellationToken Token => deadline.Token;

    public static ObjectKey Key(string name) => new("default", name);

    public static async Task<ResourceWorld> StartAsync(
        ResourceManagerOptions? options = null, bool isSplit = false, bool isRunning = true, TimeSpan? limit = null)
    {
        var world = new ResourceWorld(limit ?? Limit);
        world.Source = await Cluster.StartAsync(world.Token);
        world.Target = isSplit ? await Cluster.StartAsync(world.Token, withResources: false) : world.Source;
        if (isRunning)
        {
            world.Run(options ?? new ResourceManagerOptions());
        }

        return world;
    }

    /// <summary>With a target in which resource managers are a user with the rights that RBAC gives, at first none.</summary>
    public static async Task<ResourceWorld> StartWithRightsAsync(string user)
    {
        var world = new ResourceWorld(Limit);
        world.Source = await Cluster.StartAsync(world.Token);
        world.Target = await Cluster.StartWithUserAsync(user, world.Token);
        world.Seen.Token = user;
        return world;
    }

    /// <summary>Starts a resource manager.</summary>
    /// <returns>What stops it.</returns>
    public CancellationTokenSource Run(ResourceManagerOptions options, CountingHandler? handler = null) =>
        Run(options, Target, handler ?? Seen);

    /// <summary>Starts a resource manager that has a target of its own.</summary>
    /// <returns>What stops it.</returns>
    public CancellationTokenSource Run(ResourceManagerOptions options, Cluster cluster, CountingHandler handler)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var target = cluster.NewManager(handler);
        var source = ReferenceEquals(Source, cluster) ? target : Source.NewManager(new CountingHandler());
        running.Add((
            ResourceManagerComponent.RunAsync(NewSetup(source, target, options, TimeProvider.System), stop.Token),
            stop));
        return stop;
    }

    /// <summary>What the controllers are given in a test.</summary>
    public static ControllerSetup NewSetup(
        ControllerManager source, ControllerManager target, ResourceManagerOptions options, TimeProvider clock) => new()
        {
            Source = source,
            Target = target,
            Options = options,
            Clock = clock,
            Logs = NullLoggerFactory.Instance,
            Random = new Random(1),
        };

    /// <summary>Stops all resource managers that run.</summary>
    public async Task StopAsync()
    {
        foreach (var (run, stop) in running)
        {
            await stop.CancelAsync();
            await run.ContinueWith(_ => { }, TaskScheduler.Default);
            stop.Dispose();
        }

        running.Clear();
    }

    /// <summary>Writes a ManagedResource in the way of all producers.</summary>
    public Task<ManagedResource> WriteAsync(string name, params KubernetesObject[] objects) =>
        WriteAsync(new ManagedResourceSettings { Key = Key(name) }, objects);

    public Task<ManagedResource> WriteAsync(ManagedResourceSettings settings, params KubernetesObject[] objects) =>
        new ManagedResourceWriter(Source.Client, "tests").WriteAsync(settings, ManifestBundle.Of(objects), Token);

    /// <summary>Writes a ManagedResource with one Secret that is changed in place.</summary>
    public async Task WriteRawAsync(string name, string yaml, string key = "objects.yaml") =>
        await WriteRawAsync(name, Encoding.UTF8.GetBytes(yaml), key);

    public async Task WriteRawAsync(string name, byte[] data, string key = "objects.yaml", string? digest = null)
    {
        var secret = new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = "default",
                Name = name,
                Annotations = digest is null ? null : new Dictionary<string, string> { [ResourceNames.ContentDigest] = digest },
            },
            Data = new Dictionary<string, byte[]> { [key] = data },
        };
        if (await Source.Client.FindAsync<Secret>(Key(name), Token) is null)
        {
            await Source.Client.CreateAsync(secret, Token);
            await Source.Client.CreateAsync(
                ManagedResourceWriter.ResourceOf(new ManagedResourceSettings { Key = Key(name) }, name), Token);
        }
        else
        {
            await Source.Client.UpdateAsync(secret, Token);
        }
    }

    /// <summary>Waits until everything of the latest generation is applied.</summary>
    public Task<ManagedResource> AppliedAsync(string name) =>
        UntilAsync(name, r => Find(r, Names.Applied) is { Status: "True", Reason: Names.ApplySucceeded });

    /// <summary>Waits until a condition has a reason.</summary>
    public async Task<GardenerCondition> ConditionAsync(string name, string type, string reason, string message = "")
    {
        var resource = await UntilAsync(
            name,
            r => Find(r, type) is { } c && c.Reason == reason && c.Message.Contains(message, StringComparison.Ordinal),
            isObserved: false);
        return Find(resource, type)!;
    }

    public async Task<ManagedResource> UntilAsync(string name, Func<ManagedResource, bool> condition, bool isObserved = true)
    {
        ManagedResource? last = null;
        try
        {
            return (await Source.UntilAsync<ManagedResource>(
                Key(name),
                r => (last = r) is not null && (!isObserved || r!.Status?.ObservedGeneration == r.Metadata.Generation) && condition(r!),
                Token))!;
        }
        catch (OperationCanceledException e)
        {
            var conditions = string.Join("\n", (last?.Status?.Conditions ?? []).Select(c => $"{c.Type}={c.Status} {c.Reason}: {c.Message}"));
            throw new TimeoutException($"ManagedResource {name} did not get there; its conditions are\n{conditions}", e);
        }
    }

    public static GardenerCondition? Find(ManagedResource resource, string type) =>
        resource.Status?.Conditions?.FirstOrDefault(c => c.Type == type);

    public Task<ConfigMap?> MapAsync(string name) => Target.Client.FindAsync<ConfigMap>(Key(name), Token);

    public static ConfigMap Map(string name, string value = "v", params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = name,
            Annotations = annotations.Length == 0 ? null : annotations.ToDictionary(a => a.Key, a => a.Value),
        },
        Data = new Dictionary<string, string> { ["key"] = value },
    };

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (!ReferenceEquals(Source, Target))
        {
            await Target.DisposeAsync();
        }

        await Source.DisposeAsync();
        deadline.Dispose();
    }
}
