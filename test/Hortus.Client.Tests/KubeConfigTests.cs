using Hortus.Pki;

namespace Hortus.Client.Tests;

public sealed class KubeConfigTests
{
    private const string Yaml = """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: c1
          cluster:
            server: https://10.0.0.1:6443
            certificate-authority: pki/ca.crt
            tls-server-name: kubernetes
        contexts:
        - {name: dev, context: {cluster: c1, user: u1, namespace: garden}}
        - {name: lost, context: {cluster: gone, user: u1}}
        - {name: cloud, context: {cluster: c1, user: plugged}}
        users:
        - name: u1
          user:
            token: "12345"
            extra: [kept, out]
        - name: plugged
          user:
            exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}
        """;

    [Fact]
    public void A_context_joins_cluster_and_user()
    {
        var config = KubeConfig.Parse(Yaml, null) with
        {
            Clusters = [new KubeConfigCluster { Name = "c1", Server = "https://10.0.0.1:6443", TlsServerName = "kubernetes" }],
        };

        var connection = config.Connect();

        connection.Server.ShouldBe(new Uri("https://10.0.0.1:6443"));
        connection.Token.ShouldBe("12345");
        connection.Namespace.ShouldBe("garden");
        connection.TlsServerName.ShouldBe("kubernetes");
    }

    [Fact]
    public void Relative_paths_start_at_the_files_folder() =>
        KubeConfig.Parse(Yaml, "/etc/hortus").Clusters[0].CertificateAuthorityFile.ShouldBe("/etc/hortus/pki/ca.crt");

    [Theory]
    [InlineData("lost", "kubeconfig context \"lost\" names cluster \"gone\", which is missing")]
    [InlineData("other", "kubeconfig has no context \"other\"")]
    [InlineData("cloud", "kubeconfig user \"plugged\" asks for the plug-in \"exec aws\", which is not supported: " +
        "use a token, a token file or a client certificate")]
    [InlineData("dev", "kubeconfig refers to pki/ca.crt, which cannot be read")]
    public void An_unusable_context_says_what_is_wrong(string context, string message) =>
        Should.Throw<KubeConfigException>(
            () => KubeConfig.Parse(Yaml, null).Connect(context)).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("", "kubeconfig is empty")]
    [InlineData("- a", "kubeconfig is empty or no mapping")]
    [InlineData("a: [", "kubeconfig is not YAML: line ")]
    [InlineData("users: [{user: {}}]", "kubeconfig users: line 1: want a mapping with a name")]
    [InlineData(
        "users: [{name: a, user: {client-key-data: '%'}}]", "kubeconfig users[a].client-key-data is not base64")]
    public void A_text_that_is_no_kubeconfig_is_refused(string yaml, string message) =>
        Should.Throw<KubeConfigException>(() => KubeConfig.Parse(yaml, null)).Message.ShouldStartWith(message);

    [Fact]
    public void What_is_written_reads_the_same()
    {
        var authority = CertificateAuthority.Create("ca", TimeSpan.FromDays(1), TimeProvider.System);
        var pair = authority.Issue(CertificateSpec.Client("admin", "system:masters"));
        var written = KubeConfig.ForClientCertificate(
            "garden \"x\"", "https://[::1]:6443", authority.CertificatePem, pair.CertificatePem, pair.PrivateKeyPem);

        var read = KubeConfig.Parse(written.ToYaml(), null);

        read.Clusters.ShouldBe(written.Clusters);
        read.Users.ShouldBe(written.Users);
        read.Contexts.ShouldBe(written.Contexts);
        read.Connect().ClientKeyPem.ShouldBe(pair.PrivateKeyPem);
    }

    [Fact]
    public void A_user_without_credentials_can_be_written()
    {
        var yaml = KubeConfig.ForToken("a", "http://localhost:1", null, "t").ToYaml();
        var bare = KubeConfig.Parse(yaml, null) with { Users = [new KubeConfigUser { Name = "a" }] };

        KubeConfig.Parse(bare.ToYaml(), null).Users.ShouldBe(bare.Users);
    }

    [Fact]
    public void Of_several_files_the_first_that_names_something_wins()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var one = Path.Combine(folder, "one");
            var two = Path.Combine(folder, "two");
            File.WriteAllText(one, KubeConfig.ForToken("a", "https://one", null, "t1").ToYaml());
            File.WriteAllText(two, KubeConfig.ForToken("a", "https://two", null, "t2").ToYaml());

            var merged = KubeConfig.LoadMerged(
                $"{one}{Path.PathSeparator}{Path.Combine(folder, "absent")}{Path.PathSeparator}{two}");

            merged.Connect().Token.ShouldBe("t1");
            merged.Clusters.Count.ShouldBe(1);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Secrets_do_not_show_when_printed()
    {
        var config = KubeConfig.ForToken("a", "https://one", null, "s3cret");

        $"{config} {config.Users[0]} {config.Connect()}".ShouldNotContain("s3cret");
    }
}
