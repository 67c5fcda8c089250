using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Builtin;

public sealed class StrategyTests
{
    private readonly ObjectTable objects = new();

    [Theory]
    [InlineData("10.0.0.0/24", 254, "10.0.0.1")]
    [InlineData("10.4.0.0/30", 2, "10.4.0.1")]
    [InlineData("fd00::/120", 255, "fd00::1")]
    [InlineData("100.64.0.0/13", 524286, "100.64.0.1")]
    public void Range_leaves_out_network_and_broadcast(string cidr, int size, string first)
    {
        var range = AddressRange.Parse(cidr);

        range.Size.ShouldBe(size);
        range.First.ToString().ShouldBe(first);
        range.Contains(range[size - 1]).ShouldBeTrue();
        range.Contains(IPAddress.Parse(cidr.Split('/')[0])).ShouldBeFalse();
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/32")]
    [InlineData("x")]
    public void Range_that_makes_no_sense_names_the_flag(string cidr) =>
        Should.Throw<FormatException>(() => AddressRange.Parse(cidr))
            .Message.ShouldContain("--service-cluster-ip-range");

    [Fact]
    public async Task Services_get_different_addresses_until_the_range_is_full()
    {
        var strategy = Services("10.0.0.0/29");
        var seen = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            var service = await CreateAsync(strategy, $"s{i}", """{"ports":[{"port":80}]}""");
            seen.Add(service.Text("spec", "clusterIP")!).ShouldBeTrue();
            objects.Add(Kinds.Service, service);
        }

        seen.ShouldNotContain("10.0.0.1");
        (await Should.ThrowAsync<ApiStatusException>(
            () => CreateAsync(strategy, "more", """{"ports":[{"port":80}]}"""))).Status.Message!.ShouldContain("full");

        objects.Remove(Kinds.Service, new ObjectKey("farm", "s0"));
        (await CreateAsync(Services("10.0.0.0/29"), "more", """{"ports":[{"port":80}]}""")).Text("spec", "clusterIP").ShouldNotBeNull();
    }

    [Fact]
    public async Task Address_taken_by_another_service_or_outside_the_range_is_invalid()
    {
        var strategy = Services("10.0.0.0/24");
        await CreateAsync(strategy, "a", """{"clusterIP":"10.0.0.10","ports":[{"port":80}]}""");

        (await Should.ThrowAsync<ApiStatusException>(() => CreateAsync(strategy, "b", """{"clusterIP":"10.0.0.10","ports":[{"port":80}]}""")))
            .Status.Message!.ShouldContain("provided IP is already allocated");
        (await Should.ThrowAsync<ApiStatusException>(() => CreateAsync(strategy, "c", """{"clusterIP":"10.9.0.10","ports":[{"port":80}]}""")))
            .Status.Message!.ShouldContain("is not in the valid range");
    }

    [Fact]
    public async Task Headless_service_has_no_address_and_external_name_neither()
    {
        var strategy = Services("10.0.0.0/24");

        (await CreateAsync(strategy, "a", """{"clusterIP":"None"}""")).TextList("spec", "clusterIPs").ShouldBe(["None"]);
        (await CreateAsync(strategy, "b", """{"type":"ExternalName","externalName":"x.y"}""")).At("spec", "clusterIP").ShouldBeNull();
    }

