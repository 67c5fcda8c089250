using System.Text;
using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.S3;
using LastError = Hortus.Objects.Gardener.Core.LastError;

namespace Hortus.BackupS3.Tests;

/// <summary>A cluster with the extension at work, and a real object store.</summary>
public sealed class S3World : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;
    private Task running = Task.CompletedTask;

    internal S3Server Store { get; private set; } = null!;

    internal IKubernetesClient Cluster => client;

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Store = await S3Server.StartAsync(deadline.Token);
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        await CustomKinds.InstallAsync(client, GardenerKinds.SeedCrds, deadline.Token);
        await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = GardenerNames.GardenNamespace } }, deadline.Token);
        var manager = TestManagers.NewManager(client, TimeProvider.System);
        BackupS3Component.AddTo(manager, new BackupS3Options { ExtensionClasses = ["garden"] }, TimeProvider.System);
        running = manager.RunAsync(stop.Token);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
        await server.DisposeAsync();
        await Store.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>The store as the owner of its key sees it.</summary>
    internal S3Bucket Bucket(string name) => new(S3Settings.Read(Credentials(), null, null), name);

    internal Dictionary<string, byte[]> Credentials(string key = S3Server.SecretAccessKey, string id = S3Server.AccessKeyId) => new()
    {
        ["accessKeyID"] = Encoding.UTF8.GetBytes(id),
        ["secretAccessKey"] = Encoding.UTF8.GetBytes(key),
        ["region"] = "eu-central-1"u8.ToArray(),
        ["endpoint"] = Encoding.UTF8.GetBytes(Store.Endpoint.ToString()),
    };

    internal async Task<SecretReference> SecretAsync(string name, IReadOnlyDictionary<string, byte[]> data, CancellationToken token)
    {
        var metadata = new ObjectMeta { Namespace = GardenerNames.GardenNamespace, Name = name };
        await client.ApplyAsync(new Secret { Metadata = metadata, Data = data }, "test", token);
        return new SecretReference { Namespace = metadata.Namespace, Name = name };
    }

    internal Task<BackupBucket> CreateBucketAsync(string name, SecretReference secret, CancellationToken token, string? config = null) =>
        client.CreateAsync(
            new BackupBucket
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new BackupBucketSpec
                {
                    Type = "s3",
                    Class = "garden",
                    Region = "eu-central-1",
                    SecretRef = secret,
                    ProviderConfig = config is null ? null : JsonDocument.Parse(config).RootElement,
                },
            },
            token);

    internal async Task<T> SucceededAsync<T>(string name, CancellationToken token) where T : ExtensionObject => (await client.UntilAsync<T>(
        ObjectKey.Cluster(name), value => value?.ExtensionStatus.LastOperation?.State == LastOperationState.Succeeded, token))!;

    internal async Task<LastError> FailedAsync<T>(string name, CancellationToken token) where T : ExtensionObject => (await client.UntilAsync<T>(
        ObjectKey.Cluster(name), value => value?.ExtensionStatus.LastError is not null, token))!.ExtensionStatus.LastError!;

    internal async Task DeleteAsync<T>(string name, CancellationToken token) where T : ExtensionObject
    {
        await client.DeleteAsync<T>(ObjectKey.Cluster(name), null, token);
        var last = await client.UntilAsync<T>(
            ObjectKey.Cluster(name),
            value => value is null || (value.ExtensionStatus.LastError is not null && value.Metadata.IsDeleting()),
            token);
        last?.ExtensionStatus.LastError?.Description.ShouldBeNull();
    }
}
