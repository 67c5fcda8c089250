using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.ProviderLocal.Admission;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Tests.Admission;

/// <summary>Profiles of projects against their parents in a garden.</summary>
[Trait("Category", "Integration")]
public sealed class ProjectProfileTests
{
    [Fact]
    public async Task Images_are_new_against_the_parent_and_on_offer_in_the_profile()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var world = await AdmissionWorld.StartAsync(deadline.Token);
        await world.Garden.CreateAsync(AdmissionWorld.ProfileWith(null), deadline.Token);
        await world.Garden.CreateAsync(AdmissionWorld.ProfileWith(null, "aws", "cloud"), deadline.Token);

        (await FaultsAsync(world, Profile("local", "1.0.1", "1.0.1"), deadline.Token)).ShouldBeEmpty();
        (await FaultsAsync(world, Profile("local", "1.0.0", "1.0.0"), deadline.Token)).ShouldContain(
            "spec.providerConfig.machineImages[0].versions[0]: Forbidden: machine image local@1.0.0 is defined by CloudProfile local already");
        (await FaultsAsync(world, Profile("local", "1.0.1", "1.0.2"), deadline.Token)).ShouldContain(
            "spec.providerConfig.machineImages[0].versions[0]: Invalid value: \"local@1.0.1\"");
        (await FaultsAsync(world, Profile("cloud", "1.0.1", "1.0.1"), deadline.Token)).ShouldContain("CloudProfile cloud is of type aws");
        (await FaultsAsync(world, Profile("gone", "1.0.1", "1.0.1"), deadline.Token)).ShouldContain("spec.parent.name: Not found: \"gone\"");
    }

    [SkippableFact]
    [Trait("Category", "Upstream")]
    public async Task Upstreams_example_has_no_faults()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "shared", "upstream", "examples")))
        {
            folder = folder.Parent;
        }

        Skip.If(folder is null, "the folder shared/upstream/examples is not there");
        var file = Path.Combine(folder!.FullName, "shared", "upstream", "examples", "35-namespacedcloudprofile.yaml");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var world = await AdmissionWorld.StartAsync(deadline.Token);
        await world.Garden.CreateAsync(AdmissionWorld.ProfileWith(null), deadline.Token);

        (await FaultsAsync(world, KubernetesYaml.Parse(await File.ReadAllTextAsync(file, deadline.Token)), deadline.Token)).ShouldBeEmpty();
    }

    private static async Task<string> FaultsAsync(AdmissionWorld world, JsonObject profile, CancellationToken cancellationToken)
    {
        var request = new AdmissionRequest
        {
            Uid = "1",
            Operation = "CREATE",
            Group = "core.gardener.cloud",
            Kind = "NamespacedCloudProfile",
            Resource = "namespacedcloudprofiles",
            Namespace = "garden-local",
            Name = "own",
            Object = profile,
        };
        var answer = await new NamespacedCloudProfileValidationWebhook(world.Garden).ReviewAsync(request, cancellationToken);
        return answer.Denial?.Message ?? "";
    }

    private static JsonObject Profile(string parent, string mapped, string offered) => KubernetesYaml.Parse($$"""
        apiVersion: core.gardener.cloud/v1beta1
        kind: NamespacedCloudProfile
        metadata: { name: own, namespace: garden-local }
        spec:
          parent: { kind: CloudProfile, name: {{parent}} }
          machineImages: [{ name: local, versions: [{ version: {{offered}} }] }]
          providerConfig: {{AdmissionTests.Config(mapped)}}
        """);
}
