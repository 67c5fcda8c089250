using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Machinery;

/// <summary>From creation to the last finalizer of a namespace.</summary>
[Trait("Category", "RealParts")]
public sealed class NamespaceTests(Cluster cluster) : ClusterTests(cluster)
{
    [Fact]
    public async Task New_namespace_is_labelled_active_and_furnished()
    {
        (await FieldAsync($"namespace/{Namespace}", ".metadata.labels.kubernetes\\.io/metadata\\.name")).ShouldBe(Namespace);
        (await FieldAsync($"namespace/{Namespace}", ".status.phase")).ShouldBe("Active");
        (await FieldAsync($"namespace/{Namespace}", ".spec.finalizers[*]")).ShouldBe("kubernetes");
        (await KubectlAsync("wait --for=create configmap/kube-root-ca.crt --timeout=60s")).Succeeds();
        (await FieldAsync("configmap/kube-root-ca.crt", ".data.ca\\.crt")).ShouldContain("BEGIN CERTIFICATE");
        (await KubectlAsync($"label namespace {Namespace} team=a")).Succeeds();
        (await KubectlAsync($"get namespaces --field-selector status.phase=Active -l team=a -o name")).Lines()
            .ShouldContain($"namespace/{Namespace}");
        (await KubectlAsync("patch", "namespace", Namespace, "--subresource=status", "--type=merge", "-p",
            """{"status":{"conditions":[{"type":"Seen","status":"True","reason":"R","message":"m"}]}}""")).Succeeds();
        (await FieldAsync($"namespace/{Namespace}", ".status.conditions[0].type")).ShouldBe("Seen");
    }

    [Fact]
    public async Task Deletion_empties_the_namespace_and_says_what_holds_it()
    {
        (await KubectlAsync("create configmap held")).Succeeds();
        (await KubectlAsync("create service clusterip gone --tcp=80:80")).Succeeds();
        (await KubectlAsync("""patch configmap held -p {"metadata":{"finalizers":["example.org/hold"]}}""")).Succeeds();
        (await KubectlAsync($"delete namespace {Namespace} --wait=false")).Succeeds();

        await WaitForFieldAsync(
            $"namespace/{Namespace}", ".status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")].status", s => s == "True");
        var conditions = JsonNode.Parse((await KubectlAsync($"get namespace {Namespace} -o json")).Succeeds())!["status"]!["conditions"]!
            .AsArray().ToDictionary(c => c!["type"]!.ToString(), c => c!["status"]!.ToString());
        conditions.Keys.Order().ShouldBe([
            "NamespaceContentRemaining", "NamespaceDeletionContentFailure", "NamespaceDeletionDiscoveryFailure",
            "NamespaceDeletionGroupVersionParsingFailure", "NamespaceFinalizersRemaining",
        ]);
        conditions["NamespaceContentRemaining"].ShouldBe("True");
        conditions["NamespaceDeletionDiscoveryFailure"].ShouldBe("False");
        (await KubectlAsync("get service -o name")).Succeeds().ShouldBeEmpty();
        (await KubectlAsync("create configmap late")).Fails().ShouldContain("because it is being terminated");

        (await KubectlAsync("""patch configmap held --type=merge -p {"metadata":{"finalizers":null}}""")).Succeeds();
        (await KubectlAsync($"wait --for=delete namespace/{Namespace} --timeout=60s")).Succeeds();
        (await KubectlAsync("create configmap later")).Fails().ShouldContain($"namespaces \"{Namespace}\" not found");
    }

    [SkippableFact]
    public async Task Pods_and_services_are_gone_when_the_namespace_is()
    {
        Skip.IfNot(Cluster.HasNode, "pods run in namespaces of the kernel: needs root");
        (await KubectlAsync($"run idle --image={Cluster.Pause}")).Succeeds();
        (await KubectlAsync("wait pod/idle --for=condition=Ready --timeout=60s")).Succeeds();
        (await KubectlAsync("expose pod idle --port=80")).Succeeds();
        (await KubectlAsync($"delete namespace {Namespace} --timeout=80s")).Succeeds();
        (await KubectlAsync($"create namespace {Namespace}")).Succeeds();
        (await KubectlAsync("get pods,services -o name")).Succeeds().ShouldBeEmpty();
    }
}
