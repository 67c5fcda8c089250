using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.KubeControllers.Tests.Integration;

[Trait("Category", "Integration")]
public sealed class BatchAndNodeTests
{
    [Fact]
    public async Task Job_WhosePodsSucceed_CompletesAndExpires()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(Job("done", completions: 2), cluster.Deadline);

        var done = await cluster.UntilAsync<Job>("work", j => Conditions.IsTrue(j.Status.Conditions, "Complete"));
        done.Status.Succeeded.ShouldBe(2);

        await cluster.MergeAsync<Job>("work", """{"spec":{"ttlSecondsAfterFinished":0}}""");
        await cluster.GoneAsync<Job>("work");
        (await cluster.ListAsync<Pod>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_WhosePodFailsBeyondTheLimit_Fails()
    {
        await using var cluster = await Cluster.StartAsync();
        var job = Job("fails", completions: 1);
        await cluster.Client.CreateAsync(job with { Spec = job.Spec with { BackoffLimit = 0 } }, cluster.Deadline);

        var failed = await cluster.UntilAsync<Job>("work", j => Conditions.IsTrue(j.Status.Conditions, "Failed"));

        Conditions.Find(failed.Status.Conditions, "Failed")!.Reason.ShouldBe("BackoffLimitExceeded");
    }

    [Fact]
    public async Task DaemonSet_RunsOnEachSuitableNode_AndRolls()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.AddNodeAsync("node-2");
        await cluster.Client.CreateAsync(
            new DaemonSet
            {
                Metadata = new ObjectMeta { Name = "agent", Namespace = Cluster.Space },
                Spec = new DaemonSetSpec
                {
                    Selector = new LabelSelector { MatchLabels = Samples.Labels },
                    Template = Samples.Template(),
                },
            },
            cluster.Deadline);
        await cluster.UntilAsync<DaemonSet>("agent", d => d.Status.NumberAvailable == 2);
        (await cluster.ListAsync<Pod>()).Select(p => p.Spec.NodeName).ShouldBe(
            [Cluster.Node, "node-2"], ignoreOrder: true);

        await cluster.MergeAsync<DaemonSet>("agent", Samples.ImagePatch("v2"));
        await cluster.UntilAsync<DaemonSet>(
            "agent", d => d.Status is { UpdatedNumberScheduled: 2, NumberAvailable: 2 });

        await cluster.AddNodeAsync("node-3");
        await cluster.UntilAsync<DaemonSet>("agent", d => d.Status.NumberAvailable == 3);
    }

    [Fact]
    public async Task Nodes_GetDistinctRanges_AlsoAfterARestart()
    {
        await using var cluster =
            await Cluster.StartAsync(new() { AllocateNodeCidrs = true, ClusterCidr = "10.3.0.0/16" });
        var first = await cluster.UntilAsync<Node>(Cluster.Node, n => n.Spec.PodCIDR is not null);
        first.Spec.PodCIDR.ShouldBe("10.3.0.0/24");
        await cluster.StopManagerAsync();
        cluster.StartManager();

        await cluster.AddNodeAsync("node-2");

        (await cluster.UntilAsync<Node>("node-2", n => n.Spec.PodCIDR is not null)).Spec.PodCIDR.ShouldBe(
            "10.3.1.0/24");
    }

