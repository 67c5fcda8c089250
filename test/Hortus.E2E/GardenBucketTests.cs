using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>A garden of two of each component on an etcd whose snapshots go to an object store, and its way back from one.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
[TestCaseOrderer("Hortus.E2E.ByOrder", "Hortus.E2E")]
public sealed class GardenBucketTests(GardenWithBucket fixture) : IClassFixture<GardenWithBucket>
{
    private const string Etcd = "virtual-garden-etcd-main";
    private const string Place = $"s3://{GardenWithBucket.Bucket}/{GardenWithBucket.Folder}/{Etcd}/etcd-main";

    private readonly LocalGarden garden = fixture.Garden;
    private readonly AvailabilityChecks availability = new(fixture.Garden);

    [Fact, Order(1)]
    public async Task The_bucket_is_made_by_the_extension_and_snapshots_are_in_it()
    {
        (await garden.RuntimeKubectlAsync("get", "backupbucket", GardenWithBucket.Bucket, "-o", "jsonpath={.spec.type} {.status.lastOperation.state}"))
            .Succeeded().ShouldBe("s3 Succeeded");
        (await garden.RuntimeKubectlAsync("wait", "extop/backup-s3", "--for=condition=Installed", "--timeout=1m")).Succeeded();
        await GardenToShootTests.EventuallyAsync("a snapshot is there", async () => (await fixture.SnapshotsAsync(Place)).Count > 0);
    }

    [Fact, Order(2)]
    public async Task The_etcd_lets_nobody_in_without_a_certificate()
    {
        var address = (await garden.RuntimeKubectlAsync("-n", "garden", "get", "pod", Etcd + "-0", "-o", "jsonpath={.status.podIP}"))
            .Succeeded();
        using var client = fixture.Stranger();

        var error = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri($"https://{address}:2379/version")));

        error.ToString().ShouldContain("ertificate");
    }

    [Fact, Order(2)]
    public Task Each_component_has_two_pods() => availability.HasTwoPodsOfEachAsync();

    [Fact, Order(2)]
    public Task Others_go_on_with_the_work_of_leaders_that_vanish() => availability.SurvivesItsLeadersAsync();

    [Fact, Order(3)]
    public async Task An_etcd_that_is_stopped_leaves_a_last_snapshot()
    {
        (await garden.KubectlAsync("create", "configmap", "kept")).Succeeded();
        var before = await fixture.SnapshotsAsync(Place);

        (await garden.RuntimeKubectlAsync("-n", "garden", "delete", "pod", Etcd + "-0")).Succeeded();

        string[] taken = [.. (await fixture.SnapshotsAsync(Place)).Except(before)];
        taken.ShouldNotBeEmpty();
        fixture.Last = taken[0];
        await GardenToShootTests.EventuallyAsync("the garden goes on", async () =>
            (await garden.KubectlAsync("create", "configmap", "lost")).ExitCode == 0);
    }

    [Fact, Order(4)]
    public async Task A_garden_whose_etcd_is_lost_comes_back_from_a_snapshot()
    {
        var member = Directory.GetDirectories(Path.Combine(garden.State, "volumes"), "new.etcd", SearchOption.AllDirectories)
            .ShouldHaveSingleItem();
        (await garden.DownAsync()).Succeeded();
        Directory.Delete(member, recursive: true);
        var file = Path.Combine(garden.Scratch, "garden.db");
        (await fixture.BackupAsync("restore", "--from", Place, "--snapshot", fixture.Last, "--file", file)).Succeeded();
        (await Commands.RunAsync("env", TimeSpan.FromMinutes(1), "ETCDCTL_API=3", BuiltTools.Installed("etcdctl"), "snapshot", "restore", file,
            "--data-dir", member, "--name", "etcd-main", "--initial-cluster", "etcd-main=http://127.0.0.1:2380",
            "--initial-advertise-peer-urls", "http://127.0.0.1:2380")).Succeeded();

        (await fixture.UpAsync()).Succeeded();

        (await garden.KubectlAsync("get", "configmap", "kept")).Succeeded();
        (await garden.KubectlAsync("get", "configmap", "lost")).Error.ShouldContain("NotFound");
        (await garden.KubectlAsync("wait", "seed/local", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
    }
}
