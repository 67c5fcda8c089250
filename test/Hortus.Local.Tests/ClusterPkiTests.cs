using System.Security.Cryptography.X509Certificates;
using Hortus.Client;
using Hortus.Local.Bootstrap;
using Hortus.Pki;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Local.Tests;

public sealed class ClusterPkiTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly StateDirectory state;

    public ClusterPkiTests()
    {
        state = new StateDirectory(folder["state"]);
        state.Create(1);
        Ensure();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_second_start_takes_everything_over()
    {
        var before = Contents();

        Ensure();

        Contents().ShouldBe(before);
    }

    [Fact]
    public void No_file_is_readable_by_others()
    {
        foreach (var file in Directory.GetFiles(state.Runtime.Pki).Append(state.Runtime.Kubeconfig))
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    [Fact]
    public void Before_four_fifths_of_their_life_nothing_is_renewed()
    {
        var before = Contents();
        time.Advance(CertificateSpec.ValidityDefault * 0.75);

        Ensure();

        Contents().ShouldBe(before);
    }

    [Fact]
    public void Old_certificates_are_renewed_under_the_same_authority_and_keys_of_tokens_stay()
    {
        var before = Contents();
        time.Advance(CertificateSpec.ValidityDefault * 0.85);

        Ensure();

        var after = Contents();
        foreach (var kept in new[] { ClusterPki.CaCertificate, ClusterPki.CaKey, ClusterPki.ServiceAccountKey, ClusterPki.ServiceAccountPublicKey })
        {
            after[kept].ShouldBe(before[kept], kept);
        }

        foreach (var renewed in before.Keys.Where(name => name.StartsWith("apiserver", StringComparison.Ordinal)
            || name.EndsWith(".kubeconfig", StringComparison.Ordinal) || name == "runtime.yaml"))
        {
            after[renewed].ShouldNotBe(before[renewed], renewed);
        }
    }

    [Fact]
    public void Another_port_changes_the_users_kubeconfig_and_no_other_file()
    {
        var before = Contents();

        new ClusterPki(state.Runtime, time).Ensure(7443);

        var after = Contents();
        after.Keys.Where(name => after[name] != before[name]).ShouldBe(["runtime.yaml"]);
        KubeConfig.Load(state.Runtime.Kubeconfig).Clusters[0].Server.ShouldBe("https://127.0.0.1:7443");
    }

    [Fact]
    public void A_lost_certificate_is_made_again()
    {
        File.Delete(Path.Combine(state.Runtime.Pki, ClusterPki.ServerCertificate));

        Ensure();

        Read(ClusterPki.ServerCertificate).Subject.ShouldBe("CN=kube-apiserver");
    }

    [Theory]
    [InlineData(LocalNetwork.RuntimeServerName)]
    [InlineData("kubernetes.default.svc")]
    [InlineData("localhost")]
    public void The_server_certificate_carries_the_names_that_clients_use(string name)
    {
        Read(ClusterPki.ServerCertificate).MatchesHostname(name).ShouldBeTrue();
    }

    [Theory]
    [InlineData("172.18.0.2")]
    [InlineData("10.2.0.1")]
    [InlineData("127.0.0.1")]
    public void The_server_certificate_carries_the_addresses_that_clients_use(string address)
    {
        Read(ClusterPki.ServerCertificate).MatchesHostname(address).ShouldBeTrue();
    }

    [Fact]
    public void Users_reach_the_runtime_cluster_through_the_front_door_as_administrators()
    {
        var config = KubeConfig.Load(state.Runtime.Kubeconfig);

        config.Clusters[0].Server.ShouldBe("https://127.0.0.1:6443");
        config.Clusters[0].TlsServerName.ShouldBe(LocalNetwork.RuntimeServerName);
        Subject(config).ShouldBe(("kubernetes-admin", "system:masters"));
    }

    [Fact]
    public void The_kubelet_is_a_node_and_not_an_administrator()
    {
        var config = KubeConfig.Load(state.Runtime.KubeletKubeconfig);

        Subject(config).ShouldBe(("system:node:" + LocalCluster.Runtime.NodeName, "system:nodes"));
    }

    private static (string, string) Subject(KubeConfig config)
    {
        var subject = CertificateSubject.Of(Pem.ReadCertificate(config.Users[0].ClientCertificatePem!));
        return (subject.CommonName, subject.Organizations.ShouldHaveSingleItem());
    }

    private X509Certificate2 Read(string name) => Pem.ReadCertificate(File.ReadAllText(Path.Combine(state.Runtime.Pki, name)));

    private void Ensure() => new ClusterPki(state.Runtime, time).Ensure(6443);

    private SortedDictionary<string, string> Contents() => new(
        Directory.GetFiles(state.Runtime.Pki).Append(state.Runtime.Kubeconfig).ToDictionary(file => Path.GetFileName(file), File.ReadAllText));
}
