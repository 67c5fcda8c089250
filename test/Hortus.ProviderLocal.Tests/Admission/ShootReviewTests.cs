using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.ProviderLocal.Admission;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Tests.Admission;

public sealed class ShootReviewTests
{
    private const string Workers = "workers: [{ name: a }]";

    [Fact]
    public async Task A_new_shoot_gets_the_network_that_local_machines_have()
    {
        var shoot = await FilledAsync(Shoot(Workers));

        shoot.Text("spec", "networking", "type").ShouldBe("calico");
        shoot.Text("spec", "networking", "nodes").ShouldBe("10.0.0.0/16");
        shoot.Text("metadata", "annotations", "extensions.gardener.cloud/processed-by").ShouldBe("admission-webhook-local-provider");
    }

    [Fact]
    public async Task What_the_user_says_stays()
    {
        var shoot = await FilledAsync(Shoot(Workers, "{ type: cilium, nodes: 10.0.7.0/24, pods: 10.3.0.0/16 }"));

        JsonNode.DeepEquals(shoot["spec"]!["networking"], Yaml("{ type: cilium, nodes: 10.0.7.0/24, pods: 10.3.0.0/16 }")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_shoot_without_workers_and_one_that_is_there_keep_their_network()
    {
        (await FilledAsync(Shoot("workers: []")))["spec"]!["networking"].ShouldBeNull();
        (await FilledAsync(Shoot(Workers), Shoot(Workers)))["spec"]!["networking"].ShouldBeNull();
    }

    [Fact]
    public async Task Shoots_of_others_and_those_that_go_are_left_alone()
    {
        var dying = Shoot(Workers);
        dying["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";

        foreach (var shoot in new[] { Shoot(Workers, type: "aws"), dying })
        {
            (await new ShootDefaultsWebhook().ReviewAsync(Request(shoot), CancellationToken.None)).ShouldBe(AdmissionAnswer.Allowed);
            (await FaultsAsync(shoot)).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("{}", "spec.networking.nodes: Required value")]
    [InlineData("{ nodes: 10.1.0.0/16 }", "spec.networking.nodes: Invalid value: \"10.1.0.0/16\"")]
    [InlineData("{ nodes: 10.0.0.0/8 }", "spec.networking.nodes: Invalid value: \"10.0.0.0/8\"")]
    [InlineData("{ nodes: \"fd00::/64\" }", "spec.networking.nodes: Invalid value: \"fd00::/64\"")]
    [InlineData("{ nodes: many }", "must be a network in CIDR form")]
    public async Task Nodes_elsewhere_are_refused(string networking, string reason)
    {
        (await FaultsAsync(Shoot(Workers, networking))).ShouldContain(reason);
        (await FaultsAsync(Shoot("workers: []", networking))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("infrastructureConfig: { kind: InfrastructureConfig }, workers: []", "spec.provider.infrastructureConfig: Forbidden")]
    [InlineData("controlPlaneConfig: { kind: ControlPlaneConfig }, workers: []", "spec.provider.controlPlaneConfig: Forbidden")]
    [InlineData("workers: [{ name: a }, { name: b, providerConfig: { kind: W } }]", "spec.provider.workers[1].providerConfig: Forbidden")]
    public async Task Configurations_that_the_provider_does_not_have_are_refused(string provider, string reason)
    {
        var shoot = Shoot(provider, "{ nodes: 10.0.0.0/16 }");

        (await FaultsAsync(shoot)).ShouldContain(reason);
        (await FaultsAsync(shoot, old: shoot)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nodes_that_were_accepted_before_stay_accepted()
    {
        var old = Shoot(Workers, "{ nodes: 10.250.0.0/16 }");

        (await FaultsAsync(Shoot(Workers, "{ nodes: 10.250.0.0/16, pods: 10.3.0.0/16 }"), old)).ShouldBeEmpty();
        (await FaultsAsync(Shoot(Workers, "{ nodes: 10.251.0.0/16 }"), old)).ShouldContain("spec.networking.nodes");
    }

    private static async Task<JsonObject> FilledAsync(JsonObject shoot, JsonObject? old = null)
    {
        var before = shoot.DeepClone();
        var answer = await new ShootDefaultsWebhook().ReviewAsync(Request(shoot, old), CancellationToken.None);
        JsonNode.DeepEquals(shoot, before).ShouldBeTrue("the request is not changed");
        return answer.Changed.ShouldNotBeNull();
    }

    private static async Task<string> FaultsAsync(JsonObject shoot, JsonObject? old = null) =>
        (await new ShootValidationWebhook().ReviewAsync(Request(shoot, old), CancellationToken.None)).Denial?.Message ?? "";

    private static AdmissionRequest Request(JsonObject shoot, JsonObject? old = null) => new()
    {
        Uid = "1",
        Operation = old is null ? "CREATE" : "UPDATE",
        Group = "core.gardener.cloud",
        Kind = "Shoot",
        Resource = "shoots",
        Namespace = "garden-local",
        Name = "test",
        Object = shoot,
        OldObject = old,
    };

    private static JsonObject Shoot(string provider, string networking = "null", string type = "local") => Yaml(
        $"{{ metadata: {{ name: test }}, spec: {{ networking: {networking}, provider: {{ type: {type}, {provider} }} }} }}");

    private static JsonObject Yaml(string text) => KubernetesYaml.Parse(text);
}
