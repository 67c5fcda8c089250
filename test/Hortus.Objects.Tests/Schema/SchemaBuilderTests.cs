using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects.Calico;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Schema;

public class SchemaBuilderTests
{
    [Fact]
    public void Pod_HasTheShapeOfTheApi()
    {
        var pod = SchemaBuilder.For(typeof(Pod));
        var spec = pod.Properties["spec"];

        pod.ComponentName.ShouldBe("io.k8s.api.core.v1.Pod");
        pod.Properties.Keys.Take(3).ShouldBe(["apiVersion", "kind", "metadata"]);
        pod.Properties.Keys.ShouldNotContain("unknownFields");
        pod.Properties.Keys.ShouldNotContain("key");
        pod.Properties["metadata"].ComponentName.ShouldBe("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        spec.ComponentName.ShouldBe("io.k8s.api.core.v1.PodSpec");
        spec.Required.ShouldBe(["containers"]);
        spec.Properties["restartPolicy"].Default!.GetValue<string>().ShouldBe("Always");
        spec.Properties["restartPolicy"].Enum.Count.ShouldBe(3);
        spec.Properties["terminationGracePeriodSeconds"].Default!.GetValue<int>().ShouldBe(30);
        spec.Properties["terminationGracePeriodSeconds"].Format.ShouldBe("int64");
    }

    [Fact]
    public void PodLists_AreMergedByTheirKeys()
    {
        var spec = SchemaBuilder.For(typeof(PodSpec));

        var volumes = spec.Properties["volumes"];
        volumes.ListType.ShouldBe("map");
        volumes.ListMapKeys.ShouldBe(["name"]);
        volumes.PatchStrategy.ShouldBe("merge,retainKeys");
        volumes.PatchMergeKey.ShouldBe("name");
        var ports = spec.Properties["containers"].Items!.Properties["ports"];
        ports.ListMapKeys.ShouldBe(["containerPort", "protocol"]);
        ports.Items!.Properties.Keys.ShouldContain("containerPort");
        spec.Properties["tolerations"].ListType.ShouldBe("atomic");
        spec.Properties["nodeSelector"].MapType.ShouldBe("atomic");
        SchemaBuilder.For(typeof(ObjectMeta)).Properties["finalizers"].ListType.ShouldBe("set");
    }

    [Fact]
    public void Deployment_BorrowsPodTypesFromCoreAndNamesItsOwn()
    {
        var spec = SchemaBuilder.For(typeof(Deployment)).Properties["spec"];

        spec.ComponentName.ShouldBe("io.k8s.api.apps.v1.DeploymentSpec");
        spec.Properties["template"].ComponentName.ShouldBe("io.k8s.api.core.v1.PodTemplateSpec");
        spec.Properties["selector"].MapType.ShouldBe("atomic");
        var rolling = spec.Properties["strategy"].Properties["rollingUpdate"];
        rolling.Properties["maxSurge"].IntOrString.ShouldBeTrue();
        rolling.Properties["maxSurge"].Type.ShouldBeNull();
        spec.Properties["replicas"].Default!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void Scalars_HaveTypeAndFormat()
    {
        SchemaBuilder.For(typeof(DateTimeOffset?)).Format.ShouldBe("date-time");
        SchemaBuilder.For(typeof(Secret)).Properties["data"].AdditionalProperties!.Format.ShouldBe("byte");
        SchemaBuilder.For(typeof(ResourceRequirements)).Properties["limits"].AdditionalProperties!.IntOrString.ShouldBeTrue();
        SchemaBuilder.For(typeof(ControllerRevision)).Properties["data"].PreserveUnknownFields.ShouldBeTrue();
        SchemaBuilder.For(typeof(ControllerRevision)).Properties["data"].EmbeddedResource.ShouldBeFalse();
        SchemaBuilder.For(typeof(ContainerStateRunning)).Properties["startedAt"].Type.ShouldBe("string");
    }

    [Fact]
    public void TypeThatContainsItself_TakesAnyObjectThere()
    {
        var schema = SchemaBuilder.For(typeof(JSONSchemaProps));

        schema.Properties["properties"].AdditionalProperties!.PreserveUnknownFields.ShouldBeTrue();
        schema.Properties["items"].PreserveUnknownFields.ShouldBeTrue();
        schema.Properties["x-kubernetes-list-map-keys"].Items!.Type.ShouldBe("string");
    }

    [Fact]
    public void Renamed_TypesKeepUpstreamsComponentName()
    {
        SchemaBuilder.For(typeof(DiscoveryEndpointPort)).ComponentName.ShouldBe("io.k8s.api.discovery.v1.EndpointPort");
        SchemaBuilder.For(typeof(KubernetesList<Pod>)).ComponentName.ShouldBe("io.k8s.api.core.v1.PodList");
        SchemaBuilder.For(typeof(CustomResourceDefinition)).ComponentName.ShouldBe(
            "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition");
    }

    [Fact]
    public void Descriptions_ComeFromTheDocumentationOfTheTypes()
    {
        var spec = SchemaBuilder.For(typeof(PodSpec));

        spec.Description.ShouldBe("What a pod should be.");
        spec.Properties["nodeName"].Description.ShouldBe("Node that runs the pod; absent until it is scheduled.");
        spec.Properties["affinity"].Description.ShouldBe("Rules on which nodes a pod may or should run.");
    }

    [Fact]
    public void EveryKind_CanBeSpelledOutInFull()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            var schema = JSONSchemaProps.From(SchemaBuilder.For(kind));
            schema.Properties!.Keys.ShouldContain("metadata", kind.Name);
        }
    }

