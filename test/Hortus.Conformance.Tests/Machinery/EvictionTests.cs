using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Machinery;

/// <summary>Taking pods off a node, with what their budgets allow.</summary>
[Trait("Category", "RealParts")]
public sealed class EvictionTests(Cluster cluster) : ClusterTests(cluster)
{
    [SkippableFact]
    public async Task Drain_evicts_what_the_budget_allows()
    {
        Skip.IfNot(Cluster.HasNode && !Target.IsForeign, "drains the only node, which must be the suite's own");
        (await KubectlAsync($"create deployment web --image={Cluster.Pause} --replicas=2")).Succeeds();
        (await KubectlAsync("patch", "deployment", "web", "-p", """{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1}}}}"""))
            .Succeeds();
        (await KubectlAsync("rollout status deployment/web --timeout=60s")).Succeeds();
        (await KubectlAsync("create poddisruptionbudget web --selector=app=web --min-available=2")).Succeeds();
        await WaitForFieldAsync("pdb/web", ".status.currentHealthy", n => n == "2");
        var pod = (await KubectlAsync("get pods -l app=web -o jsonpath={.items[0].metadata.name}")).Succeeds();

        using var api = new Running.Wire(Server.Http());
        var path = $"/api/v1/namespaces/{Namespace}/pods/{pod}/eviction";
        var eviction = $$$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{{pod}}}"} }""";
        var refused = await api.PostAsync(path, eviction);
        refused.Code.ShouldBe(429, refused.Body.ToJsonString());
        refused.Body["details"]!["causes"]![0]!["reason"]!.ToString().ShouldBe("DisruptionBudget");
        refused.Headers.Keys.ShouldContain("Retry-After");

        (await KubectlAsync("patch", "pdb", "web", "-p", """{"spec":{"minAvailable":1}}""")).Succeeds();
        await WaitForFieldAsync("pdb/web", ".status.disruptionsAllowed", n => n == "1");
        (await api.PostAsync(path + "?dryRun=All", eviction)).Code.ShouldBe(201);
        (await FieldAsync("pdb/web", ".status.disruptionsAllowed")).ShouldBe("1");
        (await FieldAsync($"pod/{pod}", ".metadata.deletionTimestamp")).ShouldBeEmpty();
        (await api.PostAsync(path, eviction)).Code.ShouldBe(201);
        (await KubectlAsync($"wait --for=delete pod/{pod} --timeout=60s")).Succeeds();

        (await KubectlAsync("delete pdb web")).Succeeds();
        (await KubectlAsync($"taint node {Cluster.Node} spot=yes:PreferNoSchedule")).Succeeds();
        (await KubectlAsync($"taint node {Cluster.Node} spot-")).Succeeds();
        (await KubectlAsync($"cordon {Cluster.Node}")).Succeeds().ShouldContain("cordoned");
        (await KubectlAsync($"drain {Cluster.Node} --pod-selector=app=web --delete-emptydir-data --timeout=60s")).Succeeds()
            .ShouldContain("drained");
        (await KubectlAsync($"uncordon {Cluster.Node}")).Succeeds();
    }
}
