using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Serialization;

public class KubernetesJsonTests
{
    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Pod_WithUnknownFieldsAtEveryLevel_ComesBackUnchanged()
    {
        const string json = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"x":"y"},"future":{"a":[1,2]}},
             "spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"protocol":"TCP","new":true}],
               "livenessProbe":{"httpGet":{"path":"/","port":"http","odd":1.50}},
               "resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}],
               "volumes":[{"name":"v","iscsi":{"lun":0}},{"name":"d","emptyDir":{}}],"brandNew":null},
             "status":{"phase":"Running","podIPs":[{"ip":"10.1.0.1"}],"startTime":"2026-01-31T12:00:00Z"},
             "top":"level"}
            """;

        var pod = KubernetesJson.Deserialize<Pod>(Utf8(json));

        JsonNode.DeepEquals(KubernetesJson.ToNode(pod), JsonNode.Parse(json)).ShouldBeTrue();
        pod.Spec.Containers[0].LivenessProbe!.HttpGet!.Port.Text.ShouldBe("http");
        pod.Spec.Volumes![1].EmptyDir.ShouldNotBeNull();
        pod.Spec.Containers[0].Ports![0].Port.ShouldBe(80);
    }

    [Fact]
    public void AbsentFields_OfAKnownKind_AreNullOrTheirDefault()
    {
        var pod = KubernetesJson.Deserialize<Pod>("{}"u8);

        pod.ApiVersion.ShouldBe("v1");
        pod.Kind.ShouldBe("Pod");
        pod.Metadata.Name.ShouldBeNull();
        pod.Spec.Containers.ShouldBeEmpty();
        pod.Spec.RestartPolicy.ShouldBeNull();
        pod.Status.Phase.ShouldBeNull();
        pod.UnknownFields.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":"three"}}""", "spec.replicas: want a 32-bit integer (line 1, column 28)")]
    [InlineData("{\"spec\":\n{\"template\":{\"spec\":{\"containers\":[{\"name\":\n 1}]}}}}",
        "spec.template.spec.containers[0].name: want a string (line 3, column 3)")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":{}}}}}""",
        "spec.template.spec.containers: want a list (line 1, column 44)")]
    [InlineData("""{"metadata":{"creationTimestamp":"soon"}}""",
        "metadata.creationTimestamp: want a time such as 2026-01-31T12:00:00Z (line 1, column 40)")]
    [InlineData("""{"metadata":{"labels":{"a.b/c":1}}}""", "metadata.labels[a.b/c]: want a string (line 1, column 33)")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}}}}""",
        "spec.template.spec.containers[0].resources.limits.cpu: invalid quantity \"lots\" (line 1, column 80)")]
    public void Deserialize_ValueOfTheWrongType_NamesFieldAndLine(string json, string message) =>
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<Deployment>(Utf8(json))).Message.ShouldBe(message);

    [Fact]
    public void Deserialize_TextThatIsNotJson_NamesTheLine() =>
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<Pod>("{\n\"a\": oops}"u8))
            .Message.ShouldEndWith("(line 2, column 6)");

    [Fact]
    public void Deserialize_TreeOfTheWrongType_NamesTheField() =>
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<Pod>(JsonNode.Parse("""{"spec":{"priority":"x"}}""")!))
            .Message.ShouldBe("spec.priority: want a 32-bit integer");

    [Fact]
    public void Deserialize_NestedDeeperThanTheLimit_IsRefused() =>
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<ConfigMap>(
            Utf8("{\"x\":" + new string('[', 200) + new string(']', 200) + "}")));

    [Fact]
    public void Lease_Times_HaveMicroseconds()
    {
        var lease = new Lease { Spec = new LeaseSpec { RenewTime = DateTimeOffset.UnixEpoch.AddMicroseconds(1) } };

        KubernetesJson.ToNode(lease)["spec"]!["renewTime"]!.GetValue<string>().ShouldBe("1970-01-01T00:00:00.000001Z");
    }

    [Fact]
    public void Secret_Data_IsBase64()
    {
        var secret = new Secret { Data = new Dictionary<string, byte[]> { ["k"] = [1, 2, 3] } };

        var node = KubernetesJson.ToNode(secret);

        node["data"]!["k"]!.GetValue<string>().ShouldBe("AQID");
        KubernetesJson.Deserialize<Secret>(node).Data!["k"].ShouldBe([1, 2, 3]);
    }

#if !DEBUG
    // Debug builds read by reflection, because generating metadata makes them slow to compile.
    [Fact]
    public void KnownKinds_AreServedByGeneratedMetadata()
    {
        foreach (var kind in BuiltInKinds.All.Concat(Hortus.Objects.Gardener.GardenerKinds.All))
        {
            var info = KubernetesJson.Options.GetTypeInfo(kind);
            info.OriginatingResolver.ShouldNotBeOfType<DefaultJsonTypeInfoResolver>(kind.Name);
            var list = typeof(KubernetesList<>).MakeGenericType(kind);
            KubernetesJson.Options.GetTypeInfo(list).OriginatingResolver
                .ShouldNotBeOfType<DefaultJsonTypeInfoResolver>(list.Name + kind.Name);
        }
    }
#endif

    [Fact]
    public void EveryKind_ThatIsEmpty_ComesBackUnchanged()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            var first = JsonSerializer.SerializeToNode(Activator.CreateInstance(kind), kind, KubernetesJson.Options)!;
            var second = JsonSerializer.SerializeToNode(KubernetesJson.Deserialize(first, kind), kind, KubernetesJson.Options);
            JsonNode.DeepEquals(first, second).ShouldBeTrue(kind.Name);
        }
    }

    [Fact]
    public void TypesOfOthers_AreReadToo() =>
        KubernetesJson.Deserialize<OwnType>("""{"count":3}"""u8).Count.ShouldBe(3);

    private sealed record OwnType
    {
        public int Count { get; init; }
    }
}
