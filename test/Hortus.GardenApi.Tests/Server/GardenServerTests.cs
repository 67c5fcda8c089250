using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public class GardenServerTests(GardenServer garden) : IClassFixture<GardenServer>
{
    [Fact]
    public async Task Project_GetsCreatorOwnerAndOwnerAsMember()
    {
        await garden.CreateAsync(new Project { Metadata = new ObjectMeta { Name = "new" } });

        var project = await garden.GetAsync<Project>(ObjectKey.Cluster("new"));

        project.Spec.CreatedBy!.Name.ShouldBe("admin");
        project.Spec.Owner!.ApiGroup.ShouldBe("rbac.authorization.k8s.io");
        var member = project.Spec.Members!.ShouldHaveSingleItem();
        (member.Name, member.Role, member.Roles![0]).ShouldBe(("admin", "admin", "owner"));
    }

    [Fact]
    public async Task ProjectNamespace_BelongsToOneProject()
    {
        var answer = await garden.TryCreateAsync(new Project
        {
            Metadata = new ObjectMeta { Name = "second" },
            Spec = new ProjectSpec { Namespace = "garden-local" },
        });

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain(
            "spec.namespace: Invalid value: \"garden-local\": the namespace is already used by project \"local\"");
    }

    [Fact]
    public async Task ProjectAndSeed_StayWhileTheyHaveShoots()
    {
        await garden.CreateAsync(GardenServer.NewShoot("keeper"));
        await garden.PatchAsync<Shoot>(
            new ObjectKey("garden-local", "keeper"), "/binding", """{"spec":{"seedName":"local"}}""");

        var unconfirmed = await garden.DeleteAsync<Project>(ObjectKey.Cluster("local"));
        await garden.ConfirmAsync<Project>(ObjectKey.Cluster("local"));
        var project = await garden.DeleteAsync<Project>(ObjectKey.Cluster("local"));
        var seed = await garden.DeleteAsync<Seed>(ObjectKey.Cluster("local"));

        unconfirmed.Code.ShouldBe(403);
        unconfirmed.Message.ShouldContain("confirmation.gardener.cloud/deletion");
        project.Code.ShouldBe(403);
        project.Message.ShouldContain("keeper");
        seed.Code.ShouldBe(403);
        seed.Message.ShouldContain("garden-local/keeper");
    }

    [Fact]
    public async Task VersionInUse_StaysInTheProfile()
    {
        await garden.CreateAsync(GardenServer.NewShoot("user"));
        var versions = Samples.ValidProfile.Spec.Kubernetes.Versions
            .Where(v => v.Version != "1.34.7")
            .Select(v => $$"""{"version":"{{v.Version}}"}""");

        var answer = await garden.PatchAsync<CloudProfile>(
            ObjectKey.Cluster("local"), "",
            $$$$"""{"spec":{"kubernetes":{"versions":[{{{{string.Join(',', versions)}}}}]}}}""");

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain(
            "spec.kubernetes.versions: Forbidden: the version 1.34.7 is still in use by Shoot garden-local/user");
    }

    [Fact]
    public async Task Binding_NeedsItsSecret()
    {
        var answer = await garden.TryCreateAsync(Samples.ValidBinding with
        {
            Metadata = new ObjectMeta { Name = "dangling", Namespace = "garden-local" },
            CredentialsRef = Samples.ValidBinding.CredentialsRef with { Name = "none", Namespace = null },
        });

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("credentialsRef.name: Not found: \"garden-local/none\"");
    }

    [Fact]
    public async Task NamespacedCloudProfile_NeedsItsParent()
    {
        var answer = await garden.TryCreateAsync(new NamespacedCloudProfile
        {
            Metadata = new ObjectMeta { Name = "own", Namespace = "garden-local" },
            Spec = new NamespacedCloudProfileSpec
            {
                Parent =
                new CloudProfileReference { Kind = "CloudProfile", Name = "none" }
            },
        });

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("spec.parent.name: Not found: \"none\"");
    }

    [Fact]
    public async Task UnknownFieldsAndWrongTypes_NameTheField()
    {
        var shoot = KubernetesJson.ToNode(GardenServer.NewShoot("typed"));
        shoot["spec"]!["provider"]!["workers"]![0]!["minimum"] = "many";

        var answer = await garden.SendAsync(HttpMethod.Post, GardenServer.PathOf<Shoot>("garden-local"), shoot);

        answer.Code.ShouldBe(400);
        answer.Message.ShouldContain("spec.provider.workers[0].minimum");
    }

    [Fact]
    public async Task AdminKubeconfig_WaitsForAddressesAndThenNamesTheUser()
    {
        await garden.CreateAsync(GardenServer.NewShoot("access"));
        var path = GardenServer.PathOf<Shoot>("garden-local") + "/access/adminkubeconfig";

        var early = await garden.SendAsync(HttpMethod.Post, path, new JsonObject());
        await ProvideControlPlaneAsync("access");
        var shortLived = await garden.SendAsync(
            HttpMethod.Post, path, JsonNode.Parse("""{"spec":{"expirationSeconds":60}}"""));
        var answer = await garden.SendAsync(
            HttpMethod.Post, path, JsonNode.Parse("""{"spec":{"expirationSeconds":864000}}"""));

        early.Code.ShouldBe(422);
        early.Message.ShouldContain("no suitable advertised address");
        shortLived.Code.ShouldBe(422);
        shortLived.Message.ShouldContain(
            "spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes");
        answer.Code.ShouldBe(201, answer.Message);
        answer.Body["kind"]!.ToString().ShouldBe("AdminKubeconfigRequest");
        answer.Body["spec"]!["expirationSeconds"]!.GetValue<long>().ShouldBe(86400);
        var kubeconfig = KubernetesYaml.Parse(
            Encoding.UTF8.GetString(Convert.FromBase64String(answer.Body["status"]!["kubeconfig"]!.ToString())));
        kubeconfig["current-context"]!.ToString().ShouldBe("garden-local--access-external");
        kubeconfig["clusters"]![0]!["cluster"]!["server"]!.ToString().ShouldBe("https://api.access.example.com");
        var user = kubeconfig["users"]![0]!["user"]!["client-certificate-data"]!.ToString();
        using var certificate = Pem.ReadCertificate(Encoding.UTF8.GetString(Convert.FromBase64String(user)));
        certificate.Subject.ShouldContain("CN=gardener.cloud:admin:admin");
        certificate.Subject.ShouldContain("O=gardener.cloud:system:admins");
    }

    [Fact]
    public async Task ViewerKubeconfig_IsForViewers()
    {
        await garden.CreateAsync(GardenServer.NewShoot("viewed"));
        await ProvideControlPlaneAsync("viewed");

        var answer = await garden.SendAsync(
            HttpMethod.Post, GardenServer.PathOf<Shoot>("garden-local") + "/viewed/viewerkubeconfig", new JsonObject());

        answer.Code.ShouldBe(201, answer.Message);
        answer.Body["kind"]!.ToString().ShouldBe("ViewerKubeconfigRequest");
    }

    private async Task ProvideControlPlaneAsync(string shoot)
    {
        var authority = CertificateAuthority.Create("ca", TimeSpan.FromDays(1), TimeProvider.System);
        await garden.CreateAsync(new InternalSecret
        {
            Metadata = new ObjectMeta { Name = shoot + ".ca-client", Namespace = "garden-local" },
            StringData = new Dictionary<string, string>
            {
                ["ca.crt"] = authority.CertificatePem,
                ["ca.key"] = authority.PrivateKeyPem,
            },
        });
        await garden.CreateAsync(new ConfigMap
        {
            Metadata = new ObjectMeta { Name = shoot + ".ca-cluster", Namespace = "garden-local" },
            Data = new Dictionary<string, string> { ["ca.crt"] = authority.CertificatePem },
        });
        var answer = await garden.PatchAsync<Shoot>(new ObjectKey("garden-local", shoot), "/status",
            $$$"""
            {"status":{"advertisedAddresses":[{"name":"external","url":"https://api.{{{shoot}}}.example.com"}]}}
            """);
        answer.Code.ShouldBe(200, answer.Message);
    }
}