    [Fact]
    public void EveryPatchMergeKey_IsAFieldOfTheItems()
    {
        var seen = new HashSet<string>();
        foreach (var kind in BuiltInKinds.All)
        {
            Check(SchemaBuilder.For(kind), kind.Name, seen);
        }

        static void Check(SchemaNode node, string path, HashSet<string> seen)
        {
            if (node.ComponentName is { } name && !seen.Add(name))
            {
                return;
            }

            foreach (var key in node.ListMapKeys.Append(node.PatchMergeKey).OfType<string>())
            {
                node.Items!.Properties.Keys.ShouldContain(key, path);
            }

            foreach (var (field, child) in node.Properties)
            {
                Check(child, $"{path}.{field}", seen);
            }

            if ((node.Items ?? node.AdditionalProperties) is { } element)
            {
                Check(element, path + "[]", seen);
            }
        }
    }

    [Fact]
    public void CustomResource_HasBareMetadata()
    {
        var schema = SchemaBuilder.ForCustomResource(typeof(IPPool));

        schema.Properties["metadata"].Properties.ShouldBeEmpty();
        schema.Properties["spec"].Required.ShouldBe(["cidr"]);
        schema.ComponentName.ShouldBeNull();
    }

    [Fact]
    public void Schema_WrittenIntoADefinitionAndReadBack_IsTheSame()
    {
        var written = JSONSchemaProps.From(SchemaBuilder.ForCustomResource(typeof(Deployment)));
        var read = JSONSchemaProps.From(KubernetesJson.Deserialize<JSONSchemaProps>(KubernetesJson.Serialize(written)).ToSchemaNode());

        JsonNode.DeepEquals(KubernetesJson.ToNode(read), KubernetesJson.ToNode(written)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"additionalProperties":true}""", true)]
    [InlineData("""{"additionalProperties":false}""", false)]
    public void AdditionalProperties_AsBoolean_MeansAnyOrNone(string json, bool any)
    {
        var props = KubernetesJson.Deserialize<JSONSchemaProps>(System.Text.Encoding.UTF8.GetBytes(json));

        (props.ToSchemaNode().AdditionalProperties?.PreserveUnknownFields ?? false).ShouldBe(any);
        KubernetesJson.ToNode(props).ToJsonString().ShouldBe(json);
    }

    [Fact]
    public void For_TypeWithoutJsonForm_IsRefused() =>
        Should.Throw<ArgumentException>(() => SchemaBuilder.For(typeof(JsonSerializerOptions)));
}
