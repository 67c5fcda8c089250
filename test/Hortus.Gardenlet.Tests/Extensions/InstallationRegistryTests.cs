using System.Text;
using Hortus.Testing;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Testing.Registry;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>Installations from a real docker-registry, pushed by the real helm, judged by the registry's access log.</summary>
[Trait("Category", "RealParts")]
public sealed class InstallationRegistryTests(ExtensionWorld world, ChartRegistry registry)
    : IClassFixture<ExtensionWorld>, IClassFixture<ChartRegistry>, IDisposable
{
    private const int Reconciles = 100;
    private const int Installations = 50;

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_hundred_reconciles_of_a_digest_ask_the_registry_nothing()
    {
        var digest = await ChartRegistry.PushAsync(registry.Server, "pinned", Chart("one"));
        await registry.Server.ForgetRequestsAsync(deadline.Token);
        await world.InstallAsync(
            ExtensionWorld.Deployment("pinned", $"oci://{registry.Server.Name}/pinned/demo@{digest}"), deadline.Token);
        await world.ConditionAsync("pinned", "Installed", Reasons.InstallationSuccessful, deadline.Token);
        await registry.Server.WaitForAsync(line => line.IsBlob, deadline.Token);

        for (var i = 0; i < Reconciles; i++)
        {
            await world.ReconcileAsync("pinned", deadline.Token);
        }

        var requests = Of("pinned");
        requests.Count(line => line.IsManifest).ShouldBe(1);
        requests.Count(line => line.IsBlob).ShouldBe(1);
        (await world.ManagedResourceAsync("pinned", deadline.Token))!.Metadata.Annotation(ResourceNames.ChartDigest).ShouldBe(digest);
    }

    [Fact]
    public async Task A_tag_costs_one_HEAD_a_reconcile_and_is_followed_when_it_moves_but_not_when_a_digest_stands_beside_it()
    {
        var first = await ChartRegistry.PushAsync(registry.Server, "moving", Chart("one"));
        await registry.Server.ForgetRequestsAsync(deadline.Token);
        await world.InstallAsync(
            ExtensionWorld.Deployment("moving", $"{registry.Server.Name}/moving/demo:1.2.3"), deadline.Token);
        await world.InstallAsync(
            ExtensionWorld.Deployment("fixed", $"{registry.Server.Name}/moving/demo:1.2.3@{first}"), deadline.Token);
        foreach (var name in new[] { "moving", "fixed" })
        {
            await world.ConditionAsync(name, "Installed", Reasons.InstallationSuccessful, deadline.Token);
        }

        await registry.Server.WaitForAsync(line => line.IsBlob, deadline.Token);
        await registry.Server.ForgetRequestsAsync(deadline.Token);
        for (var i = 0; i < Reconciles; i++)
        {
            await world.ReconcileAsync("moving", deadline.Token);
        }

        var asked = Of("moving");
        asked.ShouldAllBe(line => line.Method == "HEAD" && line.IsManifest);
        asked.Count.ShouldBeInRange(1, Reconciles);

        var second = await ChartRegistry.PushAsync(registry.Server, "moving", Chart("two"));
        await registry.Server.ForgetRequestsAsync(deadline.Token);
        await world.ReconcileAsync("moving", deadline.Token);
        await world.ReconcileAsync("fixed", deadline.Token);
        await registry.Server.WaitForAsync(line => line.IsBlob, deadline.Token);

        Of("moving").Count(line => line.IsBlob && line.Method == "GET").ShouldBe(1);
        (await world.ManagedResourceAsync("moving", deadline.Token))!.Metadata.Annotation(ResourceNames.ChartDigest).ShouldBe(second);
        (await world.ManagedResourceAsync("fixed", deadline.Token))!.Metadata.Annotation(ResourceNames.ChartDigest).ShouldBe(first);
        await world.Seed.UntilAsync<ConfigMap>(
            new ObjectKey("extension-moving", "out"), m => m!.Data!["text"] == "two", deadline.Token);
    }

    [Fact]
    public async Task Fifty_installations_and_a_restart_fetch_the_chart_once()
    {
        var digest = await ChartRegistry.PushAsync(registry.Server, "shared", Chart("many"));
        await registry.Server.ForgetRequestsAsync(deadline.Token);
        var deployment = ExtensionWorld.Deployment("many", $"{registry.Server.Name}/shared/demo@{digest}");
        var first = await world.InstallAsync(deployment, deadline.Token);
        for (var i = 1; i < Installations; i++)
        {
            await world.Garden.CreateAsync(first with { Metadata = new ObjectMeta { Name = $"many-{i}" } }, deadline.Token);
        }

        string[] names = ["many", .. Enumerable.Range(1, Installations - 1).Select(i => $"many-{i}")];
        foreach (var name in names)
        {
            await world.ConditionAsync(name, "Valid", Reasons.RegistrationValid, deadline.Token);
        }

        await registry.Server.WaitForAsync(line => line.IsBlob, deadline.Token);
        await world.StopGardenletAsync();
        world.StartGardenlet();
        foreach (var name in names)
        {
            await world.ReconcileAsync(name, deadline.Token);
        }

        await registry.Server.SettleAsync(deadline.Token);
        Of("shared").Count(line => line.IsManifest).ShouldBe(1);
        Of("shared").Count(line => line.IsBlob && line.Method == "GET").ShouldBe(1);
    }

    [Fact]
    public async Task A_registry_with_own_authority_and_password_serves_as_soon_as_both_Secrets_are_right()
    {
        const string password = "wr0ng-and-confidential";
        var data = Directory.CreateTempSubdirectory("hortus-registry-data-").FullName;
        try
        {
            string digest;
            await using (var open = await DockerRegistry.StartAsync(new RegistrySetup { DataFolder = data }, deadline.Token))
            {
                digest = await ChartRegistry.PushAsync(open, "closed", Chart("one"));
            }

            var authority = CertificateAuthority.Create("registry", TimeSpan.FromDays(1), TimeProvider.System);
            await using var closed = await DockerRegistry.StartAsync(
                new RegistrySetup { DataFolder = data, Authority = authority, HasPassword = true }, deadline.Token);
            var deployment = ExtensionWorld.Deployment("closed", $"{closed.Name}/closed/demo@{digest}", "pull");
            await world.InstallAsync(
                deployment with
                {
                    Helm = deployment.Helm! with
                    {
                        OciRepository = deployment.Helm.OciRepository! with
                        {
                            CaBundleSecretRef = new LocalObjectReference { Name = "ca" },
                        },
                    },
                },
                deadline.Token);
            await MessageAsync("closed", "pull secret garden/pull is missing");
            await WriteAsync("pull", "helm-pull-secret", ".dockerconfigjson", closed.DockerConfig(password: password));
            await MessageAsync("closed", "CA bundle secret garden/ca is missing");
            await WriteAsync("ca", "oci-ca-bundle", "bundle.crt", Encoding.UTF8.GetBytes(authority.CertificatePem));
            await MessageAsync("closed", "401");
            await WriteAsync("pull", "helm-pull-secret", ".dockerconfigjson", closed.DockerConfig());

            await world.ConditionAsync("closed", "Valid", Reasons.RegistrationValid, deadline.Token);
            world.Log.ShouldAllBe(line => !line.Contains(password, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_registry_that_dies_leaves_what_runs_and_is_told_of()
    {
        await using var dying = await DockerRegistry.StartAsync(RegistrySetup.Open, deadline.Token);
        var digest = await ChartRegistry.PushAsync(dying, "dying", Chart("one"));
        await world.InstallAsync(ExtensionWorld.Deployment("survives", $"{dying.Name}/dying/demo:1.2.3"), deadline.Token);
        await world.ConditionAsync("survives", "Installed", Reasons.InstallationSuccessful, deadline.Token);
        var before = (await world.ManagedResourceAsync("survives", deadline.Token))!;

        await dying.KillAsync();
        await world.ReconcileAsync("survives", deadline.Token);

        var valid = await world.ConditionAsync("survives", "Valid", Reasons.RegistrationValid, deadline.Token);
        valid.Message.ShouldContain("(registry unreachable since ");
        valid.Message.ShouldContain($"using {digest})");
        (await world.EventAsync("survives", "ChartRegistryUnreachable", deadline.Token)).Type.ShouldBe("Warning");
        (await world.ManagedResourceAsync("survives", deadline.Token))!.Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
        await world.InstallAsync(ExtensionWorld.Deployment("comes-late", $"{dying.Name}/dying/demo:1.2.4"), deadline.Token);
        (await world.ConditionAsync("comes-late", "Valid", Reasons.OCIChartCannotBePulled, deadline.Token))
            .Message.ShouldContain($"{dying.Name}/dying/demo:1.2.4");

        await dying.StartAsync(deadline.Token);
        await world.ReconcileAsync("survives", deadline.Token);
        (await world.ConditionAsync("survives", "Valid", Reasons.RegistrationValid, deadline.Token)).Message.ShouldNotContain("unreachable");
        await MessageAsync("comes-late", "404");
        await ChartRegistry.PushAsync(dying, "dying", Chart("late", "1.2.4"));
        await world.ConditionAsync("comes-late", "Valid", Reasons.RegistrationValid, deadline.Token);
    }

    private static byte[] Chart(string text, string version = "1.2.3") => ChartFiles.Chart(
        ("Chart.yaml", ChartFiles.Description.Replace("1.2.3", version, StringComparison.Ordinal)),
        ("templates/out.yaml", $$$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: out, namespace: {{ .Release.Namespace }} }
            data: { text: {{{text}}} }
            """));

    private List<AccessLine> Of(string path) =>
        [.. registry.Server.Requests.Where(line => line.Path.StartsWith($"/v2/{path}/demo/", StringComparison.Ordinal)
            && (line.IsManifest || line.IsBlob))];

    private Task<ControllerInstallation?> MessageAsync(string name, string part) => world.Garden.UntilAsync<ControllerInstallation>(
        ObjectKey.Cluster(name),
        installation => installation?.Status?.Conditions?.Any(
            c => c.Reason == Reasons.OCIChartCannotBePulled && c.Message.Contains(part, StringComparison.Ordinal)) == true,
        deadline.Token);

    private Task<Secret> WriteAsync(string name, string role, string key, byte[] value) => world.Garden.ApplyAsync(
        new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = "garden",
                Name = name,
                Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = role },
            },
            Data = new Dictionary<string, byte[]> { [key] = value },
        },
        "test",
        deadline.Token);
}
