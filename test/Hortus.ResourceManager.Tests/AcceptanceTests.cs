using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Testing;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>A ManagedResource as operators meet it, with the tools that they have.</summary>
[Trait("Category", "RealParts")]
public sealed class AcceptanceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string kubeconfig = Path.GetTempFileName();

    public void Dispose() => File.Delete(kubeconfig);

    [Fact]
    public async Task Many_objects_are_one_compressed_key_that_kubectl_and_brotli_read_and_all_are_applied()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.Source.WriteKubeconfigAsync(kubeconfig, world.Token);
        var bundle = ManifestBundle.Of(Objects());

        var secret = (await world.WriteAsync("test", [.. Objects()])).Spec.SecretRefs.Single().Name!;
        var resource = await world.AppliedAsync("test");
        await world.ConditionAsync("test", Names.Healthy, Names.ResourcesHealthy);

        var stored = await world.Source.Client.GetAsync<Secret>(Key(secret), world.Token);
        stored.Data!.Keys.ShouldBe([ManagedResourceWriter.DataKey]);
        stored.Data[ManagedResourceWriter.DataKey].Length.ShouldBeLessThan(bundle.Content.Length / 10);
        var pipe = $"'{BuiltTools.Kubectl}' --kubeconfig '{kubeconfig}' get secret {secret} -o jsonpath='{{.data.data\\.yaml\\.br}}'"
            + " | base64 -d | brotli -d";
        var read = await Commands.RunAsync("bash", Limit, "-o", "pipefail", "-c", pipe);
        read.Succeeded().ShouldBe(Encoding.UTF8.GetString(bundle.Content.Span));
        resource.Status!.Resources!.Count.ShouldBe(42);
        (await ExistingAsync(world)).ShouldBe(42);
    }

    [Fact]
    public async Task The_built_command_prints_a_diff_with_the_exit_code_of_kubectl()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.Source.WriteKubeconfigAsync(kubeconfig, world.Token);
        await world.WriteAsync("test", Map("a"));

        var before = await DiffAsync("test");
        before.ExitCode.ShouldBe(1, before.Error);
        before.Output.ShouldStartWith("# create v1/ConfigMap/default/a\n--- /dev/null\n+++ wanted/v1/ConfigMap/default/a\n");
        world.Run(new ResourceManagerOptions());
        await world.AppliedAsync("test");
        var after = await DiffAsync("test");
        after.ExitCode.ShouldBe(0, after.Error);
        after.Output.ShouldBeEmpty();
        var missing = await DiffAsync("other");
        missing.ExitCode.ShouldBe(2);
        missing.Error.ShouldBe("hortus: managedresources.resources.gardener.cloud \"other\" not found\n");
    }

    private Task<CommandResult> DiffAsync(string name) =>
        Commands.RunAsync(BuiltTools.Hortus, Limit, "managed-resource", "diff", name, "-n", "default", "--kubeconfig", kubeconfig);

    private static IEnumerable<KubernetesObject> Objects()
    {
        yield return new Namespace { Metadata = new ObjectMeta { Name = "flux" } };
        for (var i = 0; i < 20; i++)
        {
            yield return Map($"map-{i}", $"{i}") with { Metadata = Named($"map-{i}") };
        }

        for (var i = 0; i < 10; i++)
        {
            yield return new ServiceAccount { Metadata = Named($"account-{i}") };
            yield return new Role
            {
                Metadata = Named($"role-{i}"),
                Rules = [new PolicyRule { ApiGroups = [""], Resources = ["configmaps"], Verbs = ["get", "list", "watch"] }],
            };
        }

        yield return new Service { Metadata = Named("web"), Spec = new ServiceSpec { Ports = [new ServicePort { Port = 80 }] } };
    }

    private static ObjectMeta Named(string name) => new()
    {
        Namespace = "flux",
        Name = name,
        Labels = new Dictionary<string, string> { ["app.kubernetes.io/part-of"] = "flux", ["app.kubernetes.io/instance"] = name },
    };

    private static async Task<int> ExistingAsync(ResourceWorld world)
    {
        ResourceKind[] kinds =
        [
            ResourceKind.Of<Namespace>(), ResourceKind.Of<ConfigMap>(), ResourceKind.Of<ServiceAccount>(), ResourceKind.Of<Role>(),
            ResourceKind.Of<Service>(),
        ];
        var count = 0;
        foreach (var kind in kinds)
        {
            var options = new ListOptions { LabelSelector = ResourceNames.ManagedBy };
            count += (await world.Target.Client.Dynamic.ListAsync(kind, options, world.Token)).Items.Count;
        }

        return count;
    }
}
