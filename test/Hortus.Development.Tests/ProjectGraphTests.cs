using System.Text.RegularExpressions;
using Hortus.Development.Sources;
using Hortus.Testing;

namespace Hortus.Development.Tests;

public sealed partial class ProjectGraphTests : IDisposable
{
    private readonly TemporaryTree tree = new();

    public void Dispose() => tree.Dispose();

    [Theory]
    [InlineData("src/b/Gardener/Rake.cs", "gardener")]
    [InlineData("src/b/Planter/Planter.csproj", "planter,seeder")]
    [InlineData("src/a/Soil/Deep/Earth.cs", "gardener,planter,seeder")]
    [InlineData("src/a/Pots/Clay.cs", "planter,seeder")]
    [InlineData("examples/20-new.yaml", "planter,seeder")]
    [InlineData("charts/pot/Chart.yaml", "planter,seeder")]
    [InlineData("charts/pot/templates/deep/pot.yaml", "planter,seeder")]
    [InlineData("charts/pottery/Chart.yaml", "")]
    [InlineData("src/app/Hortus/Program.cs", "gardener,planter,seeder")]
    [InlineData("src/app/Tool/Tool.cs", "")]
    [InlineData("Directory.Build.props", "gardener,planter,seeder")]
    [InlineData("eng/Layers.targets", "gardener,planter,seeder")]
    [InlineData("test/Soil.Tests/EarthTests.cs", "")]
    [InlineData("examples/notes.txt", "")]
    [InlineData("src/a/Soil/README.md", "")]
    [InlineData("src/a/Soil/obj/Release/Soil.AssemblyInfo.cs", "")]
    public void A_changed_file_concerns_the_components_that_are_built_upon_it(string path, string components)
    {
        var graph = ProjectGraph.Read(tree.Root);

        string.Join(',', graph.ComponentsOf(graph.OwnersOf(path))).ShouldBe(components);
    }

    [Fact]
    public void A_component_runs_the_code_of_its_project_and_of_those_below_it()
    {
        ProjectGraph.Read(tree.Root).CodeOf("planter").Select(project => project.Name).ShouldBe(["Planter", "Soil", "Pots"], ignoreOrder: true);
    }

    [Fact]
    public void A_reference_to_a_project_that_is_gone_is_told_by_its_file()
    {
        File.Delete(tree["src/a/Pots/Pots.csproj"]);

        Should.Throw<DevelopmentException>(() => ProjectGraph.Read(tree.Root)).Message.ShouldStartWith("src/a/Pots/Pots.csproj cannot be read");
    }

    [Fact]
    public void The_tree_is_found_from_within()
    {
        SourceTree.Find(tree["src/a/Soil"]).ShouldBe(tree.Root);
        SourceTree.Find("/", tree["src/b"]).ShouldBe(tree.Root);
        Should.Throw<DevelopmentException>(() => SourceTree.Find("/")).Message.ShouldContain("there is no Hortus.slnx in / or above it");
    }

    /// <summary>Who adds a component says in its project file which code it runs, or changes of it would reach nobody.</summary>
    [Fact]
    public void Every_component_of_the_executable_has_its_code_in_a_project()
    {
        var commands = File.ReadAllText(Path.Combine(BuiltTools.Root, "src/app/Hortus/HortusCommandLine.cs"));
        var components = ComponentName().Matches(commands).Select(match => match.Groups[1].Value).Where(name => name != "extension");
        var graph = ProjectGraph.Read(BuiltTools.Root);

        components.ShouldNotBeEmpty();
        components.Except(graph.Components).ShouldBeEmpty();
        graph.Components.Except(components).ShouldBe(["admission-local", "backup-s3", "provider-local"], ignoreOrder: true);
    }

    [Fact]
    public void The_gardenlet_does_not_run_the_code_of_other_controllers()
    {
        var code = ProjectGraph.Read(BuiltTools.Root).CodeOf("gardenlet").Select(project => project.Name).ToArray();

        code.ShouldContain("Hortus.Gardenlet");
        code.ShouldContain("Hortus.Objects");
        code.ShouldNotContain("Hortus.Operator");
        code.ShouldNotContain("Hortus");
    }

    [GeneratedRegex(@"\[""([a-z-]+)""\] = ")]
    private static partial Regex ComponentName();
}
