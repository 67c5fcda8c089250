using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>What keeps Seeds and their buckets as they are.</summary>
[Trait("Category", "Integration")]
public sealed class SeedRuleTests(GardenServer garden) : IClassFixture<GardenServer>
{
    [Fact]
    public async Task A_seed_keeps_the_zones_and_the_domain_of_its_Shoots()
    {
        await SeedAsync("lived-in");
        await garden.CreateAsync(GardenServer.NewShoot("resident"));
        var free = await PatchAsync("lived-in", """{"spec":{"provider":{"zones":["a","b"]}}}""");
        (await garden.PatchAsync<Shoot>(
            new ObjectKey("garden-local", "resident"), "/binding", """{"spec":{"seedName":"lived-in"}}""")).Code.ShouldBe(200);

        var more = await PatchAsync("lived-in", """{"spec":{"provider":{"zones":["a","b","c"]}}}""");
        var fewer = await PatchAsync("lived-in", """{"spec":{"provider":{"zones":["a"]}}}""");
        var elsewhere = await PatchAsync("lived-in", """{"spec":{"dns":{"internal":{"domain":"other.example"}}}}""");
        var gone = await garden.DeleteAsync<Seed>(ObjectKey.Cluster("lived-in"));

        (free.Code, more.Code, fewer.Code, elsewhere.Code, gone.Code).ShouldBe((200, 200, 403, 403, 403));
        fewer.Message.ShouldContain("zone(s) b, c cannot be removed while the seed is still used by 1 Shoot(s) (garden-local/resident)");
        elsewhere.Message.ShouldContain("spec.dns.internal.domain: the internal domain");
        gone.Message.ShouldContain("still used by 1 Shoot(s) (garden-local/resident)");
    }

    [Fact]
    public async Task A_bucket_stays_while_it_holds_backups()
    {
        await garden.CreateAsync(new BackupBucket
        {
            Metadata = new ObjectMeta { Name = "full" },
            Spec = new BackupBucketSpec
            {
                Provider = new BackupBucketProvider { Type = "local", Region = "local" },
                SeedName = "any",
                CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "backup" },
            },
        });
        var entry = new ObjectKey("garden-local", "held");
        await garden.CreateAsync(new BackupEntry
        {
            Metadata = new ObjectMeta { Namespace = entry.Namespace, Name = entry.Name },
            Spec = new BackupEntrySpec { BucketName = "full", SeedName = "any" },
        });

        var kept = await garden.DeleteAsync<BackupBucket>(ObjectKey.Cluster("full"));
        (await garden.DeleteAsync<BackupEntry>(entry)).Code.ShouldBe(200);

        kept.Code.ShouldBe(403);
        kept.Message.ShouldContain("1 BackupEntry(s) (garden-local/held)");
        (await garden.DeleteAsync<BackupBucket>(ObjectKey.Cluster("full"))).Code.ShouldBe(200);
    }

    private async Task SeedAsync(string name)
    {
        var seed = Samples.ValidSeed;
        await garden.CreateAsync(seed with
        {
            Metadata = seed.Metadata with { Name = name },
            Spec = seed.Spec with
            {
                Dns = new SeedDNS
                {
                    Internal = new SeedDNSProviderConfig
                    {
                        Type = "local",
                        Domain = "internal.example",
                        CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "dns" },
                    },
                },
            },
        });
    }

    private Task<GardenServer.Answer> PatchAsync(string name, string patch) => garden.PatchAsync<Seed>(ObjectKey.Cluster(name), "", patch);
}
