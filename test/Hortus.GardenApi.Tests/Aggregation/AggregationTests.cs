using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Aggregation;

[Trait("Category", "Integration")]
public sealed class AggregationTests(AggregatedGarden garden) : IClassFixture<AggregatedGarden>
{
    private const string Core = "/apis/core.gardener.cloud/v1beta1";
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Fact]
    public async Task Objects_of_remote_groups_are_written_and_read_through_the_host()
    {
        await garden.CreateAsync(Samples.ValidProfile with { Metadata = new ObjectMeta { Name = "through" } });

        var found = await garden.GetAsync($"{Core}/cloudprofiles/through");

        found.Code.ShouldBe(200);
        found.Body["metadata"]!["name"]!.ToString().ShouldBe("through");
        found.Body["spec"]!["type"]!.ToString().ShouldBe(Samples.ValidProfile.Spec.Type);
    }

    [Fact]
    public async Task Faults_keep_their_status_on_the_way_back()
    {
        var missing = await garden.GetAsync($"{Core}/cloudprofiles/nowhere");
        var invalid = await garden.SendAsync(
            HttpMethod.Post,
            $"{Core}/projects",
            JsonNode.Parse("""{"apiVersion":"core.gardener.cloud/v1beta1","kind":"Project","metadata":{"name":"much-too-long"}}"""));

        (missing.Code, missing.Message).ShouldBe((404, "cloudprofiles.core.gardener.cloud \"nowhere\" not found"));
        invalid.Code.ShouldBe(422);
        invalid.Body["details"]!["causes"]![0]!["field"]!.ToString().ShouldBe("metadata.name");
    }

    [Fact]
    public async Task Tables_come_from_the_server_behind()
    {
        var table = await garden.GetAsync($"{Core}/shoots", "application/json;as=Table;v=v1;g=meta.k8s.io");

        table.Body["kind"]!.ToString().ShouldBe("Table");
        table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldContain("Last Operation");
    }

    [Fact]
    public async Task Namespaces_of_the_host_count()
    {
        var answer = await garden.SendAsync(
            HttpMethod.Post,
            "/apis/security.gardener.cloud/v1alpha1/namespaces/not-there/credentialsbindings",
            KubernetesJson.ToNode(Samples.ValidBinding with { Metadata = new ObjectMeta { Name = "b", Namespace = "not-there" } }));

        (answer.Code, answer.Message).ShouldBe((404, "namespaces \"not-there\" not found"));
    }

    [Fact]
    public async Task Quotas_of_the_host_bound_how_many_objects_a_namespace_has()
    {
        await garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden-quota" } });
        await garden.CreateAsync(new ResourceQuota
        {
            Metadata = new ObjectMeta { Name = "few", Namespace = "garden-quota" },
            Spec = new ResourceQuotaSpec
            {
                Hard = new Dictionary<string, Quantity> { ["count/internalsecrets.core.gardener.cloud"] = Quantity.Parse("1") },
            },
        });
        await garden.CreateAsync(new InternalSecret { Metadata = new ObjectMeta { Name = "first", Namespace = "garden-quota" } });

        var second = await garden.SendAsync(
            HttpMethod.Post,
            $"{Core}/namespaces/garden-quota/internalsecrets",
            KubernetesJson.ToNode(new InternalSecret { Metadata = new ObjectMeta { Name = "second", Namespace = "garden-quota" } }));

        second.Code.ShouldBe(403);
        second.Message.ShouldContain("exceeded quota: few");
    }

    [Fact]
    public async Task Secrets_of_the_host_are_found_by_admission()
    {
        await garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden-secrets" } });
        var binding = Samples.ValidBinding with
        {
            Metadata = new ObjectMeta { Name = "mine", Namespace = "garden-secrets" },
            CredentialsRef = Samples.ValidBinding.CredentialsRef with { Namespace = "garden-secrets", Name = "cloud" },
        };
        const string path = "/apis/security.gardener.cloud/v1alpha1/namespaces/garden-secrets/credentialsbindings";

        var without = await garden.SendAsync(HttpMethod.Post, path, KubernetesJson.ToNode(binding));
        await garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Name = "cloud", Namespace = "garden-secrets" } });
        var with = await garden.SendAsync(HttpMethod.Post, path, KubernetesJson.ToNode(binding));

        without.Code.ShouldBe(422);
        without.Message.ShouldContain("credentialsRef.name: Not found: \"garden-secrets/cloud\"");
        with.Code.ShouldBe(201, with.Message);
    }

    [Fact]
    public async Task Rights_are_the_hosts_decision()
    {
        await garden.CreateAsync(new ClusterRole
        {
            Metadata = new ObjectMeta { Name = "profiles" },
            Rules = [new PolicyRule { ApiGroups = ["core.gardener.cloud"], Resources = ["cloudprofiles"], Verbs = ["list"] }],
        });
        await garden.CreateAsync(new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = "profiles" },
            RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "profiles" },
            Subjects = [new Subject { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = "alice" }],
        });

        var alices = await AllowedAsync(
            () => garden.GetAsync($"{Core}/cloudprofiles", token: AggregatedGarden.AliceToken));
        var bobs = await garden.GetAsync($"{Core}/cloudprofiles", token: AggregatedGarden.BobToken);
        var seeds = await garden.GetAsync($"{Core}/seeds", token: AggregatedGarden.AliceToken);
        var strangers = await garden.GetAsync($"{Core}/cloudprofiles", token: "made-up");

        alices.Code.ShouldBe(200, alices.Message);
        (bobs.Code, bobs.Message).ShouldBe((403, "cloudprofiles.core.gardener.cloud is forbidden: User \"bob\" cannot list resource "
            + "\"cloudprofiles\" in API group \"core.gardener.cloud\" at the cluster scope"));
        seeds.Code.ShouldBe(403);
        strangers.Code.ShouldBe(401);
    }

    [Fact]
    public async Task The_server_behind_knows_the_user_that_the_host_knows()
    {
        await garden.CreateAsync(new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = "carol" },
            RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "cluster-admin" },
            Subjects = [new Subject { ApiGroup = "rbac.authorization.k8s.io", Kind = "Group", Name = "gardeners" }],
        });

        var created = await AllowedAsync(() => garden.SendAsync(
            HttpMethod.Post,
            $"{Core}/projects",
            JsonNode.Parse("""{"apiVersion":"core.gardener.cloud/v1beta1","kind":"Project","metadata":{"name":"carols"}}"""),
            token: AggregatedGarden.CarolToken,
            headers: [("X-Remote-User", "mallory"), ("X-Remote-Group", "system:masters")]));

        created.Code.ShouldBe(201, created.Message);
        created.Body["spec"]!["createdBy"]!["name"]!.ToString().ShouldBe("carol");
    }

    [Fact]
    public async Task Headers_of_a_front_proxy_count_only_with_its_certificate()
    {
        var (forged, _) = await garden.AskBehindAsync(
            Core + "/seeds", null, ("X-Remote-User", "mallory"), ("X-Remote-Group", "system:masters"));
        var (direct, _) = await garden.AskBehindAsync(Core + "/seeds", AggregatedGarden.BobToken);
        var (wrong, _) = await garden.AskBehindAsync(Core + "/seeds", "made-up");
        var (healthy, text) = await garden.AskBehindAsync("/readyz", null);

        forged.ShouldBe(403);
        direct.ShouldBe(403);
        wrong.ShouldBe(401);
        (healthy, text).ShouldBe((200, "ok"));
    }

    [Fact]
    public async Task A_watch_is_passed_on_line_by_line()
    {
        using var deadline = AggregatedGarden.Deadline();
        var list = await garden.GetAsync($"{Core}/exposureclasses");
        using var response = await garden.Host.Client.GetAsync(
            $"{Core}/exposureclasses?watch=1&resourceVersion={list.Body["metadata"]!["resourceVersion"]}",
            HttpCompletionOption.ResponseHeadersRead,
            deadline.Token);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));

        foreach (var name in new[] { "first", "second" })
        {
            await garden.CreateAsync(new ExposureClass { Metadata = new ObjectMeta { Name = name }, Handler = "h" });
            var line = JsonNode.Parse((await lines.ReadLineAsync(deadline.Token))!)!;
            (line["type"]!.ToString(), line["object"]!["metadata"]!["name"]!.ToString()).ShouldBe(("ADDED", name));
        }
    }

    [Fact]
    public async Task Discovery_names_remote_groups_in_both_forms()
    {
        var groups = await garden.GetAsync("/apis");
        var group = await garden.GetAsync("/apis/core.gardener.cloud");
        var resources = await garden.GetAsync(Core);
        var aggregated = await garden.GetAsync("/apis", Aggregated);

        string[] names = [.. groups.Body["groups"]!.AsArray().Select(g => g!["name"]!.ToString())];
        names[0].ShouldBe("apps");
        names.ShouldContain("core.gardener.cloud");
        names.ShouldContain("seedmanagement.gardener.cloud");
        group.Body["preferredVersion"]!["version"]!.ToString().ShouldBe("v1");
        group.Body["versions"]!.AsArray().Select(v => v!["version"]!.ToString()).ShouldBe(["v1", "v1beta1"]);
        resources.Body["resources"]!.AsArray().Select(r => r!["name"]!.ToString()).ShouldContain("shoots/adminkubeconfig");
        aggregated.ContentType.Replace(" ", "", StringComparison.Ordinal).ShouldBe(Aggregated);
        var beta = aggregated.Body["items"]!.AsArray()
            .Single(g => g!["metadata"]!["name"]!.ToString() == "core.gardener.cloud")!["versions"]![1]!;
        beta["freshness"]!.ToString().ShouldBe("Current");
        var shoots = beta["resources"]!.AsArray().Single(r => r!["resource"]!.ToString() == "shoots")!;
        shoots["scope"]!.ToString().ShouldBe("Namespaced");
        shoots["responseKind"]!.ToJsonString().ShouldBe("""{"group":"core.gardener.cloud","version":"v1beta1","kind":"Shoot"}""");
        var kubeconfig = shoots["subresources"]!.AsArray().Single(s => s!["subresource"]!.ToString() == "adminkubeconfig")!;
        kubeconfig["responseKind"]!["kind"]!.ToString().ShouldBe("AdminKubeconfigRequest");
    }

    [Fact]
    public async Task OpenApi_lists_the_documents_of_remote_groups_and_fetches_them()
    {
        var index = await garden.GetAsync("/openapi/v3");
        var url = index.Body["paths"]!["apis/core.gardener.cloud/v1beta1"]!["serverRelativeURL"]!.ToString();
        var document = await garden.GetAsync(url);

        document.Code.ShouldBe(200);
        document.Body["components"]!["schemas"]!.AsObject().Select(s => s.Key).ShouldContain(k => k.EndsWith("Shoot"));
        index.Body["paths"]!["api/v1"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_the_host_serves_itself_is_registered_too()
    {
        using var deadline = AggregatedGarden.Deadline();

        var condition = await garden.UntilAsync("apps/v1", "True", deadline.Token);
        var core = await garden.Admin.GetAsync<APIService>(ObjectKey.Cluster("v1."), deadline.Token);

        condition.Reason.ShouldBe("Local");
        core.Metadata.Labels!["kube-aggregator.kubernetes.io/automanaged"].ShouldBe("onstart");
        core.Spec.GroupPriorityMinimum.ShouldBe(18000);
    }

    [Fact]
    public async Task The_landscape_is_named_in_the_host()
    {
        using var deadline = AggregatedGarden.Deadline();
        await foreach (var change in garden.Admin.WatchAsync<ConfigMap>(
            new Client.WatchOptions { Namespace = "kube-system", FieldSelector = "metadata.name=cluster-identity" }, deadline.Token))
        {
            change.Object.Data!["cluster-identity"].ShouldBe("test-landscape");
            break;
        }
    }

    // A right counts once the host's authorizer has seen it.
    private static async Task<AggregatedGarden.Answer> AllowedAsync(Func<Task<AggregatedGarden.Answer>> ask)
    {
        using var deadline = AggregatedGarden.Deadline();
        while (true)
        {
            var answer = await ask();
            if (answer.Code != 403 || deadline.IsCancellationRequested)
            {
                return answer;
            }
        }
    }
}
