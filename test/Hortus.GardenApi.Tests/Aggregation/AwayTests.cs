using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Aggregation;

/// <summary>What happens while the server behind is away. One test at a time has the servers for itself.</summary>
[Trait("Category", "Integration")]
public sealed class AwayTests : IAsyncLifetime
{
    private const string Core = "/apis/core.gardener.cloud/v1beta1";
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private readonly AggregatedGarden garden = new();

    public Task InitializeAsync() => garden.InitializeAsync();

    public Task DisposeAsync() => garden.DisposeAsync();

    [Fact]
    public async Task A_server_that_went_away_is_said_to_be_away_and_comes_back_with_its_objects()
    {
        using var deadline = AggregatedGarden.Deadline();
        await garden.CreateAsync(new ExposureClass { Metadata = new ObjectMeta { Name = "kept" }, Handler = "h" });

        await garden.StopBehindAsync();
        var refused = await garden.GetAsync($"{Core}/exposureclasses/kept");
        var condition = await garden.UntilAsync("core.gardener.cloud/v1beta1", "False", deadline.Token);
        var afterwards = await garden.GetAsync($"{Core}/exposureclasses/kept");
        var discovery = await garden.GetAsync("/apis", Aggregated);
        var others = await garden.GetAsync("/api/v1/namespaces");
        garden.StartBehind();
        await garden.UntilAvailableAsync(deadline.Token);
        var found = await garden.GetAsync($"{Core}/exposureclasses/kept");

        (refused.Code, refused.Body["reason"]!.ToString()).ShouldBe((503, "ServiceUnavailable"));
        condition.Reason.ShouldBe("FailedDiscoveryCheck");
        condition.Message!.ShouldStartWith("failing or missing response from https://gardener-apiserver.kube-system.svc:443/apis/");
        afterwards.Code.ShouldBe(503);
        afterwards.Message.ShouldContain("kube-system/gardener-apiserver");
        var group = discovery.Body["items"]!.AsArray().Single(g => g!["metadata"]!["name"]!.ToString() == "core.gardener.cloud")!;
        group["versions"]![1]!["freshness"]!.ToString().ShouldBe("Stale");
        group["versions"]![1]!["resources"]!.AsArray().Count.ShouldBeGreaterThan(10);
        others.Code.ShouldBe(200);
        found.Code.ShouldBe(200, found.Message);
    }

    [Fact]
    public async Task Reasons_name_what_is_missing_of_the_service()
    {
        using var deadline = AggregatedGarden.Deadline();
        var key = new ObjectKey("kube-system", "gardener-apiserver");
        var slice = await garden.Admin.GetAsync<EndpointSlice>(key, deadline.Token);
        var service = await garden.Admin.GetAsync<Service>(key, deadline.Token);

        await garden.Admin.DeleteAsync<EndpointSlice>(key, null, deadline.Token);
        var endpoints = await garden.UntilAsync("core.gardener.cloud/v1", "False", deadline.Token);
        await garden.Admin.DeleteAsync<Service>(key, null, deadline.Token);
        var services = await UntilReasonAsync("ServiceNotFound", deadline.Token);
        await garden.CreateAsync(New(service));
        await garden.CreateAsync(New(slice));
        var again = await garden.UntilAsync("core.gardener.cloud/v1", "True", deadline.Token);

        (endpoints.Reason, endpoints.Message).ShouldBe(
            ("EndpointsNotFound", "cannot find endpointslices for service/gardener-apiserver in \"kube-system\""));
        services.Message.ShouldBe("service/gardener-apiserver in \"kube-system\" is not present");
        again.Reason.ShouldBe("Passed");
    }

    private async Task<APIServiceCondition> UntilReasonAsync(string reason, CancellationToken cancellationToken)
    {
        await foreach (var change in garden.Admin.WatchAsync<APIService>(
            new WatchOptions { FieldSelector = "metadata.name=v1.core.gardener.cloud" }, cancellationToken))
        {
            if (change.Object.Status.Conditions?.FirstOrDefault(c => c.Reason == reason) is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("the watch has ended");
    }

    private static T New<T>(T former) where T : KubernetesObject => (T)(former with
    {
        Metadata = new ObjectMeta
        {
            Namespace = former.Metadata.Namespace,
            Name = former.Metadata.Name,
            Labels = former.Metadata.Labels,
        },
    });
}
