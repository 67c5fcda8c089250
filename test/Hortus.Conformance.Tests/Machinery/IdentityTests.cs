using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Conformance.Tests.Sessions;

namespace Hortus.Conformance.Tests.Machinery;

/// <summary>Tokens and certificates that a cluster gives, and what ends them.</summary>
[Trait("Category", "RealParts")]
public sealed class IdentityTests(Cluster cluster) : ClusterTests(cluster)
{
    [OwnServerFact]
    public async Task Token_bound_to_a_secret_ends_with_it()
    {
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        (await KubectlAsync("create secret generic anchor")).Succeeds();
        var token = (await KubectlAsync("create token robot --bound-object-kind=Secret --bound-object-name=anchor")).Succeeds().Trim();
        (await WhoAsync(token)).ShouldBe($"system:serviceaccount:{Namespace}:robot");
        (await KubectlAsync("delete secret anchor")).Succeeds();
        await WaitUntilRefusedAsync(token);
    }

    [OwnServerFact]
    public async Task Token_of_an_account_made_anew_is_another_ones()
    {
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        var token = (await KubectlAsync("create token robot")).Succeeds().Trim();
        (await KubectlAsync("delete serviceaccount robot")).Succeeds();
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        await WaitUntilRefusedAsync(token);
    }

    [OwnServerFact]
    public async Task Secret_of_type_token_is_filled_and_ends_with_its_account()
    {
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        (await PipeAsync("""
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/service-account-token
            metadata: {name: robot-token, annotations: {kubernetes.io/service-account.name: robot}}
            """, "create -f -")).Succeeds();
        var encoded = await WaitForFieldAsync("secret/robot-token", ".data.token", t => t.Length > 0);
        var token = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        (await WhoAsync(token)).ShouldBe($"system:serviceaccount:{Namespace}:robot");
        (await FieldAsync("secret/robot-token", ".data.namespace")).ShouldNotBeEmpty();
        (await FieldAsync("secret/robot-token", ".data.ca\\.crt")).ShouldNotBeEmpty();
        (await KubectlAsync("delete serviceaccount robot")).Succeeds();
        (await KubectlAsync("wait --for=delete secret/robot-token --timeout=60s")).Succeeds();
        await WaitUntilRefusedAsync(token);
    }

    [OwnServerFact]
    public async Task Bootstrap_token_lets_a_node_ask_for_its_certificate_until_it_is_deleted()
    {
        (await PipeAsync("""
            apiVersion: v1
            kind: Secret
            type: bootstrap.kubernetes.io/token
            metadata: {name: bootstrap-token-abcdef, namespace: kube-system}
            stringData: {token-id: abcdef, token-secret: 0123456789abcdef, usage-bootstrap-authentication: "true"}
            """, "create --namespace=kube-system -f -")).Succeeds();
        const string Token = "abcdef.0123456789abcdef";
        (await WhoAsync(Token)).ShouldBe("system:bootstrap:abcdef");
        (await Cluster.Admin.RunAsync($"delete secret bootstrap-token-abcdef -n kube-system")).Succeeds();
        await WaitUntilRefusedAsync(Token);
    }

    [Fact]
    public async Task Kubelet_s_request_is_signed_only_in_its_form()
    {
        var name = Namespace + "-kubelet";
        (await PipeAsync($$"""
            apiVersion: certificates.k8s.io/v1
            kind: CertificateSigningRequest
            metadata: {name: {{name}}}
            spec:
              request: {{CertificateRequests.Client("somebody")}}
              signerName: kubernetes.io/kube-apiserver-client-kubelet
              usages: [client auth, digital signature]
            """, "create -f -")).Succeeds();
        (await KubectlAsync($"certificate approve {name}")).Succeeds();
        await WaitForFieldAsync($"csr/{name}", ".status.conditions[?(@.type==\"Failed\")].status", s => s == "True");
        (await FieldAsync($"csr/{name}", ".status.certificate")).ShouldBeEmpty();
        (await KubectlAsync($"delete csr {name}")).Succeeds();
    }

    private async Task<string> WhoAsync(string token)
    {
        var review = (await Server.WithToken("bearer-" + Namespace, token).RunAsync("auth whoami -o json")).Succeeds();
        return JsonNode.Parse(review)!["status"]!["userInfo"]!["username"]!.ToString();
    }

    private Task<string> WaitUntilRefusedAsync(string token) => Cluster.WaitAsync(
        async () => (await Server.WithToken("bearer-" + Namespace, token).RunAsync("auth whoami")) is { ExitCode: not 0 } refused
            && refused.Error.Contains("Unauthorized", StringComparison.Ordinal) ? "" : null,
        "the token is refused");
}
