using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;
using TokenRequest = Hortus.Objects.Kubernetes.TokenRequest;

namespace Hortus.Gardenlet.Tests.Bootstrap;

/// <summary>Two seeds, each with a Shoot: what the gardenlet of the one may do, by its own kubeconfig.</summary>
[Trait("Category", "Integration")]
public sealed class SeedAccessTests(TwoSeeds seeds) : IClassFixture<TwoSeeds>
{
    private KubernetesClient A => seeds.A;

    [Fact]
    public async Task A_gardenlet_works_on_its_own_seed()
    {
        using var deadline = SecureGarden.Deadline();

        await A.GetAsync<Seed>(ObjectKey.Cluster("a"), deadline.Token);
        await A.PatchAsync<Seed>(ObjectKey.Cluster("a"), Touch(), deadline.Token);
        await A.ApplyAsync(
            new Lease { Metadata = new ObjectMeta { Namespace = "gardener-system-seed-lease", Name = "a" } }, "test", deadline.Token);
        await A.ApplyAsync(SecretOf("seed-a", "any"), "test", deadline.Token);
        (await A.ListAsync<Secret>(ListOptions.In("seed-a"), deadline.Token)).Items.ShouldContain(s => s.Metadata.Name == "any");
        await A.GetAsync<Secret>(new ObjectKey("garden", "dns-a"), deadline.Token);
        await A.CreateAsync(NewEvent(), deadline.Token);
    }

