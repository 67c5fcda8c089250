using Hortus.Development.Sources;

namespace Hortus.Development.Tests;

public sealed class SourceChangeTests : IDisposable
{
    private readonly TemporaryTree tree = new();
    private readonly ProjectGraph graph;
    private readonly SourceSnapshot before;

    public SourceChangeTests()
    {
        graph = ProjectGraph.Read(tree.Root);
        before = SourceSnapshot.Take(tree.Root, graph, null);
    }

    public void Dispose() => tree.Dispose();

    [Fact]
    public void New_changed_and_deleted_files_are_told()
    {
        tree.Write("src/a/Soil/Deep/Worm.cs", "class Worm;");
        tree.Write("src/a/Pots/Clay.cs", "class Clay { }");
        tree.Write("Directory.Build.props", "<Project></Project>");
        File.Delete(tree["src/a/Soil/Earth.cs"]);

        Changes().ShouldBe(["Directory.Build.props", "src/a/Pots/Clay.cs", "src/a/Soil/Deep/Worm.cs", "src/a/Soil/Earth.cs"]);
    }

    [Fact]
    public void A_renamed_file_is_one_that_is_gone_and_one_that_is_new()
    {
        File.Move(tree["src/a/Soil/Earth.cs"], tree["src/a/Soil/Loam.cs"]);

        Changes().ShouldBe(["src/a/Soil/Earth.cs", "src/a/Soil/Loam.cs"]);
    }

    [Fact]
    public void A_file_that_is_written_as_it_was_has_not_changed()
    {
        tree.Write("src/a/Soil/Earth.cs", "class Earth;");
        File.SetLastWriteTimeUtc(tree["src/a/Soil/Earth.cs"], DateTime.UnixEpoch);

        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void An_editor_that_writes_a_new_file_over_the_old_one_changes_one_file()
    {
        tree.Write("src/a/Soil/Earth.cs~", "class Earth;");
        tree.Write("src/a/Soil/.Earth.cs.swp", "b0VIM");
        tree.Write("src/a/Soil/4913", "");
        tree.Write("src/a/Soil/Earth.cs___jb_tmp___", "class Earth { }");
        File.Move(tree["src/a/Soil/Earth.cs___jb_tmp___"], tree["src/a/Soil/Earth.cs"], overwrite: true);

        Changes().ShouldBe(["src/a/Soil/Earth.cs"]);
    }

    [Theory]
    [InlineData("src/a/Soil/obj/Release/Soil.dll")]
    [InlineData("src/a/Soil/bin/Release/net10.0/Soil.dll")]
    [InlineData("src/a/Soil/.git/index")]
    [InlineData("src/.vs/state.cs")]
    [InlineData("src/a/Soil/#Earth.cs#")]
    [InlineData("src/a/Soil/.#Earth.cs")]
    [InlineData("src/a/Soil/Earth.cs.orig")]
    [InlineData("src/a/Soil/README.md")]
    [InlineData("test/Soil.Tests/EarthTests.cs")]
    public void What_builds_editors_and_git_leave_is_no_source(string path)
    {
        tree.Write(path, "text");

        Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_watch_notices_changes_and_not_what_builds_do()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var watch = new SourceWatch(tree.Root, graph.Folders, TimeProvider.System);
        tree.Write("src/a/Soil/bin/Release/net10.0/Soil.dll", "");
        tree.Write(".git/index.lock", "");
        tree.Write("src/a/Soil/Earth.cs~", "");

        // A folder that is new has files before it is watched.
        tree.Write("src/a/Soil/New/Deep/Worm.cs", "class Worm;");

        await watch.Changes.ReadAsync(deadline.Token);
        Changes().ShouldBe(["src/a/Soil/New/Deep/Worm.cs"]);
    }

    private IReadOnlyList<string> Changes() => SourceSnapshot.Take(tree.Root, graph, before).ChangesSince(before);
}
