using Hortus.Components;
using Hortus.Development.Builds;
using Hortus.Development.Sources;
using Hortus.Kubelet.Images;
using Hortus.Local;
using Hortus.Local.Bootstrap;

namespace Hortus.Development.Tests;

public sealed class DevelopmentImageTests : IDisposable
{
    // Any assembly of ours has the form of the one of a project.
    private static readonly string Gardener = typeof(DevelopmentImage).Assembly.Location;
    private static readonly string Soil = typeof(ProjectGraphTests).Assembly.Location;

    private readonly TemporaryTree tree = new();
    private readonly ProjectGraph graph;
    private readonly StateDirectory state;
    private readonly DevelopmentImages images;

    public DevelopmentImageTests()
    {
        graph = ProjectGraph.Read(tree.Root);
        state = new StateDirectory(tree["state"]);
        state.Create(1);
        File.WriteAllText(state.ImageMap, ImageMapFile.Render(new ImageVector(), "/opt/registry", null));
        tree.Write("bin/hortus", "the program");
        Place(Gardener, "bin/Gardener.dll", "src/b/Gardener/out/Gardener.dll");
        Place(Soil, "bin/Soil.dll", "src/a/Soil/out/Soil.dll");
        tree.Write("src/app/Hortus/out/hortus.deps.json", "{}");
        images = new DevelopmentImages(state, tree["bin"]);
    }

    public void Dispose() => tree.Dispose();

    [Theory]
    [InlineData("0.1.0-dev.7", 7)]
    [InlineData("0.1.0-rc.1-dev.12", 12)]
    [InlineData("0.1.0", 0)]
    [InlineData("0.1.0-dev.", 0)]
    [InlineData("0.1.0-dev.x", 0)]
    [InlineData("", 0)]
    public void A_tag_tells_whether_it_is_a_build_of_the_loop(string tag, int number)
    {
        DevelopmentImage.NumberOf(tag).ShouldBe(number);
    }

    [Fact]
    public void What_was_built_before_needs_no_image()
    {
        images.Existing([.. graph.Projects], Output).ShouldBe(DevelopmentEntries.StandardTag);
    }

    [Fact]
    public void An_image_has_the_files_of_the_program_and_what_was_compiled_anew()
    {
        Place(Gardener, "src/a/Soil/out/Soil.dll");
        tree.Write("src/app/Hortus/out/New.Package.dll", "a package");

        var image = images.Make(graph, Output);

        image.Tag.ShouldBe(DevelopmentEntries.StandardTag + "-dev.1");
        File.ReadAllText(image.Program).ShouldBe("the program");
        File.ReadAllBytes(Path.Combine(image.Folder, "Soil.dll")).ShouldBe(File.ReadAllBytes(Gardener));
        File.ReadAllText(Path.Combine(image.Folder, "New.Package.dll")).ShouldBe("a package");
        File.Exists(Path.Combine(image.Folder, "hortus.deps.json")).ShouldBeTrue();
        images.Differing(graph.CodeOf("planter"), Output, DevelopmentEntries.StandardTag).Select(project => project.Name).ShouldBe(["Soil"]);
        images.Differing(graph.CodeOf("planter"), Output, image.Tag).ShouldBeEmpty();
        images.Existing([.. graph.Projects], Output).ShouldBe(image.Tag);
    }

    [Fact]
    public void The_image_map_has_the_build_beside_what_it_had()
    {
        var first = images.Make(graph, Output);
        var second = images.Make(graph, Output);
        var map = new LocalImageMap(state.ImageMap, ["/opt/hortus"]);

        second.Tag.ShouldBe(DevelopmentEntries.StandardTag + "-dev.2");
        map.Find(DevelopmentEntries.ImageOf(first.Tag)).ShouldBe([first.Program]);
        map.Find(DevelopmentEntries.ImageOf(second.Tag)).ShouldBe([second.Program]);
        map.Find(new ImageVector().Hortus).ShouldBe(["/opt/hortus"]);
        map.Find(new ImageVector().KubeApiServer + ":v1.35.4").ShouldBe(["/opt/hortus", "apiserver"]);
    }

    [Fact]
    public void Builds_that_nobody_runs_go_and_their_numbers_are_not_given_again()
    {
        var first = images.Make(graph, Output);
        var second = images.Make(graph, Output);

        images.RemoveAllBut([second.Tag]);

        images.All.ShouldBe([second]);
        Directory.Exists(first.Folder).ShouldBeFalse();
        File.ReadAllText(state.ImageMap).ShouldNotContain(first.Tag);
        images.Make(graph, Output).Number.ShouldBe(3);
    }

    [Fact]
    public void Without_builds_the_image_map_is_as_it_was()
    {
        var before = File.ReadAllText(state.ImageMap);
        images.Make(graph, Output);

        images.RemoveAllBut([]);

        File.ReadAllText(state.ImageMap).ShouldBe(before);
        images.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_map_without_images_is_told()
    {
        File.WriteAllText(state.ImageMap, "hortus/hortus: [hortus]\n");

        Should.Throw<DevelopmentException>(() => images.Make(graph, Output)).Message.ShouldContain("`hortus up` writes it anew");
    }

    private string Output(SourceProject project) => Path.Combine(tree.Root, project.Folder, "out");

    private void Place(string assembly, params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(tree[path])!);
            File.Copy(assembly, tree[path], overwrite: true);
        }
    }
}
