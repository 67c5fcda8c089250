using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.GardenApi;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.GardenControllers.Tests;

/// <summary>A garden with its controllers at work, shared by the tests of a class.</summary>
public sealed class GardenFixture : IAsyncLifetime
{
    private InProcessApiServer? server;
    private KubernetesClient? client;
    private ScriptedCluster? script;
    private RunningComponent? running;
    private readonly string tokens = Path.GetTempFileName();
    private int count;

    public IKubernetesClient Client => client!;

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        server = await InProcessApiServer.StartAsync(
            new ApiServerOptions
            {
                AuthorizationMode = ["AlwaysAllow"],
                EnableBootstrapTokenAuth = true,
                TokenAuthFile = await WriteTokensAsync(deadline.Token),
            },
            [new GardenApiPlugin(new GardenApiOptions())],
            TimeProvider.System,
            deadline.Token);
        client = server.Connect();
        script = ScriptedCluster.Start(client, TimeProvider.System);
        foreach (var name in new[] { GardenerNames.GardenNamespace, GardenerNames.SeedLeaseNamespace })
        {
            await Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, deadline.Token);
        }

        running = StartControllers();
    }

    /// <summary>Ends the controllers and starts them anew.</summary>
    public async Task RestartControllersAsync()
    {
        await running!.DisposeAsync();
        running = StartControllers();
    }

    /// <summary>A client of somebody with a bearer token: <c>seed-a</c> and <c>seed-b</c> are those of two gardenlets.</summary>
    public KubernetesClient ConnectWith(string token) => new(
        new ClientConnection { Server = server!.Address, Token = token }, new ClientOptions { UserAgent = "test" });

    public async Task DisposeAsync()
    {
        File.Delete(tokens);
        await running!.DisposeAsync();
        await script!.DisposeAsync();
        client!.Dispose();
        await server!.DisposeAsync();
    }

    /// <summary>A name that no other test of the class uses, short enough for a Project.</summary>
    public string NewName() => $"t{Interlocked.Increment(ref count)}";

    /// <summary>Creates a Project and waits until it is Ready.</summary>
    public async Task<Project> CreateProjectAsync(string name, CancellationToken cancellationToken)
    {
        await Client.CreateAsync(
            new Project
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new ProjectSpec { Namespace = "garden-" + name },
            },
            cancellationToken);
        return await UntilPhaseAsync(name, "Ready", cancellationToken);
    }

    public async Task<Project> UntilPhaseAsync(string name, string phase, CancellationToken cancellationToken) =>
        (await Client.UntilAsync<Project>(
            ObjectKey.Cluster(name), found => found?.Status?.Phase == phase, cancellationToken))!;

    /// <summary>Confirms and asks for the deletion of a Project.</summary>
    public async Task DeleteProjectAsync(string name, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [GardenerAnnotations.ConfirmationDeletion] = "true" };
        await PatchAsync<Project>(ObjectKey.Cluster(name), annotations, cancellationToken);
        await Client.DeleteAsync<Project>(ObjectKey.Cluster(name), null, cancellationToken);
    }

    /// <summary>A Project with a CloudProfile, credentials with a binding, and a Shoot that uses them all, of one name.</summary>
    public async Task<Shoot> CreateShootAsync(string name, CancellationToken cancellationToken)
    {
        var space = (await CreateProjectAsync(name, cancellationToken)).Spec.Namespace!;
        await Client.CreateAsync(Samples.Profile(name), cancellationToken);
        await Client.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = space, Name = name } }, cancellationToken);
        await Client.CreateAsync(Samples.Binding(space, name), cancellationToken);
        return await Client.CreateAsync(Samples.Shoot(space, name), cancellationToken);
    }

    /// <summary>Confirms and asks for the deletion of a Shoot, which nobody holds.</summary>
    public async Task DeleteShootAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [GardenerAnnotations.ConfirmationDeletion] = "true" };
        await PatchAsync<Shoot>(key, annotations, cancellationToken);
        await Client.DeleteAsync<Shoot>(key, null, cancellationToken);
        await UntilGoneAsync<Shoot>(key, cancellationToken);
    }

    public Task<T?> UntilHeldAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject =>
        Client.UntilAsync<T>(key, found => found?.Metadata.HasFinalizer(GardenerFinalizers.Gardener) == true, cancellationToken);

    public Task<T?> UntilGoneAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject =>
        Client.UntilAsync<T>(key, found => found is null, cancellationToken);

    /// <summary>Completes with an event about an object.</summary>
    public async Task<Event> UntilEventAsync(string kind, string name, string reason, CancellationToken cancellationToken)
    {
        await foreach (var change in Client.WatchAsync<Event>(new WatchOptions(), cancellationToken))
        {
            if (change.Object.Reason == reason
                && change.Object.InvolvedObject.Kind == kind
                && change.Object.InvolvedObject.Name == name)
            {
                return change.Object;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<string> WriteTokensAsync(CancellationToken cancellationToken)
    {
        var lines = new[] { "a", "b" }.Select(seed => $"seed-{seed},{GardenerNames.SeedUserPrefix}{seed},,{GardenerNames.SeedsGroup}");
        await File.WriteAllLinesAsync(tokens, lines, cancellationToken);
        return tokens;
    }

    private RunningComponent StartControllers() => RunningComponent.Start(
        "gardener-controller-manager", Client, TimeProvider.System,
        (context, token) => new GardenControllerManagerComponent().RunAsync(context, token));

    private Task PatchAsync<T>(ObjectKey key, JsonObject annotations, CancellationToken cancellationToken) where T : KubernetesObject =>
        Client.PatchAsync<T>(
            key,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }),
            cancellationToken);
}