    [Fact]
    public async Task A_gardenlet_works_on_the_shoots_of_its_seed()
    {
        using var deadline = SecureGarden.Deadline();
        var key = new ObjectKey("garden-a", "shoot-a");

        var shoots = await A.ListAsync<Shoot>(new ListOptions { FieldSelector = "spec.seedName=a" }, deadline.Token);
        await A.GetAsync<Shoot>(key, deadline.Token);
        await A.PatchAsync<Shoot>(
            key, Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["seedName"] = "a" } }) with { Subresource = "status" },
            deadline.Token);
        await A.GetAsync<CredentialsBinding>(new ObjectKey("garden-a", "cloud"), deadline.Token);
        await A.GetAsync<Secret>(new ObjectKey("garden-a", "cloud"), deadline.Token);
        await A.GetAsync<Namespace>(ObjectKey.Cluster("garden-a"), deadline.Token);
        await A.GetAsync<CloudProfile>(ObjectKey.Cluster("local"), deadline.Token);
        var projects = await A.ListAsync<Project>(new ListOptions { FieldSelector = "spec.namespace=garden-a" }, deadline.Token);
        await A.ApplyAsync(
            new ConfigMap { Metadata = new ObjectMeta { Namespace = "garden-a", Name = "shoot-a.ca-cluster" } }, "test", deadline.Token);
        await A.ApplyAsync(
            new InternalSecret { Metadata = new ObjectMeta { Namespace = "garden-a", Name = "shoot-a.ca-client" } }, "test", deadline.Token);
        await A.ApplyAsync(SecretOf("garden-a", "shoot-a.kubeconfig"), "test", deadline.Token);
        await A.DeleteAsync<Secret>(new ObjectKey("garden-a", "shoot-a.kubeconfig"), null, deadline.Token);

        shoots.Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("shoot-a");
        projects.Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("a");
    }

    public static TheoryData<string> Foreign => new(Attempts.Keys);

    private static readonly Dictionary<string, Func<KubernetesClient, CancellationToken, Task>> Attempts = new()
    {
        ["read a secret of the other seed's namespace"] = (a, token) => a.GetAsync<Secret>(new ObjectKey("seed-b", "own"), token),
        ["list the secrets of the other seed's namespace"] = (a, token) => a.ListAsync<Secret>(ListOptions.In("seed-b"), token),
        ["list the secrets of the garden"] = (a, token) => a.ListAsync<Secret>(ListOptions.In("garden"), token),
        ["list all secrets"] = (a, token) => a.ListAsync<Secret>(ListOptions.All, token),
        ["read the DNS credentials of the other seed"] = (a, token) => a.GetAsync<Secret>(new ObjectKey("garden", "dns-b"), token),
        ["read the credentials of the other seed's shoot"] = (a, token) => a.GetAsync<Secret>(new ObjectKey("garden-b", "cloud"), token),
        ["read a secret beside its own shoot that nobody names"] =
            (a, token) => a.GetAsync<Secret>(new ObjectKey("garden-a", "unrelated"), token),
        ["write the kubeconfig of the other seed's shoot"] =
            (a, token) => a.ApplyAsync(SecretOf("garden-b", "shoot-b.kubeconfig"), "test", token),
        ["read the client authority of the other seed's shoot"] =
            (a, token) => a.GetAsync<InternalSecret>(new ObjectKey("garden-b", "shoot-b.ca-client"), token),
        ["write secrets into the garden"] = (a, token) => a.ApplyAsync(SecretOf("garden", "new"), "test", token),
        ["patch the other Seed"] = (a, token) => a.PatchAsync<Seed>(ObjectKey.Cluster("b"), Touch(), token),
        ["patch the status of the other Seed"] =
            (a, token) => a.PatchAsync<Seed>(ObjectKey.Cluster("b"), Touch() with { Subresource = "status" }, token),
        ["delete the other Seed"] = (a, token) => a.DeleteAsync<Seed>(ObjectKey.Cluster("b"), null, token),
        ["register a third Seed"] = (a, token) => a.CreateAsync(GardenWorld.SeedOf("c"), token),
        ["read the other seed's shoot"] = (a, token) => a.GetAsync<Shoot>(new ObjectKey("garden-b", "shoot-b"), token),
        ["patch the other seed's shoot"] = (a, token) => a.PatchAsync<Shoot>(new ObjectKey("garden-b", "shoot-b"), Touch(), token),
        ["list all shoots"] = (a, token) => a.ListAsync<Shoot>(ListOptions.All, token),
        ["list the other seed's shoots"] =
            (a, token) => a.ListAsync<Shoot>(new ListOptions { FieldSelector = "spec.seedName=b" }, token),
        ["hold the lease of the other seed"] = (a, token) => a.ApplyAsync(
            new Lease { Metadata = new ObjectMeta { Namespace = "gardener-system-seed-lease", Name = "b" } }, "test", token),
        ["list the other seed's extensions"] =
            (a, token) => a.ListAsync<ControllerInstallation>(new ListOptions { FieldSelector = "spec.seedRef.name=b" }, token),
        ["make a bucket for the other seed"] = (a, token) => a.CreateAsync(BucketOf("b"), token),
        ["keep the other Gardenlet"] = (a, token) => a.GetAsync<GardenletObject>(new ObjectKey("garden", "b"), token),
        ["read bootstrap tokens"] = (a, token) => a.GetAsync<Secret>(new ObjectKey("kube-system", "bootstrap-token-abcdef"), token),
        ["get tokens of other accounts"] = (a, token) => a.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            new ObjectKey("garden", "default"), "token", new TokenRequest(), token),
        ["change roles"] = (a, token) => a.CreateAsync(new ClusterRole { Metadata = new ObjectMeta { Name = "mine" } }, token),
        ["name the other seed's credentials as its own"] = (a, token) => a.PatchAsync<Seed>(
            ObjectKey.Cluster("a"),
            Patch.Merge(new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["backup"] = new JsonObject
                    {
                        ["provider"] = "local",
                        ["credentialsRef"] = new JsonObject
                        {
                            ["apiVersion"] = "v1",
                            ["kind"] = "Secret",
                            ["namespace"] = "garden",
                            ["name"] = "dns-b",
                        },
                    },
                },
            }),
            token),
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task A_gardenlet_cannot(string attempt)
    {
        using var deadline = SecureGarden.Deadline();

        var refused = await Should.ThrowAsync<ApiException>(Attempts[attempt](A, deadline.Token));

        refused.Code.ShouldBe(403, refused.Message);
    }

    [Fact]
    public async Task A_gardenlet_may_become_another_certificate_of_its_own_only()
    {
        using var deadline = SecureGarden.Deadline();
        var request = new SeedCertificateRequest(A, new GardenAccessSettings { SeedName = "b" }, TimeProvider.System);

        var refused = await Should.ThrowAsync<GardenAccessException>(request.ObtainAsync(deadline.Token));

        refused.Message.ShouldContain("gardenlet of another seed");
    }

    private static Patch Touch() => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["test"] = "true" } },
    });

    private static Secret SecretOf(string space, string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes("value") },
    };

    private static Event NewEvent() => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", GenerateName = "test-" },
        InvolvedObject = new ObjectReference { Kind = "Seed", Name = "a", ApiVersion = "core.gardener.cloud/v1beta1" },
        Reason = "Test",
        Type = "Normal",
    };

    private static BackupBucket BucketOf(string seed) => new()
    {
        Metadata = new ObjectMeta { Name = "bucket-" + seed },
        Spec = new BackupBucketSpec
        {
            SeedName = seed,
            Provider = new BackupBucketProvider { Type = "local", Region = "local" },
            CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "dns-b" },
        },
    };
}
