using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests;

[Trait("Category", "Upstream")]
public sealed class UpstreamExampleTests
{
    [SkippableFact]
    public async Task Upstreams_example_is_applied()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "shared", "upstream", "examples")))
        {
            folder = folder.Parent;
        }

        Skip.If(folder is null, "the folder shared/upstream/examples is not there");
        await using var world = await ResourceWorld.StartAsync();
        var kinds = await world.Source.Client.Dynamic.DiscoverAsync(world.Token);
        var file = Path.Combine(folder!.FullName, "shared", "upstream", "examples", "20-managedresource.yaml");
        foreach (var manifest in KubernetesYaml.ParseAll(await File.ReadAllTextAsync(file, world.Token)))
        {
            var kind = kinds.First(k => k.ApiVersion == $"{manifest["apiVersion"]}" && k.Kind == $"{manifest["kind"]}");
            await world.Source.Client.Dynamic.CreateAsync(kind, manifest, world.Token);
        }

        var resource = await world.AppliedAsync("example");

        resource.Status!.Resources!.Select(r => $"{r.Kind} {r.Namespace}/{r.Name}").ShouldBe(
            ["ConfigMap default/test-1234", "ConfigMap default/test-5678", "Deployment default/nginx-deployment"], ignoreOrder: true);
        (await world.Target.Client.GetAsync<Deployment>(Key("nginx-deployment"), world.Token)).Spec.Replicas.ShouldBe(2);
        await world.ConditionAsync("example", "ResourcesHealthy", "DeploymentUnhealthy");
    }
}
