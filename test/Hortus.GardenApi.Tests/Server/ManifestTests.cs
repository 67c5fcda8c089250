using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>Manifests for users, ours and Gardener's, on a real server.</summary>
[Trait("Category", "Integration")]
public class ManifestTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private static readonly string[] OurExamples =
        ["10-cloudprofile.yaml", "20-project.yaml", "30-credentials.yaml", "40-seed.yaml", "90-shoot.yaml"];

    [Fact]
    public async Task Examples_AreAcceptedInOrder()
    {
        await garden.SendAsync(
            HttpMethod.Post, "api/v1/namespaces", JsonNode.Parse("""{"metadata":{"name":"garden"}}"""));
        foreach (var name in OurExamples)
        {
            foreach (var manifest in KubernetesYaml.ParseAll(
                await File.ReadAllTextAsync(Above(Path.Combine("examples", name))!)))
            {
                // The fixture has made some of them already.
                var answer = await ApplyAsync(manifest);
                answer.Code.ShouldBeOneOf(200, 201, 409);
            }
        }
    }

    [SkippableFact]
    [Trait("Category", "Upstream")]
    public async Task GardenersLocalShoot_IsAcceptedUnchanged()
    {
        var file = Above(Path.Combine("shared", "upstream", "examples", "provider-local-shoot.yaml"));
        Skip.If(file is null, "the folder shared/upstream is not there");
        var manifest = KubernetesYaml.Parse(await File.ReadAllTextAsync(file!));
        manifest["metadata"]!["name"] = "upstream";

        var answer = await ApplyAsync(manifest);

        answer.Code.ShouldBe(201, answer.Message);
    }

    [SkippableTheory]
    [Trait("Category", "Upstream")]
    [InlineData("25-controllerdeployment.yaml")]
    [InlineData("25-controllerregistration.yaml")]
    [InlineData("25-controllerinstallation.yaml")]
    public async Task GardenersExtensions_AreAcceptedUnchanged(string name)
    {
        var file = Above(Path.Combine("shared", "upstream", "examples", name));
        Skip.If(file is null, "the folder shared/upstream is not there");

        var answer = await ApplyAsync(KubernetesYaml.Parse(await File.ReadAllTextAsync(file!)));

        answer.Code.ShouldBe(201, answer.Message);
    }

    private Task<GardenServer.Answer> ApplyAsync(JsonObject manifest)
    {
        var apiVersion = manifest["apiVersion"]!.ToString();
        var plural = manifest["kind"]!.ToString().ToLowerInvariant() + "s";
        var root = apiVersion.Contains('/', StringComparison.Ordinal) ? "apis/" : "api/";
        var ns = manifest["metadata"]!["namespace"] is { } named ? $"namespaces/{named}/" : "";
        return garden.SendAsync(HttpMethod.Post, $"{root}{apiVersion}/{ns}{plural}", manifest);
    }

    private static string? Above(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, path)))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        return null;
    }
}
