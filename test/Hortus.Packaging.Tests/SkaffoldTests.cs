using System.Text.Json.Nodes;
using Hortus.Development.Sources;
using Hortus.Objects;
using Hortus.Testing;

namespace Hortus.Packaging.Tests;

/// <summary>What skaffold.yaml names is there: skaffold itself is not.</summary>
public sealed class SkaffoldTests
{
    private static readonly JsonObject File = KubernetesYaml.Parse(System.IO.File.ReadAllText(Path.Combine(BuiltTools.Root, "skaffold.yaml")));

    // Of the version that the file names, whose schema knows no others.
    private static readonly Dictionary<string, string[]> Fields = new()
    {
        [""] = ["apiVersion", "kind", "metadata", "build", "deploy", "profiles"],
        ["metadata"] = ["name", "labels", "annotations"],
        ["build"] = ["artifacts", "tagPolicy", "platforms"],
        ["build.artifacts"] = ["image", "context", "custom", "requires", "platforms"],
        ["build.artifacts.custom"] = ["buildCommand", "dependencies"],
        ["build.artifacts.custom.dependencies"] = ["paths", "ignore", "command", "dockerfile"],
        ["deploy"] = ["helm", "kubeContext", "statusCheck"],
        ["deploy.helm"] = ["releases", "flags", "hooks"],
        ["deploy.helm.releases"] =
            ["name", "chartPath", "namespace", "createNamespace", "setValues", "setValueTemplates", "valuesFiles", "wait", "version", "dependsOn"],
        ["profiles"] = ["name", "patches", "activation", "build", "deploy"],
        ["profiles.patches"] = ["op", "path", "value", "from"],
    };

    [Fact]
    public void All_fields_are_those_of_the_version()
    {
        ((string?)File["apiVersion"]).ShouldBe("skaffold/v4beta13");
        ((string?)File["kind"]).ShouldBe("Config");
        FieldsOf(File, "").Where(field => !Fields[field.Map].Contains(field.Name)).ShouldBeEmpty();
    }

    [Fact]
    public void What_a_profile_puts_in_place_of_a_release_is_one()
    {
        foreach (var patch in File["profiles"]!.AsArray().SelectMany(profile => profile!["patches"]!.AsArray()))
        {
            patch!["op"]!.ToString().ShouldBe("replace");
            patch["path"]!.ToString().ShouldBe("/deploy/helm/releases/0");
            FieldsOf(patch["value"]!.AsObject(), "deploy.helm.releases").Select(field => field.Name)
                .Except(Fields["deploy.helm.releases"]).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_image_is_built_again_for_everything_that_it_is_made_of()
    {
        var paths = File["build"]!["artifacts"]![0]!["custom"]!["dependencies"]!["paths"]!.AsArray().Select(path => (string)path!).ToArray();
        var settings = Directory.GetFiles(BuiltTools.Root).Select(Path.GetFileName).OfType<string>().Where(SourcePaths.IsOfProject);
        string[] all = [.. ProjectGraph.Read(BuiltTools.Root).Folders, .. settings, "Makefile"];

        all.ShouldContain("Directory.Build.props");
        all.Except(paths).ShouldBeEmpty();
    }

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

    private static IEnumerable<(string Map, string Name)> FieldsOf(JsonObject map, string path)
    {
        foreach (var (name, value) in map)
        {
            yield return (path, name);
            var below = path.Length == 0 ? name : $"{path}.{name}";

            // Maps of values, and values of patches, have names of their own.
            if (!Fields.ContainsKey(below))
            {
                continue;
            }

            var maps = value is JsonArray list ? list.OfType<JsonObject>() : [.. new[] { value as JsonObject }.OfType<JsonObject>()];
            foreach (var field in maps.SelectMany(inner => FieldsOf(inner, below)))
            {
                yield return field;
            }
        }
    }
}
