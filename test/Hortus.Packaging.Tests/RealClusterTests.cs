using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Operator;
using Hortus.Packaging.Tests.Charts;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Reference;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Packaging.Tests;

/// <summary>The steps of docs/operations/install.md on a cluster that is not ours, as far as an API server alone goes. The operator is
/// a process beside it, with the rights of its chart's service account and webhooks at an address of its own.</summary>
[Trait("Category", "RealParts")]
public sealed class RealClusterTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [SkippableTheory]
    [InlineData("helm")]
    [InlineData("helm-3")]
    public async Task Operator_chart_and_operator_work_with_a_real_API_server(string program)
    {
        Skip.If(RealCluster.Lacking is not null, RealCluster.Lacking);
        using var deadline = new CancellationTokenSource(Limit);
        await using var cluster = await RealCluster.StartAsync(deadline.Token);
        using var client = cluster.Connect();

        (await HelmAsync(cluster, program, "install", "operator")).ShouldContain("STATUS: deployed");
        (await HelmAsync(cluster, program, "install", "gardenlet")).ShouldContain("STATUS: deployed");
        foreach (var file in Directory.GetFiles(Path.Combine(BuiltTools.Root, "charts", "crds")))
        {
            var name = (string)KubernetesYaml.Parse(await File.ReadAllTextAsync(file, deadline.Token))["metadata"]!["name"]!;
            await client.UntilAsync<CustomResourceDefinition>(ObjectKey.Cluster(name), IsEstablished, deadline.Token);
        }

        var running = await StartOperatorAsync(cluster, deadline.Token);
        try
        {
            await JudgesAsync(client, deadline.Token);
            await WorksAsync(client, deadline.Token);
            running.Log().ShouldNotContain("forbidden", Case.Insensitive, running.Log());
        }
        finally
        {
            await running.KillAsync();
        }

        (await HelmAsync(cluster, program, "upgrade", "operator", "--set", "replicaCount=1")).ShouldContain("STATUS: deployed");
        (await client.GetAsync<ValidatingWebhookConfiguration>(ObjectKey.Cluster(OperatorComponent.Name), deadline.Token))
            .Webhooks.ShouldNotBeEmpty();
        await HelmAsync(cluster, program, "uninstall", "operator");
        (await client.FindAsync<ValidatingWebhookConfiguration>(ObjectKey.Cluster(OperatorComponent.Name), deadline.Token)).ShouldBeNull();
        (await client.ListAsync<Garden>(ListOptions.All, deadline.Token)).Items.ShouldHaveSingleItem();
    }

    [SkippableFact]
    public async Task Real_API_server_takes_the_registration_of_Gardeners_groups()
    {
        Skip.If(RealCluster.Lacking is not null, RealCluster.Lacking);
        using var deadline = new CancellationTokenSource(Limit);
        await using var cluster = await RealCluster.StartAsync(deadline.Token);
        using var client = cluster.Connect();

        // Servers before 1.21 lack the version of EndpointSlices that it has.
        foreach (var value in new GardenerApiRegistration("10.0.0.7", cluster.Authority).Render().Where(value => value is not EndpointSlice))
        {
            await client.Dynamic.CreateAsync(ResourceKind.Find(value.GetType())!, KubernetesJson.ToNode(value), deadline.Token);
        }

        foreach (var key in GardenerApiRegistration.ApiServices)
        {
            // The real aggregator looks for the server, which is not there.
            await client.UntilAsync<APIService>(
                key, found => found?.Status.Conditions?.Any(c => c is { Type: "Available", Status: "False" }) == true, deadline.Token);
        }
    }

    private static bool IsEstablished(CustomResourceDefinition? found) =>
        found?.Status?.Conditions?.Any(condition => condition is { Type: "Established", Status: "True" }) == true;

    // By its webhooks, and before them by the schema of the definition.
    private static async Task JudgesAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        await client.UntilAsync<ValidatingWebhookConfiguration>(
            ObjectKey.Cluster(OperatorComponent.Name), found => found?.Webhooks?.Count > 0, cancellationToken);
        await client.UntilAsync<MutatingWebhookConfiguration>(
            ObjectKey.Cluster(OperatorComponent.Name), found => found?.Webhooks?.Count > 0, cancellationToken);

        var typo = NewGarden();
        typo["spec"]!["virtualCluster"]!["dns"]!["domains"]![0]!["provider"] = "primry";
        var refused = await Should.ThrowAsync<ApiException>(CreateAsync(client, typo, cancellationToken));
        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("spec.virtualCluster.dns.domains[0].provider: Invalid value: \"primry\"");

        var number = NewGarden();
        number["spec"]!["virtualCluster"]!["kubernetes"]!["version"] = 1.35;
        (await Should.ThrowAsync<ApiException>(CreateAsync(client, number, cancellationToken))).Message
            .ShouldContain("spec.virtualCluster.kubernetes.version");

        await CreateAsync(client, NewGarden(), cancellationToken);
        (await Should.ThrowAsync<ApiException>(CreateAsync(client, NewGarden("second"), cancellationToken))).Message
            .ShouldContain("there is Garden local already, and there can be only one");

        // The webhook of defaults has been asked as well.
        var extension = await client.CreateAsync(
            new Extension
            {
                Metadata = new ObjectMeta { Name = "test" },
                Spec = new ExtensionSpec
                {
                    Resources = [new() { Kind = "DNSRecord", Type = "test" }],
                    Deployment = new()
                    {
                        Extension = new() { Helm = new() { OciRepository = new() { Ref = "registry.example/test:1.0.0" } } },
                    },
                },
            },
            cancellationToken);
        extension.Spec.Resources![0].Primary.ShouldBe(true);
    }

    // As far as it comes without controllers: the resource manager's rights are there, and its pods are waited for.
    private static async Task WorksAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var key = new ObjectKey("garden", "gardener-resource-manager");
        await client.UntilAsync<Deployment>(key, found => found is not null, cancellationToken);
        (await client.FindAsync<ClusterRole>(ObjectKey.Cluster("hortus:garden:gardener-resource-manager"), cancellationToken))
            .ShouldNotBeNull();
        var garden = await client.UntilAsync<Garden>(
            ObjectKey.Cluster("local"), found => found?.Status?.LastOperation is { State: "Processing", Progress: > 0 }, cancellationToken);
        garden!.Metadata.Finalizers.ShouldNotBeEmpty();
    }

    private static JsonObject NewGarden(string name = "local")
    {
        var garden = KubernetesYaml.ParseAll(File.ReadAllText(BuiltTools.Example("00-garden.yaml")))
            .Single(item => (string)item["kind"]! == "Garden");
        garden["metadata"]!["name"] = name;
        return garden;
    }

    private static Task CreateAsync(KubernetesClient client, JsonObject garden, CancellationToken cancellationToken) =>
        client.Dynamic.CreateAsync(ResourceKind.Find(typeof(Garden))!, garden, cancellationToken);

    private static async Task<string> HelmAsync(
        RealCluster cluster, string program, string verb, string release, params string[] arguments)
    {
        await File.WriteAllTextAsync(cluster.In("kubeconfig"), cluster.Kubeconfig());
        string[] chart = verb == "uninstall" ? [] : [await CopyAsync("hortus-" + release, cluster.In("charts-" + program))];

        // Servers before 1.25 do not know the rules in CEL: they leave them out, but refuse to apply them.
        string[] known = (verb, program) switch
        {
            ("uninstall", _) => [],
            (_, "helm") => ["--disable-openapi-validation", "--server-side=false"],
            _ => ["--disable-openapi-validation"],
        };
        string[] create = verb == "install" ? ["--create-namespace"] : [];
        return (await ChartRun.HelmAsync(
            program,
            [verb, release, .. chart, "--namespace=garden", $"--kubeconfig={cluster.In("kubeconfig")}", .. known, .. create, .. arguments]))
            .Succeeded();
    }

    // Without the lowest version of Kubernetes: servers that were built from sources may tell none.
    private static async Task<string> CopyAsync(string chart, string folder)
    {
        var source = BuiltTools.Chart(chart);
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, chart, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var lines = await File.ReadAllLinesAsync(file);
            await File.WriteAllLinesAsync(target, lines.Where(line => !line.StartsWith("kubeVersion:", StringComparison.Ordinal)));
        }

        return Path.Combine(folder, chart);
    }

    private static async Task<ServerProcess> StartOperatorAsync(RealCluster cluster, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = new JsonObject() };
        using var http = NewHttp(cluster);
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(
            new Uri("api/v1/namespaces/garden/serviceaccounts/gardener-operator/token", UriKind.Relative), content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        var token = (string)JsonNode.Parse(text)!["status"]!["token"]!;

        await File.WriteAllTextAsync(cluster.In("operator-kubeconfig"), cluster.Kubeconfig(token), cancellationToken);
        var port = FreePort();
        var start = new ProcessStartInfo(
            BuiltTools.Hortus,
            [
                "operator", $"--kubeconfig={cluster.In("operator-kubeconfig")}", "--leader-elect=true",
                string.Create(CultureInfo.InvariantCulture, $"--webhook-port={port}"),
                string.Create(CultureInfo.InvariantCulture, $"--webhook-url=https://127.0.0.1:{port}"),
            ]);
        return await ServerProcess.StartAsync(
            start, line => line.Contains("starting", StringComparison.Ordinal), null, cancellationToken);
    }

    private static HttpClient NewHttp(RealCluster cluster)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        var http = new HttpClient(handler) { BaseAddress = cluster.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", RealCluster.Token);
        return http;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
