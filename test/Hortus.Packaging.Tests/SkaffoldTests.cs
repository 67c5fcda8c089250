using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Testing;

namespace Hortus.Packaging.Tests;

/// <summary>What skaffold.yaml names is there: skaffold itself is not.</summary>
public sealed class SkaffoldTests
{
    private static readonly JsonObject File = KubernetesYaml.Parse(System.IO.File.ReadAllText(Path.Combine(BuiltTools.Root, "skaffold.yaml")));

    [Fact]
    public void Charts_and_sources_are_there()
    {
        var artifact = File["build"]!["artifacts"]!.AsArray().ShouldHaveSingleItem()!;
        var releases = File["deploy"]!["helm"]!["releases"]!.AsArray()
            .Concat(File["profiles"]!.AsArray().SelectMany(profile => profile!["patches"]!.AsArray()).Select(patch => patch!["value"]))
            .ToArray();

        artifact["custom"]!["dependencies"]!["paths"]!.AsArray().ShouldAllBe(path => Path.Exists(Path.Combine(BuiltTools.Root, (string)path!)));
        releases.Length.ShouldBe(2);
        releases.ShouldAllBe(release => Path.Exists(Path.Combine(BuiltTools.Root, (string)release!["chartPath"]!, "Chart.yaml")));
    }

    [Fact]
    public void Image_that_is_built_is_the_one_that_the_charts_run()
    {
        var image = (string)File["build"]!["artifacts"]![0]!["image"]!;
        var template = "{{.IMAGE_FULLY_QUALIFIED_" + image.Replace('/', '_').Replace('-', '_') + "}}";

        File["deploy"]!["helm"]!["releases"]![0]!["setValueTemplates"]!["image.ref"]!.ToString().ShouldBe(template);
        foreach (var chart in new[] { "hortus-operator", "hortus-gardenlet" })
        {
            var values = KubernetesYaml.Parse(System.IO.File.ReadAllText(Path.Combine(BuiltTools.Chart(chart), "values.yaml")));
            ((string)values["image"]!["repository"]!).ShouldBe(image);
        }
    }
}