    [Fact]
    public async Task Update_without_address_and_node_ports_keeps_them_and_a_change_of_type_drops_the_ports()
    {
        var strategy = Services("10.0.0.0/24");
        var old = await CreateAsync(strategy, "a", """{"type":"NodePort","ports":[{"port":80}]}""");
        var port = old.Items("spec", "ports").Single().Number("nodePort");
        port!.Value.ShouldBeInRange(30000, 32767);

        var updated = Named("a", """{"type":"NodePort","ports":[{"port":80,"targetPort":8080}]}""");
        await strategy.PrepareForUpdateAsync(updated, old, Context(Kinds.Service), CancellationToken.None);
        updated.Text("spec", "clusterIP").ShouldBe(old.Text("spec", "clusterIP"));
        updated.Items("spec", "ports").Single().Number("nodePort").ShouldBe(port);

        var plain = Named("a", $$"""{"type":"ClusterIP","ports":[{"port":80,"nodePort":{{port}}}]}""");
        await strategy.PrepareForUpdateAsync(plain, old, Context(Kinds.Service), CancellationToken.None);
        plain.Items("spec", "ports").Single().At("nodePort").ShouldBeNull();
        Faults(e => strategy.ValidateUpdate(plain, old, e)).ShouldBeEmpty();

        var moved = Named("a", """{"type":"ClusterIP","clusterIP":"10.0.0.99","ports":[{"port":80}]}""");
        await strategy.PrepareForUpdateAsync(moved, old, Context(Kinds.Service), CancellationToken.None);
        Faults(e => strategy.ValidateUpdate(moved, old, e))
            .ShouldContain(f => f.Contains("may not change once set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pod_starts_pending_and_stays_as_it_is()
    {
        var strategy = new PodStrategy();
        var pod = Named("p", """{"containers":[{"name":"c","image":"x:1"}]}""");
        await strategy.PrepareForCreateAsync(pod, Context(Kinds.Pod), CancellationToken.None);
        pod.Text("status", "phase").ShouldBe("Pending");
        pod.Text("status", "qosClass").ShouldBe("BestEffort");
        Faults(e => strategy.Validate(pod, e)).ShouldBeEmpty();

        var image = (JsonObject)pod.DeepClone();
        image["spec"]!["containers"]![0]!["image"] = "x:2";
        Faults(e => strategy.ValidateUpdate(image, pod, e)).ShouldBeEmpty();

        var command = (JsonObject)pod.DeepClone();
        command["spec"]!["containers"]![0]!["command"] = new JsonArray("sh");
        Faults(e => strategy.ValidateUpdate(command, pod, e)).Single()
            .ShouldStartWith("spec: Forbidden: pod updates may not change");
    }

    [Theory]
    [InlineData("""{"containers":[]}""", "spec.containers")]
    [InlineData("""{"containers":[{"name":"A","image":"x"}]}""", "spec.containers[0].name")]
    [InlineData("""{"containers":[{"name":"a","image":"x"},{"name":"a","image":"x"}]}""", "spec.containers[1].name")]
    [InlineData("""{"containers":[{"name":"a"}]}""", "spec.containers[0].image")]
    [InlineData("""{"containers":[{"name":"a","image":"x","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}""", "spec.containers[0].volumeMounts[0].name")]
    public void Faulty_pod_is_refused_naming_the_field(string spec, string field) =>
        Faults(e => new PodStrategy().Validate(Named("p", spec), e))
            .ShouldContain(f => f.StartsWith(field + ":", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"spec":{}}""", null, 0)]
    [InlineData("""{"spec":{"nodeName":"n"}}""", null, 30)]
    [InlineData("""{"spec":{"nodeName":"n","terminationGracePeriodSeconds":5}}""", null, 5)]
    [InlineData("""{"spec":{"nodeName":"n"}}""", 0L, 0)]
    [InlineData("""{"spec":{"nodeName":"n"},"status":{"phase":"Succeeded"}}""", null, 0)]
    public void Pod_on_a_node_is_deleted_with_grace(string pod, long? asked, long expected) =>
        new PodStrategy().GracePeriodSeconds(JsonNode.Parse(pod)!.AsObject(), asked).ShouldBe(expected);

    [Fact]
    public void Workload_selector_must_match_its_template_and_stay()
    {
        var strategy = new WorkloadStrategy("Deployment");
        const string template = """ "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"x"}]}} """;
        var good = Named("d", $$$"""{"selector":{"matchLabels":{"app":"a"}},{{{template}}}}""");
        var bad = Named("d", $$$"""{"selector":{"matchLabels":{"app":"b"}},{{{template}}}}""");

        Faults(e => strategy.Validate(good, e)).ShouldBeEmpty();
        Faults(e => strategy.Validate(bad, e)).Single().ShouldContain("`selector` does not match template `labels`");
        Faults(e => strategy.Validate(Named("d", $"{{{template}}}"), e)).ShouldContain("spec.selector: Required value");
        Faults(e => strategy.ValidateUpdate(bad, good, e))
            .ShouldContain(f => f.Contains("field is immutable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secret_texts_become_data_and_an_immutable_one_stays()
    {
        var strategy = new SecretStrategy();
        var secret = JsonNode.Parse("""{"metadata":{"name":"s"},"stringData":{"a":"hello"},"immutable":true}""")!.AsObject();
        await strategy.PrepareForCreateAsync(secret, Context(Kinds.Secret), CancellationToken.None);

        secret.Text("data", "a").ShouldBe("aGVsbG8=");
        secret.Text("type").ShouldBe("Opaque");
        secret["stringData"].ShouldBeNull();
        var changed = (JsonObject)secret.DeepClone();
        changed["data"]!["a"] = "eA==";
        Faults(e => strategy.ValidateUpdate(changed, secret, e)).Single().ShouldStartWith("data: Forbidden");
    }

    [Fact]
    public void Typed_secret_needs_its_keys() =>
        Faults(e => new SecretStrategy().Validate(
            JsonNode.Parse("""{"type":"kubernetes.io/tls","data":{"tls.crt":""}}""")!.AsObject(), e))
            .ShouldBe(["data[tls.key]: Required value"]);

    [Fact]
    public async Task Job_gets_selector_and_labels_of_its_own()
    {
        var job = Named("j", """{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"x"}]}}}""");
        job["metadata"]!["uid"] = "u1";
        await new JobStrategy().PrepareForCreateAsync(job, Context(Kinds.Pod), CancellationToken.None);

        job.Text("spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid").ShouldBe("u1");
        job.Text("spec", "template", "metadata", "labels", "batch.kubernetes.io/job-name").ShouldBe("j");
        Faults(e => new JobStrategy().Validate(job, e)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Namespace_carries_its_name_as_label_and_leaves_only_when_finalized()
    {
        var strategy = new NamespaceStrategy();
        var space = JsonNode.Parse("""{"metadata":{"name":"farm"}}""")!.AsObject();
        strategy.SetDefaults(space);
        await strategy.PrepareForCreateAsync(space, Context(Kinds.Namespace), CancellationToken.None);

        space.Text("metadata", "labels", "kubernetes.io/metadata.name").ShouldBe("farm");
        strategy.HasOtherFinalizers(space).ShouldBeTrue();
        var finalized = NamespaceStrategy.MergeFinalizers(space, JsonNode.Parse("""{"spec":{"finalizers":[]}}""")!.AsObject());
        strategy.HasOtherFinalizers(finalized).ShouldBeFalse();
    }

    [Fact]
    public async Task Certificate_request_notes_who_asks()
    {
        var request = Named("c", """{"username":"root","groups":["system:masters"],"request":"x","signerName":"a/b","usages":["client auth"]}""");
        await new CertificateRequestStrategy()
            .PrepareForCreateAsync(request, Context(Kinds.Node), CancellationToken.None);

        request.Text("spec", "username").ShouldBe("alice");
        request.TextList("spec", "groups").ShouldBe(["dev"]);
    }

    [Fact]
    public void Role_reference_of_a_binding_is_fixed()
    {
        var old = JsonNode.Parse("""{"roleRef":{"kind":"Role","name":"a"},"subjects":[]}""")!.AsObject();
        var updated = JsonNode.Parse("""{"roleRef":{"kind":"Role","name":"b"},"subjects":[]}""")!.AsObject();

        Faults(e => new RbacStrategy("RoleBinding").ValidateUpdate(updated, old, e)).Single()
            .ShouldEndWith("cannot change roleRef");
    }

    private static List<string> Faults(Action<FieldErrors> check)
    {
        var errors = new FieldErrors();
        check(errors);
        return [.. errors.All.Select(e => e.ToString())];
    }

    private static JsonObject Named(string name, string spec) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "farm" },
        ["spec"] = JsonNode.Parse(spec),
    };

    private static StrategyContext Context(ResourceKind kind) => new(
        new ResourceDefinition { Kind = kind, Schema = () => new SchemaNode(), StoragePrefix = "/" },
        new UserInfo("alice", ["dev"]),
        "",
        DryRun: false);

    private static async Task<JsonObject> CreateAsync(ServiceStrategy strategy, string name, string spec)
    {
        var service = Named(name, spec);
        await strategy.PrepareForCreateAsync(service, Context(Kinds.Service), CancellationToken.None);
        return service;
    }

    private ServiceStrategy Services(string range) =>
        new(new ServiceAllocator(
            objects, [AddressRange.Parse(range)], (30000, 32767), TimeProvider.System, new Random(1)));
}