    [Fact]
    public async Task KubeletRequest_IsApprovedAndSigned()
    {
        var folder = Directory.CreateTempSubdirectory("hortus-ca");
        try
        {
            var authority = CertificateAuthority.Create("test-ca", TimeSpan.FromDays(1), TimeProvider.System);
            var certificate = Path.Combine(folder.FullName, "ca.crt");
            var key = Path.Combine(folder.FullName, "ca.key");
            await File.WriteAllTextAsync(certificate, authority.CertificatePem);
            await File.WriteAllTextAsync(key, authority.PrivateKeyPem);
            await using var cluster = await Cluster.StartAsync(
                new() { ClusterSigningCertFile = certificate, ClusterSigningKeyFile = key, RootCaFile = certificate });
            var asked = SigningRequest.Create(CertificateSpec.Client("system:node:node-1", "system:nodes"));
            await cluster.Client.CreateAsync(
                new CertificateSigningRequest
                {
                    Metadata = new ObjectMeta { Name = "node-csr" },
                    Spec = new CertificateSigningRequestSpec
                    {
                        Request = Encoding.UTF8.GetBytes(asked.RequestPem),
                        SignerName = "kubernetes.io/kube-apiserver-client-kubelet",
                        Usages = ["digital signature", "client auth"],
                    },
                },
                cluster.Deadline);

            var signed = await cluster.UntilAsync<CertificateSigningRequest>(
                "node-csr", r => r.Status.Certificate is not null);

            using var read = Pem.ReadCertificate(Encoding.UTF8.GetString(signed.Status.Certificate!));
            read.Subject.ShouldContain("system:node:node-1");
            (await cluster.UntilAsync<ConfigMap>("kube-root-ca.crt", _ => true)).Data!["ca.crt"].ShouldBe(
                authority.CertificatePem);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task TokenSecret_IsFilled_AndGoesWithItsAccount()
    {
        var folder = Directory.CreateTempSubdirectory("hortus-sa");
        try
        {
            var key = Path.Combine(folder.FullName, "sa.key");
            await File.WriteAllTextAsync(key, SigningKeyPair.Create().PrivateKeyPem);
            await using var cluster = await Cluster.StartAsync(new() { ServiceAccountPrivateKeyFile = key });
            await cluster.Client.CreateAsync(
                new ServiceAccount { Metadata = new ObjectMeta { Name = "robot", Namespace = Cluster.Space } },
                    cluster.Deadline);
            await cluster.Client.CreateAsync(
                new Secret
                {
                    Metadata = new ObjectMeta
                    {
                        Name = "robot-token",
                        Namespace = Cluster.Space,
                        Annotations = new Dictionary<string,
                            string>
                        { ["kubernetes.io/service-account.name"] = "robot" },
                    },
                    Type = "kubernetes.io/service-account-token",
                },
                cluster.Deadline);

            var filled = await cluster.UntilAsync<Secret>("robot-token", s => s.Data?.ContainsKey("token") == true);
            Encoding.UTF8.GetString(filled.Data!["namespace"]).ShouldBe(Cluster.Space);
            Encoding.UTF8.GetString(filled.Data["token"]).Split('.').Length.ShouldBe(3);

            await cluster.Client.DeleteAsync<ServiceAccount>(new(Cluster.Space, "robot"), null, cluster.Deadline);
            await cluster.GoneAsync<Secret>("robot-token");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Pod_OfANodeThatIsGone_IsCollected()
    {
        await using var cluster = await Cluster.StartAsync();
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "stray", Namespace = Cluster.Space },
            Spec = Samples.Template().Spec with { NodeName = "never-there" },
        };
        await cluster.Client.CreateAsync(pod, cluster.Deadline);

        await cluster.GoneAsync<Pod>("stray");
    }

    [Fact]
    public async Task Budget_CountsWhatMayGo()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(
            new PodDisruptionBudget
            {
                Metadata = new ObjectMeta { Name = "web", Namespace = Cluster.Space },
                Spec = new PodDisruptionBudgetSpec
                {
                    MaxUnavailable = 1,
                    Selector = new LabelSelector { MatchLabels = Samples.Labels },
                },
            },
            cluster.Deadline);
        await cluster.Client.CreateAsync(Samples.Deployment(3), cluster.Deadline);

        await cluster.UntilAsync<PodDisruptionBudget>(
            "web", b => b.Status is { DisruptionsAllowed: 1, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3 });
    }

    private static Job Job(string image, int completions) => new()
    {
        Metadata = new ObjectMeta { Name = "work", Namespace = Cluster.Space },
        Spec = new JobSpec
        {
            Completions = completions,
            Template = Samples.Template(
                image) with
            { Spec = Samples.Template(image).Spec with { RestartPolicy = "Never" } },
        },
    };
}
