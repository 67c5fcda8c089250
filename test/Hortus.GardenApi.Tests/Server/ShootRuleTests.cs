using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>The rules of Shoots as users meet them: each row is a Shoot or a change of one, and what the server says.</summary>
[Trait("Category", "Integration")]
public sealed class ShootRuleTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private static int count;

    [Theory]
    [InlineData("purpose", "\"evaluation\"")]
    [InlineData("schedulerName", "\"default-scheduler\"")]
    [InlineData("networking.ipFamilies", "[\"IPv4\"]")]
    [InlineData("maintenance.autoUpdate", """{"kubernetesVersion":true,"machineImageVersion":true}""")]
    [InlineData("kubernetes.version", "\"1.35.4\"")]
    [InlineData("kubernetes.kubeControllerManager.nodeCIDRMaskSize", "24")]
    [InlineData("kubernetes.kubeControllerManager.nodeMonitorGracePeriod", "\"40s\"")]
    [InlineData("kubernetes.kubeAPIServer.defaultNotReadyTolerationSeconds", "300")]
    [InlineData("kubernetes.kubeAPIServer.defaultUnreachableTolerationSeconds", "300")]
    [InlineData("kubernetes.kubeAPIServer.eventTTL", "\"1h0m0s\"")]
    [InlineData("kubernetes.kubeAPIServer.requests", """{"maxNonMutatingInflight":400,"maxMutatingInflight":200}""")]
    [InlineData("kubernetes.kubeAPIServer.encryptionConfig.provider.type", "\"aescbc\"")]
    [InlineData("kubernetes.kubeScheduler.profile", "\"balanced\"")]
    [InlineData("kubernetes.kubeProxy", """{"mode":"IPTables","enabled":true}""")]
    [InlineData("kubernetes.kubelet.failSwapOn", "true")]
    [InlineData("kubernetes.kubelet.imageGCHighThresholdPercent", "50")]
    [InlineData("kubernetes.kubelet.imageGCLowThresholdPercent", "40")]
    [InlineData("kubernetes.clusterAutoscaler.scaleDownUnneededTime", "\"30m0s\"")]
    [InlineData("kubernetes.clusterAutoscaler.scanInterval", "\"10s\"")]
    [InlineData("kubernetes.clusterAutoscaler.expander", "\"least-waste\"")]
    [InlineData("provider.workersSettings.sshAccess.enabled", "true")]
    [InlineData("systemComponents.coreDNS.autoscaling.mode", "\"horizontal\"")]
    [InlineData("provider.workers[0].cri.name", "\"containerd\"")]
    [InlineData("provider.workers[0].updateStrategy", "\"AutoRollingUpdate\"")]
    [InlineData("provider.workers[0].maxSurge", "1")]
    [InlineData("provider.workers[0].maxUnavailable", "0")]
    [InlineData("provider.workers[0].systemComponents.allow", "true")]
    [InlineData("provider.workers[0].machine.architecture", "\"amd64\"")]
    [InlineData("provider.workers[0].machine.image", """{"name":"local","version":"1.1.0"}""")]
    [InlineData("provider.workers[1].maxSurge", "0")]
    [InlineData("provider.workers[1].maxUnavailable", "1")]
    public async Task What_the_owner_left_out_is_filled_in(string field, string value)
    {
        var created = await garden.SendAsync(HttpMethod.Post, Path, JsonNode.Parse($$"""
            {"apiVersion":"core.gardener.cloud/v1beta1","kind":"Shoot","metadata":{"name":"{{NewName()}}","namespace":"garden-local"},
             "spec":{"cloudProfile":{"name":"local"},"credentialsBindingName":"local","region":"local",
              "networking":{"type":"calico","nodes":"10.0.0.0/16"},
              "provider":{"type":"local","workers":[
               {"name":"a","minimum":1,"maximum":1,"machine":{"type":"local"},"volume":{"size":"20Gi","type":"fast"} },
               {"name":"b","minimum":1,"maximum":1,"machine":{"type":"local"},"volume":{"size":"20Gi","type":"fast"},
                "updateStrategy":"AutoInPlaceUpdate"}]} } }
            """));

        created.Code.ShouldBe(201, created.Message);
        At(created.Body["spec"]!, field)?.ToJsonString().ShouldBe(value);
    }

    [Theory]
    [InlineData("provider.workers[0].name", "\"a-name-of-16-char\"", "provider.workers[0].name: Too long")]
    [InlineData("provider.workers[0].name", "\"Upper\"", "provider.workers[0].name: Invalid value: \"Upper\"")]
    [InlineData("provider.workers[0].minimum", "-1", "provider.workers[0].minimum: Invalid value: -1")]
    [InlineData("provider.workers[0].maximum", "0", "maximum value must not be less than minimum value")]
    [InlineData("provider.workers[0].minimum", "3", "maximum value must not be less than minimum value")]
    [InlineData("provider.workers[0].maxSurge", "0", "may not be 0 when `maxSurge` is 0")]
    [InlineData("provider.workers[0].systemComponents", """{"allow":false}""", "must allow system components")]
    [InlineData("provider.workers[0].machine.type", "\"huge\"", "Unsupported value: \"huge\": supported values: \"local\"")]
    [InlineData("provider.workers[0].machine.architecture", "\"riscv\"", "machine.type: Unsupported value")]
    [InlineData("provider.workers[0].machine.image", """{"name":"else","version":"1.0.0"}""", "machine.image.name: Unsupported value: \"else\"")]
    [InlineData("provider.workers[0].machine.image", """{"name":"local","version":"9.9.9"}""", "machine.image.version: Unsupported value: \"9.9.9\"")]
    [InlineData("provider.workers[0].cri", """{"name":"crio"}""", "cri.name: Unsupported value: \"crio\"")]
    [InlineData("provider.workers[0].cri", """{"name":"containerd","containerRuntimes":[{"type":"gvisor"}]}""", "containerRuntimes[0].type: Unsupported value: \"gvisor\"")]
    [InlineData("provider.workers[0].zones", """["mars"]""", "zones[0]: Unsupported value: \"mars\"")]
    [InlineData("provider.workers[0].zones", """["0","0"]""", "zones[1]: Duplicate value: \"0\"")]
    [InlineData("provider.workers[0].volume", """{"type":"slow","size":"20Gi"}""", "volume.type: Unsupported value: \"slow\"")]
    [InlineData("provider.workers[0].volume", """{"type":"fast","size":"20G"}""", "must match the regex")]
    [InlineData("provider.workers[0].volume", """{"type":"fast","size":"5Gi"}""", "must be at least 10Gi")]
    [InlineData("provider.workers[0].kubernetes", """{"version":"1.35.1"}""", "must not be higher than control plane version")]
    [InlineData("provider.workers[0].kubernetes", """{"version":"1.30.1"}""", "at most three minor versions behind")]
    [InlineData("provider.type", "\"aws\"", "must be the provider type of the cloud profile")]
    [InlineData("region", "\"mars\"", "spec.region: Unsupported value: \"mars\": supported values: \"local\"")]
    [InlineData("kubernetes.version", "\"1.20.0\"", "spec.kubernetes.version: Unsupported value: \"1.20.0\"")]
    [InlineData("networking.pods", "\"10.4.0.0/17\"", "must not overlap with")]
    [InlineData("networking.nodes", "\"240.1.0.0/16\"", "spec.networking.nodes: Invalid value: \"240.1.0.0/16\"")]
    [InlineData("networking.pods", "\"244.0.0.0/16\"", "must not overlap with 244.0.0.0/8")]
    [InlineData("networking.pods", "\"fd8f:6d53:b97a:1::/112\"", "must not overlap with fd8f:6d53:b97a:1::/96")]
    [InlineData("networking.pods", "\"2001:db8::/48\"", "must be a network of IPv4, as ipFamilies says")]
    [InlineData("networking.nodes", "\"10.0.0.1/16\"", "must be valid canonical CIDR")]
    [InlineData("maintenance.timeWindow", """{"begin":"010000+0000","end":"010500+0000"}""", "at least 30 minutes and at most 6 hours")]
    [InlineData("maintenance.timeWindow", """{"begin":"01:00","end":"020000+0000"}""", "time not in the correct format")]
    [InlineData("credentialsBindingName", "\"none\"", "spec.credentialsBindingName: Not found: \"none\"")]
    [InlineData("cloudProfileName", "\"local\"", "is not allowed for Kubernetes versions >= 1.34")]
    [InlineData("purpose", "\"fun\"", "spec.purpose: Unsupported value: \"fun\"")]
    [InlineData("exposureClassName", "\"none\"", "spec.exposureClassName: Not found: \"none\"")]
    public async Task A_shoot_that_breaks_a_rule_is_refused(string field, string value, string message)
    {
        var shoot = KubernetesJson.ToNode(GardenServer.NewShoot(NewName()));
        Set(shoot["spec"]!, field, value);

        var answer = await garden.SendAsync(HttpMethod.Post, Path, shoot);

        answer.Code.ShouldBe(422, answer.Message);
        answer.Message.ShouldContain(message);
        (await garden.SendAsync(HttpMethod.Get, $"{Path}/{shoot["metadata"]!["name"]}")).Code.ShouldBe(404);
    }

    [Theory]
    [InlineData("region", "\"mars\"", "spec.region: Invalid value: \"mars\": field is immutable")]
    [InlineData("provider.type", "\"aws\"", "spec.provider.type")]
    [InlineData("networking.type", "\"cilium\"", "spec.networking.type: Invalid value: \"cilium\": field is immutable")]
    [InlineData("networking.pods", "\"10.5.0.0/16\"", "spec.networking.pods: Invalid value: \"10.5.0.0/16\": field is immutable")]
    [InlineData("networking.services", "\"10.5.0.0/16\"", "spec.networking.services")]
    [InlineData("networking.nodes", "\"10.5.0.0/16\"", "spec.networking.nodes")]
    [InlineData("kubernetes.kubeControllerManager.nodeCIDRMaskSize", "25", "nodeCIDRMaskSize: Invalid value: 25: field is immutable")]
    [InlineData("kubernetes.version", "\"1.33.9\"", "kubernetes version downgrade is not supported")]
    [InlineData("credentialsBindingName", "null", "spec.credentialsBindingName: Forbidden: the field cannot be unset")]
    [InlineData("provider.workers", "[]", "cannot be switched between with and without workers")]
    [InlineData("seedName", "\"local\"", "can only be changed through the subresource shoots/binding")]
    public async Task A_change_of_what_is_fixed_is_refused(string field, string value, string message)
    {
        var name = NewName();
        await garden.CreateAsync(GardenServer.NewShoot(name));
        var shoot = (await garden.SendAsync(HttpMethod.Get, $"{Path}/{name}")).Body;
        Set(shoot["spec"]!, field, value);

        var answer = await garden.SendAsync(HttpMethod.Put, $"{Path}/{name}", shoot);

        answer.Code.ShouldBeOneOf(422, 403);
        answer.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("uid")]
    [InlineData("technicalID")]
    [InlineData("clusterIdentity")]
    public async Task Identities_in_the_status_are_set_once(string field)
    {
        var name = NewName();
        await garden.CreateAsync(GardenServer.NewShoot(name));
        var key = new ObjectKey("garden-local", name);

        (await garden.PatchAsync<Shoot>(key, "/status", $$$"""{"status":{"{{{field}}}":"first"}}""")).Code.ShouldBe(200);
        var second = await garden.PatchAsync<Shoot>(key, "/status", $$$"""{"status":{"{{{field}}}":"second"}}""");

        second.Code.ShouldBe(422);
        second.Message.ShouldContain($"status.{field}: Invalid value: \"second\": field is immutable");
    }

    [Fact]
    public async Task Credentials_are_changed_by_who_may_read_both_bindings()
    {
        var name = NewName();
        await garden.CreateAsync(GardenServer.NewShoot(name));
        await garden.CreateAsync(Samples.ValidBinding with
        {
            Metadata = new ObjectMeta { Name = "other-" + name, Namespace = "garden-local" },
        });
        await garden.CreateAsync(new ClusterRole
        {
            Metadata = new ObjectMeta { Name = "shoots-" + name },
            Rules = [new PolicyRule { ApiGroups = ["core.gardener.cloud"], Resources = ["shoots"], Verbs = ["*"] }],
        });
        await garden.CreateAsync(new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = "shoots-" + name },
            RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "shoots-" + name },
            Subjects = [new Subject { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = "eve" }],
        });
        var patch = JsonNode.Parse($$$"""{"spec":{"credentialsBindingName":"other-{{{name}}}"}}""");

        var eves = await garden.SendAsync(
            HttpMethod.Patch, $"{Path}/{name}", patch, "application/merge-patch+json", token: GardenServer.EvesToken);
        var admins = await garden.SendAsync(HttpMethod.Patch, $"{Path}/{name}", patch, "application/merge-patch+json");

        eves.Code.ShouldBe(422, eves.Message);
        eves.Message.ShouldContain("user \"eve\" may not read the CredentialsBinding \"local\"");
        admins.Code.ShouldBe(200, admins.Message);
    }

    private static string Path => GardenServer.PathOf<Shoot>("garden-local");

    private static string NewName() => "r" + Interlocked.Increment(ref count).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static JsonNode? At(JsonNode node, string field)
    {
        JsonNode? found = node;
        foreach (var step in field.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            found = step[0] == '[' ? found?[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)] : found?[step];
        }

        return found;
    }

    private static void Set(JsonNode spec, string field, string value)
    {
        var dot = field.LastIndexOf('.');
        var parent = dot < 0 ? spec : At(spec, field[..dot])!;
        parent[field[(dot + 1)..]] = JsonNode.Parse(value);
    }
}
