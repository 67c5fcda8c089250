using System.Text;
using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator.Tests;

/// <summary>Buckets and records of a garden, made by an extension.</summary>
[Trait("Category", "Integration")]
public sealed class GardenExtensionsTests
{
    private static readonly string[] Domains =
        ["api-garden-example-local", "gardener-garden-example-local", "wildcard-ingress-example-local"];

    [Fact]
    public async Task The_bucket_comes_before_the_store_and_the_records_lead_to_the_API_server()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        var storeWasThere = false;
        extension.OnRequest = async (value, token) => storeWasThere |= value is not DNSRecord
            && await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, token) is not null;
        extension.ProviderStatus = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["account"] = "a1" });
        extension.Generated = new SecretReference { Namespace = "garden", Name = "made-for-the-bucket" };
        await CreateSecretAsync(world, "made-for-the-bucket", deadline.Token);

        await StartGardenAsync(world, deadline.Token);

        var garden = await world.Runtime.GetAsync<Garden>(OperatorWorld.Key, deadline.Token);
        var service = await world.Runtime.GetAsync<Service>(OperatorWorld.ApiServer, deadline.Token);
        var bucket = (await world.Runtime.ListAsync<BackupBucket>(ListOptions.All, deadline.Token)).Items.ShouldHaveSingleItem();
        var entry = (await world.Runtime.ListAsync<BackupEntry>(ListOptions.All, deadline.Token)).Items.ShouldHaveSingleItem();
        var records = (await world.Runtime.ListAsync<DNSRecord>(ListOptions.In("garden"), deadline.Token)).Items;
        var store = await world.Runtime.GetAsync<Secret>(OperatorWorld.KeyOf("etcd-backup"), deadline.Token);

        storeWasThere.ShouldBeFalse();
        extension.Trace.Where(request => !request.Contains("DNSRecord", StringComparison.Ordinal)).ShouldBe(
            [$"reconcile BackupBucket garden-{garden.Metadata.Uid}", $"reconcile BackupEntry garden--{garden.Metadata.Uid}"]);
        bucket.Spec.ShouldSatisfyAllConditions(
            spec => spec.Class.ShouldBe("garden"),
            spec => spec.Region.ShouldBe("region-1"),
            spec => spec.SecretRef.Name.ShouldBe("backup"),
            spec => spec.ProviderConfig!.Value.GetProperty("tier").GetString().ShouldBe("hot"));
        entry.Metadata.Annotation("backup.hortus.dev/prefix").ShouldBe("virtual-garden-etcd-main");
        entry.Spec.SecretRef.Name.ShouldBe("made-for-the-bucket");
        entry.Spec.BackupBucketProviderStatus!.Value.GetProperty("account").GetString().ShouldBe("a1");
        Encoding.UTF8.GetString(store.Data!["name"]).ShouldBe("made-for-the-bucket");
        records.Select(record => record.Metadata.Name).ShouldBe(Domains, ignoreOrder: true);
        records.SelectMany(record => record.Spec.Values).Distinct().ShouldBe([service.Spec.ClusterIP!]);
    }

    [Fact]
    public async Task Records_are_asked_for_again_only_when_something_changed()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await StartGardenAsync(world, deadline.Token);
        var record = OperatorWorld.KeyOf(Domains[0]);
        var old = await world.Runtime.GetAsync<DNSRecord>(record, deadline.Token);
        extension.Trace.Clear();

        await ReconcileAsync(world, deadline.Token);
        var quiet = extension.Trace.Where(request => request.Contains("DNSRecord", StringComparison.Ordinal)).ToArray();
        await world.PatchAsync(
            """{"spec":{"dns":{"providers":[{"name":"primary","type":"local","secretRef":{"name":"dns-2"}}]}}}""", deadline.Token);
        await world.Runtime.UntilAsync<DNSRecord>(record, found => found!.Spec.SecretRef.Name == "dns-2", deadline.Token);
        await SucceededAsync(world, deadline.Token);

        quiet.ShouldBeEmpty();
        extension.Trace.Where(request => request.Contains("DNSRecord", StringComparison.Ordinal)).Distinct().ShouldBe(
            Domains.Select(name => $"reconcile DNSRecord {name}"), ignoreOrder: true);
        (await world.Runtime.GetAsync<DNSRecord>(record, deadline.Token)).Metadata.Uid.ShouldBe(old.Metadata.Uid);
    }

    [Fact]
    public async Task Other_credentials_under_the_same_name_ask_for_the_records_again()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await CreateSecretAsync(world, "dns", deadline.Token);
        await StartGardenAsync(world, deadline.Token);
        var secret = await world.Runtime.GetAsync<Secret>(OperatorWorld.KeyOf("dns"), deadline.Token);
        extension.Trace.Clear();

        await world.Runtime.UpdateAsync(
            secret with { Data = new Dictionary<string, byte[]> { ["name"] = Encoding.UTF8.GetBytes("another one") } }, deadline.Token);
        await Task.WhenAll(Domains.Select(name => world.Runtime.UntilAsync<DNSRecord>(
            OperatorWorld.KeyOf(name), found => AskedWithOthers(found!), deadline.Token)));
        await SucceededAsync(world, deadline.Token);

        extension.Trace.Where(request => request.Contains("DNSRecord", StringComparison.Ordinal)).ShouldBe(
            Domains.Select(name => $"reconcile DNSRecord {name}"), ignoreOrder: true);

        bool AskedWithOthers(DNSRecord record) =>
            record.Metadata.Annotation(GardenerAnnotations.CredentialsVersion) is { } version
            && version != secret.Metadata.ResourceVersion
            && record.Metadata.Annotation(GardenerAnnotations.Operation) is null
            && record.Status?.LastOperation?.State == LastOperationState.Succeeded;
    }

    [Fact]
    public async Task A_domain_that_is_renamed_leaves_no_record_behind()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await StartGardenAsync(world, deadline.Token);
        await world.Runtime.CreateAsync(Foreign("somebody-elses", null), deadline.Token);

        await world.PatchAsync(
            """{"spec":{"virtualCluster":{"dns":{"domains":[{"name":"new.example","provider":"primary"}]}}}}""", deadline.Token);
        await SucceededAsync(world, deadline.Token);

        (await world.Runtime.ListAsync<DNSRecord>(ListOptions.In("garden"), deadline.Token)).Items
            .Select(record => record.Metadata.Name)
            .ShouldBe(["api-new-example-local", "gardener-new-example-local", Domains[2], "somebody-elses"], ignoreOrder: true);
        extension.Trace.ShouldContain($"delete DNSRecord {Domains[0]}");
    }

    [Fact]
    public async Task A_record_of_another_type_is_made_anew()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await StartGardenAsync(world, deadline.Token);
        var key = OperatorWorld.KeyOf(Domains[0]);
        var old = await world.Runtime.GetAsync<DNSRecord>(key, deadline.Token);
        var service = await world.Runtime.GetAsync<Service>(OperatorWorld.ApiServer, deadline.Token);

        await world.Runtime.UpdateStatusAsync(
            service with
            {
                Status = new ServiceStatus
                {
                    LoadBalancer = new LoadBalancerStatus { Ingress = [new LoadBalancerIngress { Hostname = "lb.example.com" }] },
                },
            },
            deadline.Token);
        await ReconcileAsync(world, deadline.Token);

        var record = await world.Runtime.GetAsync<DNSRecord>(key, deadline.Token);
        record.Metadata.Uid.ShouldNotBe(old.Metadata.Uid);
        record.Spec.RecordType.ShouldBe("CNAME");
        record.Spec.Values.ShouldBe(["lb.example.com"]);
        record.Status!.LastOperation!.State.ShouldBe(LastOperationState.Succeeded);
    }

    [Fact]
    public async Task A_Secret_that_is_missing_is_named_and_the_store_waits_for_it()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await TestExtension.OfferAsync(world, deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.WithExtensions(), deadline.Token);
        world.StartOperator();

        var failed = await world.UntilAsync(
            found => found?.Status?.LastOperation?.State == LastOperationState.Error, deadline.Token);
        var store = await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await CreateSecretAsync(world, "backup", deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        failed!.Status!.LastOperation!.Description.ShouldContain(
            "Deploying backup bucket: there is no Secret garden/backup with access to the object store");
        store.ShouldBeNull();
    }

    [Fact]
    public async Task Deletion_takes_the_API_server_first_then_records_and_entry_and_the_bucket_last()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await StartGardenAsync(world, deadline.Token);
        await world.Runtime.CreateAsync(Foreign("somebody-elses", null), deadline.Token);
        var serverWasThere = false;
        extension.OnRequest = async (_, token) =>
            serverWasThere |= await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, token) is not null;
        extension.Trace.Clear();

        await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);

        serverWasThere.ShouldBeFalse();
        var trace = extension.Trace.ToArray();
        trace.Where(request => request.Contains(" DNSRecord ", StringComparison.Ordinal)).ShouldBe(
            Domains.Select(name => $"delete DNSRecord {name}"), ignoreOrder: true);
        trace.Where(request => request.Contains(" Backup", StringComparison.Ordinal)).Select(request => request[..request.LastIndexOf(' ')])
            .ShouldBe(["delete BackupEntry", "delete BackupBucket"]);
        (await world.Runtime.FindAsync<Secret>(OperatorWorld.KeyOf("etcd-backup"), deadline.Token)).ShouldBeNull();
        (await world.Runtime.ListAsync<DNSRecord>(ListOptions.In("garden"), deadline.Token)).Items
            .ShouldHaveSingleItem().Metadata.Name.ShouldBe("somebody-elses");
    }

    /// <summary>The same Garden as a first and as any later run sees it.</summary>
    private static async Task StartGardenAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        await TestExtension.OfferAsync(world, cancellationToken);
        await CreateSecretAsync(world, "backup", cancellationToken);
        await world.Runtime.CreateAsync(OperatorWorld.WithExtensions(), cancellationToken);
        world.StartOperator();
        await world.UntilSucceededAsync(cancellationToken);
    }

    private static Task CreateSecretAsync(OperatorWorld world, string name, CancellationToken cancellationToken) =>
        world.Runtime.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = name },
                Data = new Dictionary<string, byte[]> { ["name"] = Encoding.UTF8.GetBytes(name) },
            },
            cancellationToken);

    private static async Task ReconcileAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        var bucket = (await world.Runtime.ListAsync<BackupBucket>(ListOptions.All, cancellationToken)).Items[0];
        await world.AnnotateAsync(GardenerAnnotations.Operation, "reconcile", cancellationToken);

        // The bucket is asked for in every run: a new request shows that the run has begun.
        await world.Runtime.UntilAsync<BackupBucket>(
            bucket.Key,
            found => found!.Metadata.Annotation(GardenerAnnotations.Timestamp) != bucket.Metadata.Annotation(GardenerAnnotations.Timestamp),
            cancellationToken);
        await SucceededAsync(world, cancellationToken);
    }

    private static Task SucceededAsync(OperatorWorld world, CancellationToken cancellationToken) => world.UntilAsync(
        found => found!.Status!.ObservedGeneration == found.Metadata.Generation
            && found.Status.LastOperation!.State == LastOperationState.Succeeded,
        cancellationToken);

    private static DNSRecord Foreign(string name, string? @class) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "garden",
            Name = name,
            Labels = new Dictionary<string, string> { ["origin"] = "gardener-operator" },
        },
        Spec = new DNSRecordSpec
        {
            Type = "local",
            Class = @class,
            Name = "x.example",
            RecordType = "A",
            Values = ["10.0.0.1"],
            SecretRef = new SecretReference { Namespace = "garden", Name = "dns" },
        },
    };
}
