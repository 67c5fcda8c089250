using System.Xml.Linq;

namespace Hortus.Tidy.Tests;

/// <summary>The arrows between projects hold, and the build holds them.</summary>
public sealed class LayerTests(LayerCheckRun run) : IClassFixture<LayerCheckRun>
{
    [Fact]
    public void Every_source_project_lies_in_a_known_layer()
    {
        SourceProjects().Where(project => !Layers.Names.Contains(project.Layer)).ShouldBeEmpty();
    }

    [Fact]
    public void Project_references_follow_the_arrows()
    {
        var forbidden =
            from project in SourceProjects()
            from reference in ReferencesOf(project.File)
            where !Layers.Allow((project.Layer, project.Name), (LayerOf(reference), NameOf(reference)))
            select $"{project.Name} -> {NameOf(reference)}";

        forbidden.ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_imports_the_layer_check()
    {
        Repository.Read("Directory.Build.targets").ShouldContain("eng/Layers.targets");
        Repository.Files.Where(file => Path.GetFileName(file) == "Directory.Build.targets").ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(LayerCheckRun.Upwards, "HORTUS002", "Hortus.Lower (layer foundation) must not reference Hortus.Upper")]
    [InlineData(LayerCheckRun.ServerToRuntime, "HORTUS002", "layer server")]
    [InlineData(LayerCheckRun.Sideways, "HORTUS003", "only the arrows listed")]
    [InlineData(LayerCheckRun.ControllerToController, "HORTUS002", "Hortus.One (layer controllers) must not reference Hortus.Two")]
    [InlineData(LayerCheckRun.OutOfSource, "HORTUS001", "src never references anything outside src")]
    public void A_forbidden_reference_fails_the_build(string project, string code, string reason)
    {
        var errors = run.ErrorsOf(project);

        errors.ShouldHaveSingleItem().ShouldContain("error " + code);
        errors[0].ShouldContain(reason);
        run.ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public void A_reference_along_an_arrow_builds()
    {
        run.ErrorsOf(LayerCheckRun.Downwards).ShouldBeEmpty(run.Output);
    }

    private static IEnumerable<(string File, string Layer, string Name)> SourceProjects() =>
        Repository.EndingWith(".csproj").Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .Select(file => (file, LayerOf(file), NameOf(file)));

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(reference => (string)reference.Attribute("Include")!)
            .Select(include => Path.GetRelativePath(
                Repository.Root, Path.GetFullPath(include, Path.Combine(Repository.Root, Path.GetDirectoryName(project)!))));

    private static string LayerOf(string project) => project.Split('/') is ["src", var layer, ..] ? layer : "";

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);
}
