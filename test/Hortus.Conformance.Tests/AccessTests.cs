using System.Net;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Pki;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class AccessTests(Server server) : NamespacedTests(server)
{
    private Kubectl Tina => Server.WithToken("tina", ServerCredentials.TinasToken);

    [OwnServerFact]
    public async Task Denial_names_user_verb_resource_and_namespace()
    {
        (await Tina.RunAsync($"-n {Namespace} get pods")).Fails().ShouldContain(
            $"pods is forbidden: User \"tina\" cannot list resource \"pods\" in API group \"\" in the namespace \"{Namespace}\"");
        (await Tina.RunAsync("get nodes")).Fails().ShouldContain(
            "nodes is forbidden: User \"tina\" cannot list resource \"nodes\" in API group \"\" at the cluster scope");
        (await Tina.RunAsync($"-n {Namespace} delete deployment web")).Fails().ShouldContain(
            "deployments.apps \"web\" is forbidden: User \"tina\" cannot delete resource \"deployments\" in API group \"apps\"");
        (await Tina.RunAsync("get --raw /metrics")).Fails().ShouldContain("User \"tina\" cannot get path \"/metrics\"");
    }

    [OwnServerFact]
    public async Task Role_and_binding_allow_exactly_what_they_say()
    {
        (await KubectlAsync("create role reader --verb=get,list --resource=configmaps,deployments.apps")).Succeeds();
        (await KubectlAsync("create rolebinding reader --role=reader --group=gardeners")).Succeeds();
        (await KubectlAsync("create configmap c")).Succeeds();

        (await Tina.RunAsync($"-n {Namespace} get configmap c")).Succeeds();
        (await Tina.RunAsync($"-n {Namespace} auth can-i list deployments.apps")).Succeeds().ShouldBe("yes\n");
        (await Tina.RunAsync($"-n {Namespace} auth can-i create configmaps")).Output.ShouldBe("no\n");
        (await Tina.RunAsync("-n default auth can-i get configmaps")).Output.ShouldBe("no\n");
        (await Tina.RunAsync($"-n {Namespace} delete configmap c")).Fails().ShouldContain("cannot delete resource \"configmaps\"");
        (await Tina.RunAsync($"-n {Namespace} auth can-i --list")).Lines().ShouldContain("configmaps [] [] [get list]");
    }

    [OwnServerFact]
    public async Task Nobody_gives_rights_that_he_lacks()
    {
        (await KubectlAsync("create role granter --verb=create,get --resource=roles.rbac.authorization.k8s.io")).Succeeds();
        (await KubectlAsync("create rolebinding granter --role=granter --user=tina")).Succeeds();

        (await Tina.RunAsync($"-n {Namespace} create role all --verb=* --resource=secrets")).Fails()
            .ShouldContain("attempting to grant RBAC permissions not currently held");
    }

    [OwnServerFact]
    public async Task Who_somebody_is_comes_from_certificate_token_or_impersonation()
    {
        var who = (await Server.As("eva", Server.Credentials.ClientAuthority.Issue(CertificateSpec.Client("eva", "team:a")))
            .RunAsync("auth whoami")).Lines();
        who.ShouldContain("Username eva");
        who.ShouldContain("Groups [team:a system:authenticated]");
        (await Tina.RunAsync("auth whoami")).Lines().ShouldContain("Groups [gardeners system:authenticated]");
        (await Server.Admin.RunAsync("auth whoami --as=otto --as-group=g")).Lines().ShouldContain("Username otto");
        (await Tina.RunAsync("get nodes --as=otto")).Fails().ShouldContain("cannot impersonate resource \"users\"");
        (await Server.Admin.RunAsync($"auth can-i list pods --as=otto -n {Namespace}")).Output.ShouldBe("no\n");
    }

    [OwnServerFact]
    public async Task Credentials_that_prove_nothing_are_unauthorized()
    {
        var pki = Server.Credentials;
        var strangers = CertificateAuthority.Create("clients", CertificateAuthority.ValidityDefault, TimeProvider.System);
        var past = CertificateAuthority.Load(
            pki.ClientAuthority.CertificatePem, pki.ClientAuthority.PrivateKeyPem, new Yesterday(TimeSpan.FromDays(3)));
        var expired = past.Issue(CertificateSpec.Client("admin", "system:masters") with { Validity = TimeSpan.FromDays(1) });
        var serverOnly = pki.ClientAuthority.Issue(CertificateSpec.Server("admin", "127.0.0.1"));

        await ShouldBeUnauthorizedAsync(strangers.Issue(CertificateSpec.Client("admin", "system:masters")), null);
        await ShouldBeUnauthorizedAsync(expired, null);
        await ShouldBeUnauthorizedAsync(serverOnly, null);
        await ShouldBeUnauthorizedAsync(null, "made-up");
        await ShouldBeUnauthorizedAsync(null, await ForgedTokenAsync());
    }

    [OwnServerFact]
    public async Task Nobody_in_particular_may_ask_for_health_and_version_only()
    {
        using var http = Server.Http(null);
        (await http.GetAsync(new Uri("readyz", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync(new Uri("version", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var denied = await http.GetAsync(new Uri("api/v1/pods", UriKind.Relative));
        denied.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await denied.Content.ReadAsStringAsync()).ShouldContain("system:anonymous");
    }

    /// <summary>A true token whose subject was changed, with the old signature.</summary>
    private async Task<string> ForgedTokenAsync()
    {
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        var parts = (await KubectlAsync("create token robot")).Succeeds().Trim().Split('.');
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
        claims["sub"] = $"system:serviceaccount:kube-system:admin";
        parts[1] = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return string.Join('.', parts);
    }

    private async Task ShouldBeUnauthorizedAsync(CertificateKeyPair? client, string? token)
    {
        using var http = Server.Http(client, token);
        using var response = await http.GetAsync(new Uri("api/v1/namespaces", UriKind.Relative));
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["reason"]!.GetValue<string>().ShouldBe("Unauthorized");
    }

    private sealed class Yesterday(TimeSpan ago) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - ago;
    }
}
