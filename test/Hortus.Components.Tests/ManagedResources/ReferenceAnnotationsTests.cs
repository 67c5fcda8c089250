using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class ReferenceAnnotationsTests
{
    private static readonly PodSpec Everything = new()
    {
        ImagePullSecrets = [new LocalObjectReference { Name = "pull" }],
        Volumes =
        [
            new Volume { Name = "a", Secret = new SecretVolumeSource { SecretName = "volume" } },
            new Volume { Name = "b", ConfigMap = new ConfigMapVolumeSource { Name = "volume-map" } },
            new Volume
            {
                Name = "c",
                Projected = new ProjectedVolumeSource
                {
                    Sources =
                    [
                        new VolumeProjection { Secret = new SecretProjection { Name = "projected" } },
                        new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = "projected-map" } },
                        new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token" } },
                    ],
                },
            },
            new Volume { Name = "d", EmptyDir = new EmptyDirVolumeSource() },
        ],
        InitContainers = [new Container { Name = "i", EnvFrom = [From("init")], Env = [Value("init-value")] }],
        Containers = [new Container { Name = "c", EnvFrom = [From("main")], Env = [Value("main-value"), new EnvVar { Name = "PLAIN" }] }],
        EphemeralContainers = [new EphemeralContainer { Name = "e", EnvFrom = [From("debug")], Env = [Value("debug-value")] }],
    };

    private static readonly string[] Secrets =
        ["pull", "volume", "projected", "init", "init-value", "main", "main-value", "debug", "debug-value"];

    private static readonly string[] Maps =
    [
        "volume-map", "projected-map", "init-map", "init-value-map", "main-map", "main-value-map", "debug-map", "debug-value-map",
    ];

    private static readonly PodTemplateSpec Template = new() { Spec = Everything };

    public static TheoryData<KubernetesObject, int> Workloads => new()
    {
        { new Pod { Metadata = Named, Spec = Everything }, 1 },
        { new Deployment { Metadata = Named, Spec = new DeploymentSpec { Template = Template } }, 2 },
        { new StatefulSet { Metadata = Named, Spec = new StatefulSetSpec { Template = Template } }, 2 },
        { new DaemonSet { Metadata = Named, Spec = new DaemonSetSpec { Template = Template } }, 2 },
        { new Job { Metadata = Named, Spec = new JobSpec { Template = Template } }, 2 },
        {
            new CronJob
            {
                Metadata = Named,
                Spec = new CronJobSpec { JobTemplate = new JobTemplateSpec { Spec = new JobSpec { Template = Template } } },
            },
            3
        },
    };

    private static ObjectMeta Named => new() { Name = "one" };

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Everything_that_is_used_is_named_on_the_object_and_each_template(KubernetesObject workload, int places)
    {
        var wanted = Secrets.Select(name => (ResourceNames.SecretReference(name), name))
            .Concat(Maps.Select(name => (ResourceNames.ConfigMapReference(name), name)))
            .ToDictionary();

        var found = MetadataOf(ReferenceAnnotations.Mark(workload)).ToArray();

        found.Length.ShouldBe(places);
        found.ShouldAllBe(metadata => metadata.Annotations!.ToHashSet().SetEquals(wanted));
    }

    [Fact]
    public void What_is_used_no_longer_is_not_named_and_other_annotations_stay()
    {
        var before = new Dictionary<string, string> { [ResourceNames.SecretReference("old")] = "old", ["by"] = "somebody" };
        var pod = new Pod
        {
            Metadata = Named with { Annotations = before },
            Spec = new PodSpec { ImagePullSecrets = [new LocalObjectReference { Name = "new" }] },
        };

        ReferenceAnnotations.Mark(pod).Metadata.Annotations!.ShouldBe(
            new Dictionary<string, string> { [ResourceNames.SecretReference("new")] = "new", ["by"] = "somebody" }, ignoreOrder: true);
    }

    [Fact]
    public void Managed_resources_name_their_secrets()
    {
        var resource = new ManagedResource
        {
            Metadata = Named,
            Spec = new ManagedResourceSpec { SecretRefs = [new LocalObjectReference { Name = "manifests" }] },
        };

        ReferenceAnnotations.Mark(resource).Metadata.Annotations!.ShouldBe(
            new Dictionary<string, string> { [ResourceNames.SecretReference("manifests")] = "manifests" });
    }

    [Fact]
    public void Objects_that_use_nothing_stay_as_they_are()
    {
        var service = new Service { Metadata = Named };
        var pod = new Pod { Metadata = Named };

        ReferenceAnnotations.Mark(service).ShouldBeSameAs(service);
        ReferenceAnnotations.Mark(pod).Metadata.Annotations.ShouldBeNull();
    }

    private static EnvFromSource From(string name) => new()
    {
        SecretRef = new SecretEnvSource { Name = name },
        ConfigMapRef = new ConfigMapEnvSource { Name = name + "-map" },
    };

    private static EnvVar Value(string name) => new()
    {
        Name = "VALUE",
        ValueFrom = new EnvVarSource
        {
            SecretKeyRef = new SecretKeySelector { Name = name, Key = "key" },
            ConfigMapKeyRef = new ConfigMapKeySelector { Name = name + "-map", Key = "key" },
        },
    };

    private static IEnumerable<ObjectMeta> MetadataOf(KubernetesObject value) => value switch
    {
        Deployment item => [item.Metadata, item.Spec.Template.Metadata],
        StatefulSet item => [item.Metadata, item.Spec.Template.Metadata],
        DaemonSet item => [item.Metadata, item.Spec.Template.Metadata],
        Job item => [item.Metadata, item.Spec.Template.Metadata],
        CronJob item => [item.Metadata, item.Spec.JobTemplate.Metadata!, item.Spec.JobTemplate.Spec.Template.Metadata],
        _ => [value.Metadata],
    };
}
