using System.Diagnostics;
using System.Net;
using Hortus.Client;
using Hortus.Dns;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Dns;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ProviderLocal.Tests;

/// <summary>DNSRecords as dig sees them, through a name server fed from the cluster.</summary>
[Trait("Category", "RealParts")]
public sealed class DnsRecordTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private SeedWorld world = null!;
    private Task serving = Task.CompletedTask;
    private IPEndPoint server = null!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync()
    {
        world = await SeedWorld.StartAsync(Token);
        var sockets = DnsSockets.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server = sockets.EndPoint;
        serving = new DnsServer(world.Zones, null, NullLogger.Instance).RunAsync(sockets, Token);
    }

    public async Task DisposeAsync()
    {
        await deadline.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ExtensionClass.Garden)]
    public async Task A_record_is_answered_until_it_is_deleted(string? extensionClass)
    {
        var record = await CreateAsync(
            "api", "api.virtual-garden.local.gardener.cloud", "A", ["10.2.0.7", "10.2.0.8"], spec => spec with { Class = extensionClass });

        var done = await world.UntilSucceededAsync<DNSRecord>(record.Key, Token);
        done.Status!.Zone.ShouldBe("local.gardener.cloud");
        await UntilAnsweredAsync("api.virtual-garden.local.gardener.cloud A", "10.2.0.7\n10.2.0.8");
        (await DigAsync("api.virtual-garden.local.gardener.cloud A +tcp +short")).ShouldBe("10.2.0.7\n10.2.0.8");

        await world.Seed.DeleteAsync<DNSRecord>(record.Key, null, Token);
        await world.Seed.UntilAsync<DNSRecord>(record.Key, value => value is null, Token);
        await UntilAnsweredAsync("api.virtual-garden.local.gardener.cloud A", "");
        (await DigAsync("api.virtual-garden.local.gardener.cloud A")).ShouldContain("status: NXDOMAIN");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Every_type_is_answered_in_the_zone_it_came_with_or_the_smallest_that_fits()
    {
        await CreateAsync("a", "*.ingress.example.org", "A", ["10.2.0.9"]);
        await CreateAsync("b", "ipv6.example.org", "AAAA", ["fd00::7"], spec => spec with { Zone = "example.org", Ttl = 7 });
        await CreateAsync("c", "www.example.org", "CNAME", ["any.ingress.example.org"], spec => spec with { Zone = "example.org." });
        await CreateAsync("d", "_acme-challenge.example.org", "TXT", ["one two", "three"], spec => spec with { Zone = "example.org" });
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await world.UntilSucceededAsync<DNSRecord>(SeedWorld.KeyOf(name), Token);
        }

        await UntilAnsweredAsync("console.ingress.example.org A", "10.2.0.9");
        await UntilAnsweredAsync("ipv6.example.org AAAA", "fd00::7");
        await UntilAnsweredAsync("www.example.org A", "any.ingress.example.org.\n10.2.0.9");
        await UntilAnsweredAsync("_acme-challenge.example.org TXT", "\"one two\"\n\"three\"");
        (await world.Seed.GetAsync<DNSRecord>(SeedWorld.KeyOf("a"), Token)).Status!.Zone.ShouldBe("ingress.example.org");
        (await DigAsync("ipv6.example.org AAAA")).ShouldMatch(@"\s7\s+IN\s+AAAA");
        (await DigAsync("other.org A")).ShouldContain("status: REFUSED");
    }

    [Fact]
    public async Task A_record_that_asks_for_other_values_or_another_name_leaves_nothing_of_the_old()
    {
        var record = await CreateAsync("api", "old.local.gardener.cloud", "A", ["10.2.0.7"]);
        await UntilAnsweredAsync("old.local.gardener.cloud A", "10.2.0.7");

        await ChangeAsync(record.Key, spec => spec with { Values = ["10.2.0.8"] });
        await UntilAnsweredAsync("old.local.gardener.cloud A", "10.2.0.8");

        await world.Seed.DeleteAsync<DNSRecord>(record.Key, null, Token);
        await world.Seed.UntilAsync<DNSRecord>(record.Key, value => value is null, Token);
        await CreateAsync("api", "new.local.gardener.cloud", "A", ["10.2.0.8"]);
        await UntilAnsweredAsync("new.local.gardener.cloud A", "10.2.0.8");
        (await DigAsync("old.local.gardener.cloud A")).ShouldContain("status: NXDOMAIN");
    }

    [Fact]
    public async Task A_name_that_another_record_has_is_refused_until_that_one_is_gone()
    {
        var first = await CreateAsync("first", "api.local.gardener.cloud", "A", ["10.2.0.1"]);
        await world.UntilSucceededAsync<DNSRecord>(first.Key, Token);
        var second = await CreateAsync("second", "API.local.gardener.cloud.", "A", ["10.2.0.2"]);
        var alias = await CreateAsync("alias", "api.local.gardener.cloud", "CNAME", ["elsewhere.org"]);
        var beside = await CreateAsync("beside", "api.local.gardener.cloud", "TXT", ["text"]);

        (await FaultOfAsync(second.Key)).ShouldContain("has A records of DNSRecord shoot--local--test/first already");
        (await FaultOfAsync(alias.Key)).ShouldContain("already");
        await world.UntilSucceededAsync<DNSRecord>(beside.Key, Token);
        await UntilAnsweredAsync("api.local.gardener.cloud A", "10.2.0.1");

        await world.Seed.DeleteAsync<DNSRecord>(first.Key, null, Token);
        await UntilAnsweredAsync("api.local.gardener.cloud A", "10.2.0.2");
    }

    [Fact]
    public async Task Records_of_an_owner_that_vanished_give_way()
    {
        var orphan = new ZoneRecord("local.gardener.cloud", "api.local.gardener.cloud", DnsType.A, 60, ["10.2.0.66"]).Write(
            GardenerNames.GardenNamespace, new DNSRecord { Metadata = SeedWorld.Named("gone") with { Uid = "gone" } });
        await world.Seed.CreateAsync(orphan, Token);
        await UntilAnsweredAsync("api.local.gardener.cloud A", "10.2.0.66");

        await CreateAsync("api", "api.local.gardener.cloud", "A", ["10.2.0.7"]);

        await UntilAnsweredAsync("api.local.gardener.cloud A", "10.2.0.7");
    }

    [Theory]
    [InlineData("api.example.org", "MX", "1.2.3.4", null, "spec.recordType")]
    [InlineData("api.example.org", "A", "fd00::1", null, "IPv4")]
    [InlineData("api.example.org", "AAAA", "host", null, "IPv6")]
    [InlineData("api.example.org", "CNAME", "no name", null, "target")]
    [InlineData("a..org", "A", "10.0.0.1", null, "a..org")]
    [InlineData("api.example.org", "A", "10.0.0.1", "example.com", "not in the zone")]
    [InlineData("*.org", "A", "10.0.0.1", null, "top-level")]
    public async Task A_record_that_cannot_be_answered_says_why(string name, string type, string value, string? zone, string says)
    {
        var record = await CreateAsync("bad", name, type, [value], spec => spec with { Zone = zone });

        (await FaultOfAsync(record.Key)).ShouldContain(says);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_damaged_record_in_the_cluster_hides_no_other()
    {
        await world.Seed.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta
                {
                    Namespace = GardenerNames.GardenNamespace,
                    Name = "broken",
                    Labels = new Dictionary<string, string> { [ZoneRecord.Label] = "true" },
                },
                Data = new Dictionary<string, string> { ["type"] = "A", ["ttl"] = "5", ["values"] = "nonsense" },
            },
            Token);

        await CreateAsync("api", "api.local.gardener.cloud", "A", ["10.2.0.7"]);

        await UntilAnsweredAsync("api.local.gardener.cloud A", "10.2.0.7");
    }

    private Task<DNSRecord> CreateAsync(
        string name, string domain, string type, IReadOnlyList<string> values, Func<DNSRecordSpec, DNSRecordSpec>? change = null)
    {
        var spec = new DNSRecordSpec { Type = "local", Name = domain, RecordType = type, Values = values };
        return world.Seed.CreateAsync(
            new DNSRecord { Metadata = SeedWorld.Named(name), Spec = change?.Invoke(spec) ?? spec }, Token);
    }

    private async Task ChangeAsync(ObjectKey key, Func<DNSRecordSpec, DNSRecordSpec> change)
    {
        var record = await world.UntilSucceededAsync<DNSRecord>(key, Token);
        await world.Seed.UpdateAsync(
            record with
            {
                Spec = change(record.Spec),
                Metadata = record.Metadata with
                {
                    Annotations = new Dictionary<string, string> { [GardenerAnnotations.Operation] = GardenerOperations.Reconcile },
                },
            },
            Token);
    }

    private async Task<string> FaultOfAsync(ObjectKey key)
    {
        var failed = await world.Seed.UntilAsync<DNSRecord>(key, value => value?.Status?.LastError is not null, Token);
        failed!.Status!.LastError!.Codes.ShouldBe([ErrorCode.ConfigurationProblem]);
        return failed.Status.LastError.Description;
    }

    private async Task NothingIsLeftAsync() =>
        (await world.Seed.ListAsync<ConfigMap>(ListOptions.All with { LabelSelector = ZoneRecord.Selector }, Token)).Items.ShouldBeEmpty();

    // The zones follow the cluster by a watch, a moment behind.
    private async Task UntilAnsweredAsync(string question, string answer)
    {
        var last = "";
        try
        {
            do
            {
                last = await DigAsync(question + " +short");
            }
            while (last != answer);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{question}: want \"{answer}\", found \"{last}\"");
        }
    }

    private async Task<string> DigAsync(string words)
    {
        var start = new ProcessStartInfo("dig", [$"@{server.Address}", "-p", $"{server.Port}", "+time=10", .. words.Split(' ')])
        {
            RedirectStandardOutput = true,
        };
        using var dig = Process.Start(start)!;
        var output = await dig.StandardOutput.ReadToEndAsync(Token);
        await dig.WaitForExitAsync(Token);
        return output.Trim();
    }
}
