using System.Text;
using Hortus.Client;
using Hortus.Tokens;

namespace Hortus.ResourceManager.Tests.Tokens;

/// <summary>The token in a kubeconfig.</summary>
public sealed class AccessKubeconfigTests
{
    internal const string Two = """
        apiVersion: v1
        kind: Config
        preferences: {colors: true}
        current-context: second
        contexts:
        - {name: first, context: {cluster: a, user: one}}
        - {name: second, context: {cluster: b, user: two, namespace: here}}
        clusters:
        - {name: a, cluster: {server: "https://a"}}
        - {name: b, cluster: {server: "https://b", proxy-url: "http://proxy"}}
        users:
        - {name: one, user: {token: first}}
        - {name: two, user: {}}
        """;

    [Fact]
    public void Only_the_user_and_the_cluster_of_the_current_context_change()
    {
        var written = Encoding.UTF8.GetString(Parse(Two).With("new", "PEM"));

        var config = KubeConfig.Parse(written, null);
        config.Users.Select(u => u.Token).ShouldBe(["first", "new"]);
        config.Clusters.Select(c => c.CertificateAuthorityPem).ShouldBe([null, "PEM"]);
        config.Contexts[1].Namespace.ShouldBe("here");
        written.ShouldContain("proxy-url");
        written.ShouldContain("colors: true");
        Parse(written).Token.ShouldBe("new");
        Parse(written).Authority.ShouldBe("PEM");
    }

    [Fact]
    public void JSON_is_read_too_and_authorities_stay_when_none_are_given()
    {
        const string json = """
            {"current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
             "clusters":[{"name":"c","cluster":{"certificate-authority-data":"UEVN"}}],"users":[{"name":"u"}]}
            """;
        Parse(json).Token.ShouldBeNull();

        var written = AccessKubeconfig.Parse(Parse(json).With("new", null));

        written.Token.ShouldBe("new");
        written.Authority.ShouldBe("PEM");
    }

    [Theory]
    [InlineData("", "no YAML object")]
    [InlineData("- a", "no YAML object")]
    [InlineData("{a: b: secret}", "no YAML object")]
    [InlineData("{}", "no current-context")]
    [InlineData("current-context: c", "no \"c\" in contexts")]
    [InlineData("{current-context: c, contexts: [{name: c}]}", "no \"\" in users")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {user: u}}], users: [{name: u}]}", "no \"\" in clusters")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {user: u}}], users: [{name: other}]}", "no \"u\" in users")]
    public void What_is_no_kubeconfig_is_named_without_its_content(string content, string fault)
    {
        var message = Should.Throw<TokenOrderException>(() => Parse(content)).Message;

        message.ShouldContain("data.kubeconfig");
        message.ShouldContain(fault);
        message.ShouldNotContain("secret");
    }

    private static AccessKubeconfig Parse(string content) => AccessKubeconfig.Parse(Encoding.UTF8.GetBytes(content));
}
