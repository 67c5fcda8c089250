using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Integration;

[Trait("Category", "Integration")]
public sealed class WorkloadTests
{
    [Fact]
    public async Task Deployment_Created_RunsAndReportsAvailable()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(Samples.Deployment(3), cluster.Deadline);

        var done = await cluster.UntilAsync<Deployment>("web", IsComplete);

        Conditions.IsTrue(done.Status.Conditions, "Available").ShouldBeTrue();
        Conditions.Find(done.Status.Conditions, "Progressing")!.Reason.ShouldBe("NewReplicaSetAvailable");
        (await cluster.ListAsync<Pod>()).Count.ShouldBe(3);
        (await cluster.UntilAsync<Deployment>(
            "web", d => d.Metadata.Annotation("deployment.kubernetes.io/revision") == "1"))
            .ShouldNotBeNull();
    }

    [Fact]
    public async Task Deployment_NewTemplate_RollsToItAndBack()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(Samples.Deployment(3), cluster.Deadline);
        await cluster.UntilAsync<Deployment>("web", IsComplete);

        await cluster.MergeAsync<Deployment>("web", Samples.ImagePatch("v2"));
        await cluster.UntilAsync<Deployment>("web", d => IsComplete(d) && Revision(d) == "2");
        (await cluster.ListAsync<Pod>()).ShouldAllBe(p => p.Spec.Containers[0].Image == "v2");
        (await cluster.ListAsync<ReplicaSet>()).Count.ShouldBe(2);

        await cluster.MergeAsync<Deployment>("web", Samples.ImagePatch("v1"));
        await cluster.UntilAsync<Deployment>("web", d => IsComplete(d) && Revision(d) == "3");
        (await cluster.ListAsync<ReplicaSet>()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Deployment_BrokenTemplate_KeepsOldPodsServing()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(Samples.Deployment(4), cluster.Deadline);
        await cluster.UntilAsync<Deployment>("web", IsComplete);

        await cluster.MergeAsync<Deployment>("web", Samples.ImagePatch("broken"));
        var stuck = await cluster.UntilAsync<Deployment>(
            "web", d => d.Status.UpdatedReplicas == 2 && d.Status.ObservedGeneration == d.Metadata.Generation &&
                d.Status.Replicas == 5);
        stuck.Status.AvailableReplicas.ShouldBe(3);

        await cluster.MergeAsync<Deployment>("web", Samples.ImagePatch("v3"));
        await cluster.UntilAsync<Deployment>("web", IsComplete);
    }

    [Fact]
    public async Task Manager_RestartedDuringRollout_Converges()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(Samples.Deployment(6), cluster.Deadline);
        await cluster.UntilAsync<Deployment>("web", IsComplete);
        await cluster.MergeAsync<Deployment>("web", Samples.ImagePatch("v2"));
        await cluster.UntilAsync<Deployment>("web", d => d.Status.UpdatedReplicas > 0);
        await cluster.StopManagerAsync();

        cluster.StartManager();

        await cluster.UntilAsync<Deployment>("web", d => IsComplete(d) && Revision(d) == "2");
        (await cluster.ListAsync<Pod>()).Count(p => !p.Metadata.IsDeleting()).ShouldBe(6);
    }

    [Fact]
    public async Task StatefulSet_Created_StartsInOrderWithVolumesAndRolls()
    {
        var folder = Directory.CreateTempSubdirectory("hortus-volumes");
        try
        {
            await using var cluster = await Cluster.StartAsync(new() { LocalVolumePath = folder.FullName });
            var set = Samples.StatefulSet(3);
            await cluster.Client.CreateAsync(
                set with { Spec = set.Spec with { VolumeClaimTemplates = [Claim("data")] } }, cluster.Deadline);

            var done = await cluster.UntilAsync<StatefulSet>(
                "web", s => s.Status.AvailableReplicas == 3 && s.Status.CurrentRevision is { } r &&
                    r == s.Status.UpdateRevision);
            var pods = (await cluster.ListAsync<Pod>()).OrderBy(p => p.Metadata.Name).ToList();
            pods.Select(p => p.Metadata.Name).ShouldBe(["web-0", "web-1", "web-2"]);
            pods[1].Metadata.Label("statefulset.kubernetes.io/pod-name").ShouldBe("web-1");
            pods[1].Spec.Hostname.ShouldBe("web-1");
            (await cluster.ListAsync<PersistentVolumeClaim>()).ShouldAllBe(c => c.Status.Phase == "Bound");
            folder.GetDirectories().Length.ShouldBe(3);

            await cluster.MergeAsync<StatefulSet>("web", Samples.ImagePatch("v2"));
            await cluster.UntilAsync<StatefulSet>("web", s =>
                s.Status.UpdatedReplicas == 3 && s.Status.CurrentRevision == s.Status.UpdateRevision &&
                s.Status.CurrentRevision != done.Status.CurrentRevision && s.Status.ReadyReplicas == 3);

            await cluster.MergeAsync<StatefulSet>("web", """{"spec":{"replicas":1}}""");
            await cluster.GoneAsync<Pod>("web-1");
            (await cluster.ListAsync<Pod>()).Single().Metadata.Name.ShouldBe("web-0");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Claim_BoundThenDeleted_LosesVolumeAndFolder()
    {
        var folder = Directory.CreateTempSubdirectory("hortus-volumes");
        try
        {
            await using var cluster = await Cluster.StartAsync(new() { LocalVolumePath = folder.FullName });
            await cluster.Client.CreateAsync(Claim("data"), cluster.Deadline);
            var claim = await cluster.UntilAsync<PersistentVolumeClaim>("data", c => c.Status.Phase == "Bound");
            var volume = await cluster.UntilAsync<PersistentVolume>(
                claim.Spec.VolumeName!, v => v.Status.Phase == "Bound");
            var path = volume.Spec.HostPath!.Path;
            File.GetUnixFileMode(path).ShouldBe(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(Path.Combine(path, "state"), "x");

            await cluster.Client.DeleteAsync<PersistentVolumeClaim>(claim.Key, null, cluster.Deadline);

            await cluster.GoneAsync<PersistentVolumeClaim>("data");
            await cluster.GoneAsync<PersistentVolume>(volume.Key.Name);
            Directory.Exists(path).ShouldBeFalse();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Service_WithReadyPods_GetsEndpointsAndSlices()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(
            new Service
            {
                Metadata = new ObjectMeta { Name = "web", Namespace = Cluster.Space },
                Spec = new ServiceSpec
                {
                    Selector = Samples.Labels,
                    Ports = [new ServicePort { Port = 80, TargetPort = "http" }]
                },
            },
            cluster.Deadline);
        await cluster.Client.CreateAsync(Samples.Deployment(2), cluster.Deadline);

        var endpoints = await cluster.UntilAsync<Endpoints>("web", e => e.Subsets is [{ Addresses.Count: 2 }]);

        endpoints.Subsets![0].Ports!.Single().Port.ShouldBe(8080);
        await cluster.UntilAsync<Deployment>("web", IsComplete);
        await cluster.MergeAsync<Deployment>("web", """{"spec":{"replicas":0}}""");
        await cluster.UntilAsync<Endpoints>("web", e => e.Subsets is null or []);
        var slice = (await cluster.ListAsync<EndpointSlice>()).Last();
        slice.Metadata.Label("kubernetes.io/service-name").ShouldBe("web");
    }

    [Fact]
    public async Task Pod_ThatFitsNowhere_WaitsUntilANodeSuits()
    {
        await using var cluster = await Cluster.StartAsync();
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "big", Namespace = Cluster.Space },
            Spec = Samples.Template().Spec with { NodeSelector = new Dictionary<string, string> { ["disk"] = "fast" } },
        };
        await cluster.Client.CreateAsync(pod, cluster.Deadline);
        await cluster.UntilAsync<Pod>("big", p =>
            Conditions.Find(p.Status.Conditions, "PodScheduled") is { Status: "False", Reason: "Unschedulable" });

        await cluster.MergeAsync<Node>(Cluster.Node, """{"metadata":{"labels":{"disk":"fast"}}}""");

        (await cluster.UntilAsync<Pod>("big", p => p.Status.Phase == "Running")).Spec.NodeName.ShouldBe(Cluster.Node);
    }

    private static PersistentVolumeClaim Claim(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = Cluster.Space },
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            Resources = new VolumeResourceRequirements
            {
                Requests = new Dictionary<string, Quantity> { ["storage"] = Quantity.Parse("1Gi") },
            },
        },
    };

    private static string? Revision(Deployment deployment) =>
        deployment.Metadata.Annotation("deployment.kubernetes.io/revision");

    private static bool IsComplete(Deployment deployment) =>
        deployment.Status.ObservedGeneration == deployment.Metadata.Generation &&
        deployment.Status.UpdatedReplicas == deployment.Spec.Replicas &&
        deployment.Status.Replicas == deployment.Spec.Replicas &&
        deployment.Status.AvailableReplicas == deployment.Spec.Replicas;
}
