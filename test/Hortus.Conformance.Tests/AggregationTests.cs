using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>What users see while the server of an aggregated API is away.</summary>
[Trait("Category", "RealParts")]
public sealed class AggregationTests : IAsyncLifetime
{
    private readonly GardenServer garden = new();

    private Kubectl Kubectl => garden.Server.Admin;

    public Task InitializeAsync() => garden.InitializeAsync();

    public Task DisposeAsync() => garden.DisposeAsync();

    [OwnServerFact]
    public async Task A_killed_server_makes_its_groups_unavailable_and_nothing_else()
    {
        var shoot = await garden.CreateShootAsync(_ => _);

        await garden.StopBehindAsync();
        (await Kubectl.RunAsync(
            "wait --for=condition=Available=False apiservice/v1beta1.core.gardener.cloud --timeout=60s")).Succeeds();
        var away = (await Kubectl.RunAsync($"-n garden-local get shoot {shoot}")).Fails();
        var apps = await Kubectl.RunAsync("get deployments -A");
        var listed = (await Kubectl.RunAsync("get apiservice v1beta1.core.gardener.cloud")).Lines()[1];
        await garden.StartBehindAsync();
        var back = await Kubectl.RunAsync($"-n garden-local get shoot {shoot} -o name");

        away.ShouldContain("kube-system/gardener-apiserver");
        apps.ExitCode.ShouldBe(0, apps.ToString());
        listed.ShouldContain("False (FailedDiscoveryCheck)");
        back.Succeeds().Trim().ShouldBe($"shoot.core.gardener.cloud/{shoot}");
    }
}
