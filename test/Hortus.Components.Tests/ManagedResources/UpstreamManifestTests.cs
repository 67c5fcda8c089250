using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

[Trait("Category", "Upstream")]
public sealed class UpstreamManifestTests
{
    [SkippableFact]
    public void The_Secrets_of_upstreams_example_are_read()
    {
        var secrets = KubernetesYaml.ParseAll(File.ReadAllText(Path.Combine(Upstream("examples"), "20-managedresource.yaml")))
            .Where(d => $"{d["kind"]}" == "Secret").Select(d => KubernetesJson.Deserialize<Secret>(d))
            .Select(s => s with { Data = s.StringData!.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)) });

        var read = ManifestReader.Read(secrets);

        read.Faults.ShouldBeEmpty();
        read.Objects.Select(o => $"{o.Json["kind"]} {o.Json["metadata"]!["name"]}")
            .ShouldBe(["ConfigMap test-1234", "ConfigMap test-5678", "Deployment nginx-deployment"]);
    }

    [SkippableFact]
    public void Upstreams_definitions_shrink_to_a_tenth()
    {
        var definitions = Directory.GetFiles(Upstream("crds"), "*.yaml").SelectMany(f => KubernetesYaml.ParseAll(File.ReadAllText(f)));

        var bundle = ManifestBundle.Of(definitions);
        var secret = ManagedResourceWriter.SecretOf(new ManagedResourceSettings { Key = new ObjectKey("garden", "crds") }, bundle);

        var compressed = secret.Data![ManagedResourceWriter.DataKey].Length;
        ((double)compressed / bundle.Content.Length).ShouldBeLessThanOrEqualTo(0.1, $"{compressed} of {bundle.Content.Length} bytes");
        ManifestReader.Read([secret]).Objects.Count.ShouldBe(Directory.GetFiles(Upstream("crds"), "*.yaml").Length);
    }

    private static string Upstream(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "shared", "upstream", name)))
        {
            folder = folder.Parent;
        }

        Skip.If(folder is null, $"the folder shared/upstream/{name} is not there");
        return Path.Combine(folder!.FullName, "shared", "upstream", name);
    }
}
