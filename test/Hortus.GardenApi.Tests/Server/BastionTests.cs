using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Bastion = Hortus.Objects.Gardener.Operations.Bastion;
using BastionIngressPolicy = Hortus.Objects.Gardener.Operations.BastionIngressPolicy;
using BastionSpec = Hortus.Objects.Gardener.Operations.BastionSpec;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public sealed class BastionTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@here";

    [Fact]
    public async Task Bastion_takes_seed_and_provider_from_its_shoot_and_lives_an_hour()
    {
        await ShootAsync("reached", onSeed: true);

        var body = await garden.CreateAsync(New("mine", "reached"));

        var bastion = KubernetesJson.Deserialize<Bastion>(body);
        (bastion.Spec.SeedName, bastion.Spec.ProviderType).ShouldBe(("local", "local"));
        bastion.Metadata.Annotations!["gardener.cloud/created-by"].ShouldBe("admin");
        bastion.Metadata.Generation.ShouldBe(1);
        (bastion.Status!.ExpirationTimestamp - bastion.Status.LastHeartbeatTimestamp).ShouldBe(TimeSpan.FromHours(1));
        (await NamesAsync("spec.seedName=local,spec.shootRef.name=reached")).ShouldContain("mine");
        (await NamesAsync("spec.shootRef.name=other")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Keepalive_is_consumed_and_the_status_stays_out_of_reach_of_the_owner()
    {
        await ShootAsync("alive", onSeed: true);
        await garden.CreateAsync(New("kept", "alive"));
        var key = new ObjectKey("garden-local", "kept");
        (await garden.PatchAsync<Bastion>(
            key, "/status", """{"status":{"expirationTimestamp":"2020-01-01T00:00:00Z"}}""")).Code.ShouldBe(200);

        await garden.PatchAsync<Bastion>(key, "", """{"status":{"expirationTimestamp":"2090-01-01T00:00:00Z"}}""");
        (await garden.GetAsync<Bastion>(key)).Status!.ExpirationTimestamp!.Value.Year.ShouldBe(2020);
        await garden.PatchAsync<Bastion>(
            key, "", """{"metadata":{"annotations":{"gardener.cloud/operation":"keepalive"}}}""");

        var bastion = await garden.GetAsync<Bastion>(key);
        bastion.Metadata.Annotations!.Keys.ShouldNotContain("gardener.cloud/operation");
        bastion.Status!.ExpirationTimestamp!.Value.Year.ShouldBeGreaterThan(2020);
        bastion.Metadata.Generation.ShouldBe(1);
    }

    [Fact]
    public async Task Shoot_must_be_there_and_on_a_seed_and_let_people_in()
    {
        await ShootAsync("homeless", onSeed: false);
        await ShootAsync("closed", onSeed: true, ssh: false);

        (await garden.TryCreateAsync(New("b1", "nowhere"))).Message.ShouldContain(
            "spec.shootRef.name: Invalid value: \"nowhere\": shoot not found");
        (await garden.TryCreateAsync(New("b2", "homeless"))).Message.ShouldContain("shoot is not yet assigned to a seed");
        (await garden.TryCreateAsync(New("b3", "closed"))).Message.ShouldContain("has disabled SSH access");
    }

    [Theory]
    [InlineData("""{"spec":{"sshPublicKey":"not a key"}}""", "spec.sshPublicKey")]
    [InlineData("""{"spec":{"sshPublicKey":"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"}}""", "spec.sshPublicKey")]
    [InlineData("""{"spec":{"ingress":[]}}""", "spec.ingress: Required value")]
    [InlineData("""{"spec":{"ingress":[{"ipBlock":{"cidr":"1.2.3.4"}}]}}""", "spec.ingress[0].ipBlock.cidr")]
    [InlineData("""{"spec":{"shootRef":{"name":"another"}}}""", "spec.shootRef.name: Invalid value: \"another\": field is immutable")]
    public async Task What_makes_no_sense_or_is_fixed_is_refused(string patch, string message)
    {
        var name = "f" + Guid.NewGuid().ToString("N")[..6];
        await ShootAsync(name, onSeed: true);
        await garden.CreateAsync(New(name, name));

        var answer = await garden.PatchAsync<Bastion>(new ObjectKey("garden-local", name), "", patch);

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain(message);
    }

    private static Bastion New(string name, string shoot) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "garden-local" },
        Spec = new BastionSpec
        {
            ShootRef = new LocalObjectReference { Name = shoot },
            SshPublicKey = Key,
            Ingress = [new BastionIngressPolicy { IpBlock = new IPBlock { Cidr = "0.0.0.0/0" } }],
        },
    };

    private async Task<IReadOnlyList<string>> NamesAsync(string fields)
    {
        var answer = await garden.SendAsync(
            HttpMethod.Get, $"{GardenServer.PathOf<Bastion>("garden-local")}?fieldSelector={Uri.EscapeDataString(fields)}");
        answer.Code.ShouldBe(200, answer.Message);
        return [.. answer.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString())];
    }

    private async Task ShootAsync(string name, bool onSeed, bool ssh = true)
    {
        await garden.CreateAsync(GardenServer.NewShoot(name).With(s => s with
        {
            Provider = s.Provider with
            {
                WorkersSettings = new WorkersSettings { SshAccess = new SSHAccess { Enabled = ssh } },
            },
        }));
        if (onSeed)
        {
            var bound = await garden.PatchAsync<Shoot>(
                new ObjectKey("garden-local", name), "/binding", """{"spec":{"seedName":"local"}}""");
            bound.Code.ShouldBe(200, bound.Message);
        }
    }
}
