using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>The charts in an API server, by the helm that users have: what is there after each step, and what is left.</summary>
[Trait("Category", "RealParts")]
public sealed class InstallTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource deadline = new(Limit);
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task Operator_is_installed_changed_and_uninstalled_and_only_the_definitions_stay(string program)
    {
        (await HelmAsync(program, "install", "operator", "--create-namespace")).ShouldContain("STATUS: deployed");
        var manifest = await ManifestAsync(program, "operator");
        (await MissingAsync(manifest)).ShouldBeEmpty();
        await EstablishedAsync("gardens.operator.gardener.cloud");

        // What the operator writes into its configurations is not the chart's, and stays over upgrades.
        await client.ApplyAsync(Webhooks(), "gardener-operator", deadline.Token);
        (await HelmAsync(program, "upgrade", "operator", "--set", "replicaCount=1,logVerbosity=2")).ShouldContain("STATUS: deployed");
        var deployment = await client.GetAsync<Deployment>(new ObjectKey("garden", "gardener-operator"), deadline.Token);
        deployment.Spec.Replicas.ShouldBe(1);
        deployment.Spec.Template.Spec.Containers[0].Args!.ShouldContain("-v=2");
        (await client.GetAsync<ValidatingWebhookConfiguration>(ObjectKey.Cluster("gardener-operator"), deadline.Token))
            .Webhooks!.ShouldHaveSingleItem();

        await HelmAsync(program, "uninstall", "operator");
        var left = manifest.Except(await MissingAsync(manifest)).ToArray();
        left.Length.ShouldBe(Directory.GetFiles(Path.Combine(BuiltTools.Root, "charts", "crds")).Length);
        left.ShouldAllBe(item => item.Kind == "CustomResourceDefinition");
        (await client.ListAsync<Secret>(new ListOptions(), deadline.Token)).Items.ShouldBeEmpty();

        // With the definitions of the first release there.
        (await HelmAsync(program, "install", "operator")).ShouldContain("STATUS: deployed");
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task Gardenlet_is_installed_changed_and_uninstalled_and_nothing_stays(string program)
    {
        string[] bootstrap =
        [
            "--set", "config.gardenClientConnection.bootstrapKubeconfig.name=gardenlet-kubeconfig-bootstrap,"
                + "config.gardenClientConnection.bootstrapKubeconfig.namespace=garden,"
                + "config.gardenClientConnection.bootstrapKubeconfig.kubeconfig=text",
        ];
        (await HelmAsync(program, "install", "gardenlet", ["--create-namespace", .. bootstrap])).ShouldContain("STATUS: deployed");
        var manifest = await ManifestAsync(program, "gardenlet");
        (await MissingAsync(manifest)).ShouldBeEmpty();
        var before = await ConfigurationAsync();

        (await HelmAsync(program, "upgrade", "gardenlet", [.. bootstrap, "--set", "config.logLevel=debug"]))
            .ShouldContain("STATUS: deployed");
        (await ConfigurationAsync()).ShouldNotBe(before);
        var changed = await ManifestAsync(program, "gardenlet");
        (await MissingAsync(changed)).ShouldBeEmpty();

        await HelmAsync(program, "uninstall", "gardenlet");
        (await MissingAsync(changed)).Count.ShouldBe(changed.Count);
        (await client.ListAsync<Secret>(new ListOptions(), deadline.Token)).Items.ShouldBeEmpty();
        (await client.ListAsync<ConfigMap>(new ListOptions(), deadline.Token)).Items
            .ShouldNotContain(map => map.Metadata.Name!.StartsWith("gardenlet", StringComparison.Ordinal));
    }

    private static ValidatingWebhookConfiguration Webhooks() => new()
    {
        Metadata = new ObjectMeta { Name = "gardener-operator" },
        Webhooks =
        [
            new ValidatingWebhook
            {
                Name = "garden-validation.operator.gardener.cloud",
                ClientConfig = new WebhookClientConfig { Url = "https://operator.example/validate" },
                Rules = [],
                SideEffects = "None",
                AdmissionReviewVersions = ["v1"],
            },
        ],
    };

    private async Task<string?> ConfigurationAsync() =>
        (await client.GetAsync<Deployment>(new ObjectKey("garden", "gardenlet"), deadline.Token))
            .Spec.Template.Spec.Volumes!.Single(volume => volume.ConfigMap is not null).ConfigMap!.Name;

    private Task EstablishedAsync(string name) => client.UntilAsync<CustomResourceDefinition>(
        ObjectKey.Cluster(name),
        found => found?.Status?.Conditions?.Any(condition => condition is { Type: "Established", Status: "True" }) == true,
        deadline.Token);

    private async Task<string> HelmAsync(string program, string verb, string release, params string[] arguments)
    {
        string[] chart = verb == "uninstall" ? [] : [BuiltTools.Chart("hortus-" + release)];
        var result = await ChartRun.HelmAsync(
            program, [verb, release, .. chart, "--namespace=garden", $"--kube-apiserver={server.Address}", .. arguments]);
        return result.Succeeded();
    }

    private async Task<IReadOnlyList<ManifestItem>> ManifestAsync(string program, string release)
    {
        var result = await ChartRun.HelmAsync(
            program, "get", "manifest", release, "--namespace=garden", $"--kube-apiserver={server.Address}");
        return [.. KubernetesYaml.ParseAll(result.Succeeded()).Where(item => item.Count > 0).Select(ManifestItem.Of)];
    }

    private async Task<IReadOnlyList<ManifestItem>> MissingAsync(IReadOnlyList<ManifestItem> items)
    {
        List<ManifestItem> missing = [];
        foreach (var item in items)
        {
            using var response = await server.Client.GetAsync(item.Path, deadline.Token);
            if (!response.IsSuccessStatusCode)
            {
                missing.Add(item);
            }
        }

        return missing;
    }
}
