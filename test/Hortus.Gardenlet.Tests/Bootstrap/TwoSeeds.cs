using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet.Tests.Bootstrap;

/// <summary>A garden with the seeds a and b, each with a project, a Shoot, and credentials of its own.</summary>
public sealed class TwoSeeds : IAsyncLifetime
{
    private readonly SecureGarden garden = new();
    private KubernetesClient? a;
    private KubernetesClient? extension;
    private KubernetesClient? stranger;

    /// <summary>The garden.</summary>
    public SecureGarden Garden => garden;

    /// <summary>The gardenlet of seed a.</summary>
    public KubernetesClient A => a!;

    /// <summary>An extension that runs in seed a.</summary>
    public KubernetesClient Extension => extension!;

    /// <summary>Somebody with another account in the namespace of seed a.</summary>
    public KubernetesClient Stranger => stranger!;

    public async Task InitializeAsync()
    {
        await garden.InitializeAsync();
        using var deadline = SecureGarden.Deadline();
        a = SecureGarden.Connect(garden.Gardenlet("a", TimeSpan.FromHours(1)));
        await GardenWorld.ApplyExampleAsync(garden.Admin, "10-cloudprofile.yaml", deadline.Token);
        foreach (var name in new[] { "a", "b" })
        {
            await CreateAsync(name, deadline.Token);
        }

        await SecretAsync("garden-a", "unrelated", deadline.Token);
        extension = SecureGarden.Connect(await garden.ExtensionAsync(A, "a", "extension-x", deadline.Token));
        stranger = SecureGarden.Connect(await garden.ExtensionAsync(A, "a", "other", deadline.Token));
    }

    public async Task DisposeAsync()
    {
        a?.Dispose();
        extension?.Dispose();
        stranger?.Dispose();
        await garden.DisposeAsync();
    }

    private async Task CreateAsync(string name, CancellationToken cancellationToken)
    {
        var space = "garden-" + name;
        await garden.Admin.ApplyAsync(new Namespace { Metadata = new ObjectMeta { Name = "seed-" + name } }, "test", cancellationToken);
        await garden.Admin.CreateAsync(
            new Namespace
            {
                Metadata = new ObjectMeta
                {
                    Name = space,
                    Labels = new Dictionary<string, string>
                    {
                        [GardenerLabels.Role] = GardenerRoles.Project,
                        [GardenerLabels.ProjectName] = name,
                    },
                },
            },
            cancellationToken);
        await garden.Admin.CreateAsync(
            new Project { Metadata = new ObjectMeta { Name = name }, Spec = new ProjectSpec { Namespace = space } }, cancellationToken);
        await SecretAsync("garden", "dns-" + name, cancellationToken);
        await SecretAsync("seed-" + name, "own", cancellationToken);
        await SecretAsync(space, "cloud", cancellationToken);
        var seed = GardenWorld.SeedOf(name);
        var dns = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "dns-" + name };
        await garden.Admin.CreateAsync(
            seed with
            {
                Spec = seed.Spec with
                {
                    Dns = new SeedDNS
                    {
                        Provider = new SeedDNSProvider { Type = "local", CredentialsRef = dns },
                        Internal = new SeedDNSProviderConfig { Type = "local", Domain = "internal.example", CredentialsRef = dns },
                    },
                },
            },
            cancellationToken);
        await garden.Admin.CreateAsync(
            new CredentialsBinding
            {
                Metadata = new ObjectMeta { Namespace = space, Name = "cloud" },
                Provider = new CredentialsBindingProvider { Type = "local" },
                CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = space, Name = "cloud" },
            },
            cancellationToken);
        var shoot = GardenWorld.NewShoot("shoot-" + name);
        await garden.Admin.CreateAsync(
            shoot with
            {
                Metadata = shoot.Metadata with { Namespace = space },
                Spec = shoot.Spec with { CredentialsBindingName = "cloud", SeedName = name },
            },
            cancellationToken);
    }

    private Task SecretAsync(string space, string name, CancellationToken cancellationToken) => garden.Admin.CreateAsync(
        new Secret { Metadata = new ObjectMeta { Namespace = space, Name = name } }, cancellationToken);
}
