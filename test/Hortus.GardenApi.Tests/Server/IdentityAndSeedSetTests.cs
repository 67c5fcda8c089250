using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TokenRequest = Hortus.Objects.Gardener.Security.TokenRequest;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public sealed class IdentityAndSeedSetTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private const string Identities = "apis/security.gardener.cloud/v1alpha1/namespaces/garden-local/workloadidentities";
    private const string Sets = "apis/seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/managedseedsets";

    [Fact]
    public async Task Identity_gets_its_subject_which_nobody_changes()
    {
        var identity = KubernetesJson.Deserialize<WorkloadIdentity>(await garden.CreateAsync(Identity("subject")));
        var subject = identity.Status!.Sub;

        await garden.PatchAsync<WorkloadIdentity>(identity.Key, "", """{"status":{"sub":"root"},"spec":{"audiences":["other"]}}""");

        subject.ShouldBe($"gardener.cloud:workloadidentity:garden-local:subject:{identity.Metadata.Uid}");
        (await garden.GetAsync<WorkloadIdentity>(identity.Key)).Status!.Sub.ShouldBe(subject);
        (await garden.PatchAsync<WorkloadIdentity>(identity.Key, "", """{"spec":{"targetSystem":{"type":"x"}}}"""))
            .Message.ShouldContain("spec.targetSystem.type: Invalid value: \"x\": field is immutable");
    }

    [Fact]
    public async Task Token_names_the_identity_and_the_shoot_it_is_used_for()
    {
        var identity = KubernetesJson.Deserialize<WorkloadIdentity>(await garden.CreateAsync(Identity("signed")));
        var shoot = KubernetesJson.Deserialize<Shoot>(await garden.CreateAsync(GardenServer.NewShoot("context")));
        await garden.PatchAsync<Shoot>(shoot.Key, "/binding", """{"spec":{"seedName":"local"}}""");

        var answer = await AskAsync("signed", new JsonObject
        {
            ["expirationSeconds"] = 7200,
            ["contextObject"] = Context("Shoot", shoot.Metadata),
        });

        answer.Code.ShouldBe(201, answer.Message);
        (answer.Body["kind"]!.ToString(), answer.Body["apiVersion"]!.ToString())
            .ShouldBe(("TokenRequest", "security.gardener.cloud/v1alpha1"));
        var token = answer.Body["status"]!["token"]!.ToString();
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = GardenServer.Issuer,
            ValidAudience = "cloud.example",
            IssuerSigningKey = new ECDsaSecurityKey(GardenServer.SigningKey()),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        var read = new JsonWebToken(token);
        var known = (JsonObject)JsonNode.Parse(Base64UrlEncoder.Decode(read.EncodedPayload))!["gardener.cloud"]!;
        read.Subject.ShouldBe(identity.Status!.Sub);
        (read.ValidTo - read.ValidFrom).ShouldBe(TimeSpan.FromHours(2));
        known["workloadIdentity"]!["uid"]!.ToString().ShouldBe(identity.Metadata.Uid);
        known["shoot"]!["name"]!.ToString().ShouldBe("context");
        known["project"]!["name"]!.ToString().ShouldBe("local");
        known["seed"]!["name"]!.ToString().ShouldBe("local");
        (await garden.SendAsync(HttpMethod.Get, Identities + "/signed/token")).Code.ShouldBe(405);
    }

    [Fact]
    public async Task Token_is_refused_for_times_and_objects_that_make_no_sense_and_long_lives_are_shortened()
    {
        await garden.CreateAsync(Identity("refused"));
        var stranger = new ObjectMeta { Name = "local", Uid = "made-up" };

        (await AskAsync("refused", new JsonObject { ["expirationSeconds"] = 60 })).Message.ShouldContain(
            "spec.expirationSeconds: Invalid value: 60: may not specify a duration shorter than 10 minutes");
        (await AskAsync("refused", new JsonObject { ["contextObject"] = Context("Seed", stranger) })).Message.ShouldContain(
            "spec.contextObject.uid: Invalid value: \"made-up\"");
        (await AskAsync("refused", new JsonObject { ["contextObject"] = Context("Pod", stranger) })).Message.ShouldContain(
            "spec.contextObject.kind: Unsupported value");
        (await AskAsync("nobody", [])).Code.ShouldBe(404);
        (await AskAsync("refused", new JsonObject { ["expirationSeconds"] = "soon" })).Code.ShouldBe(422);
        (await AskAsync("refused", new JsonObject { ["expirationSeconds"] = 10_000_000 }))
            .Body["spec"]!["expirationSeconds"]!.GetValue<long>().ShouldBe(48 * 3600);
    }

    [Fact]
    public async Task Server_without_a_key_says_how_to_issue_tokens()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var server = await InProcessApiServer.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["RBAC"] },
            [new GardenApiPlugin(new GardenApiOptions())],
            TimeProvider.System,
            deadline.Token);

        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync(
            "apis/security.gardener.cloud/v1alpha1/namespaces/default/workloadidentities/any/token", content, deadline.Token);

        ((int)answer.StatusCode).ShouldBe(404);
        (await answer.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("--workload-identity-signing-key-file");
    }

    [Fact]
    public async Task Set_of_managed_seeds_is_defaulted_and_scaled()
    {
        var created = KubernetesJson.Deserialize<ManagedSeedSet>(await garden.CreateAsync(Set("scaled")));
        var scale = await garden.SendAsync(HttpMethod.Get, Sets + "/scaled/scale");
        var patched = await garden.PatchAsync<ManagedSeedSet>(created.Key, "/scale", """{"spec":{"replicas":3}}""");

        (created.Spec.Replicas, created.Spec.RevisionHistoryLimit, created.Spec.UpdateStrategy!.Type).ShouldBe((1, 10, "RollingUpdate"));
        (scale.Body["kind"]!.ToString(), scale.Body["status"]!["selector"]!.ToString()).ShouldBe(("Scale", "set=scaled"));
        patched.Code.ShouldBe(200, patched.Message);
        (await garden.GetAsync<ManagedSeedSet>(created.Key)).Spec.Replicas.ShouldBe(3);
        (await garden.PatchAsync<ManagedSeedSet>(created.Key, "/status", """{"status":{"readyReplicas":2}}""")).Code.ShouldBe(200);
        (await garden.GetAsync<ManagedSeedSet>(created.Key)).Status!.ReadyReplicas.ShouldBe(2);
    }

    [Fact]
    public async Task Set_of_managed_seeds_must_select_what_it_makes()
    {
        var set = Set("selects");
        var stray = set with
        {
            Spec = set.Spec with { ShootTemplate = new ShootTemplate { Metadata = new ObjectMeta { Labels = Labels("other") } } },
        };

        (await garden.TryCreateAsync(stray)).Message.ShouldContain("spec.shootTemplate.metadata.labels: Invalid value");
        (await garden.TryCreateAsync(set with { Spec = set.Spec with { Selector = new LabelSelector() } }))
            .Message.ShouldContain("spec.selector: Invalid value");
        (await garden.TryCreateAsync(set with { Spec = set.Spec with { Replicas = -1 } })).Message.ShouldContain("spec.replicas");
        await garden.CreateAsync(set);
        (await garden.PatchAsync<ManagedSeedSet>(set.Key, "", """{"spec":{"revisionHistoryLimit":2}}"""))
            .Message.ShouldContain("spec.revisionHistoryLimit: Invalid value: 2: field is immutable");
    }

    [Fact]
    public async Task Status_of_a_cloud_profile_is_written_through_its_subresource_alone()
    {
        const string status = """{"status":{"kubernetes":{"versions":[{"version":"1.34.7","classification":"supported"}]}}}""";
        var key = ObjectKey.Cluster("local");

        await garden.PatchAsync<CloudProfile>(key, "", status);
        (await garden.GetAsync<CloudProfile>(key)).Status.ShouldBeNull();
        var before = (await garden.GetAsync<CloudProfile>(key)).Metadata.Generation;
        (await garden.PatchAsync<CloudProfile>(key, "/status", status)).Code.ShouldBe(200);

        var profile = await garden.GetAsync<CloudProfile>(key);
        profile.Status!.Kubernetes!.Versions![0].Classification.ShouldBe("supported");
        profile.Metadata.Generation.ShouldBe(before);
    }

    [Theory]
    [InlineData("spec.cloudProfile.Name=local")]
    [InlineData("spec.cloudProfile.name=local,spec.cloudProfile.Kind=CloudProfile")]
    public async Task Shoots_are_selected_by_their_profile_as_upstream_names_the_field(string fields)
    {
        var name = "p" + Guid.NewGuid().ToString("N")[..6];
        await garden.CreateAsync(GardenServer.NewShoot(name));

        var found = await garden.SendAsync(
            HttpMethod.Get, $"{GardenServer.PathOf<Shoot>(null)}?fieldSelector={Uri.EscapeDataString(fields)}");

        found.Code.ShouldBe(200, found.Message);
        found.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()).ShouldContain(name);
    }

    private static WorkloadIdentity Identity(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "garden-local" },
        Spec = new WorkloadIdentitySpec { Audiences = ["cloud.example"], TargetSystem = new TargetSystem { Type = "local" } },
    };

    private static ManagedSeedSet Set(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "garden" },
        Spec = new ManagedSeedSetSpec
        {
            Selector = new LabelSelector { MatchLabels = Labels(name) },
            Template = new ManagedSeedTemplate { Metadata = new ObjectMeta { Labels = Labels(name) } },
            ShootTemplate = new ShootTemplate { Metadata = new ObjectMeta { Labels = Labels(name) }, Spec = Samples.ValidShoot.Spec },
        },
    };

    private static Dictionary<string, string> Labels(string set) => new() { ["set"] = set };

    private static JsonObject Context(string kind, ObjectMeta metadata) => new()
    {
        ["apiVersion"] = "core.gardener.cloud/v1beta1",
        ["kind"] = kind,
        ["name"] = metadata.Name,
        ["namespace"] = metadata.Namespace,
        ["uid"] = metadata.Uid,
    };

    private Task<GardenServer.Answer> AskAsync(string identity, JsonObject spec) =>
        garden.SendAsync(HttpMethod.Post, $"{Identities}/{identity}/token", new JsonObject { ["spec"] = spec });
}
