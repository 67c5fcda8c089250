using Hortus.Development.Builds;
using Hortus.Development.Sources;
using Hortus.Testing;

namespace Hortus.Development.Tests;

public sealed class AssemblyContentTests
{
    private readonly AssemblyContent content = new();

    [Fact]
    public void Different_assemblies_differ_and_a_copy_does_not()
    {
        var file = typeof(AssemblyContent).Assembly.Location;
        var copy = Path.GetTempFileName();
        try
        {
            File.Copy(file, copy, overwrite: true);

            content.Of(copy).ShouldBe(content.Of(file));
            content.Of(typeof(AssemblyContentTests).Assembly.Location).ShouldNotBe(content.Of(file));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [Fact]
    public void A_file_that_is_no_assembly_is_told()
    {
        var file = Path.Combine(BuiltTools.Root, "README.md");

        Should.Throw<DevelopmentException>(() => content.Of(file)).Message.ShouldContain("cannot be read as an assembly");
    }

    /// <summary>Else every loop would begin by swapping all components.</summary>
    [SkippableFact]
    [Trait("Category", "RealParts")]
    public void Code_that_was_compiled_ahead_of_time_is_that_of_the_build()
    {
        var built = ProjectGraph.Read(BuiltTools.Root).Projects
            .Select(project => (
                Ahead: Path.Combine(BuiltTools.Root, "bin", project.Assembly + ".dll"),
                Plain: Path.Combine(BuiltTools.Root, project.Folder, "bin", "Release", "net10.0", project.Assembly + ".dll")))
            .Where(pair => File.Exists(pair.Ahead) && File.Exists(pair.Plain)
                && File.GetLastWriteTimeUtc(pair.Ahead) >= File.GetLastWriteTimeUtc(pair.Plain))
            .ToArray();
        Skip.If(built.Length == 0, "nothing in bin/ is as new as its Release build: run `make build`");

        built.Where(pair => content.Of(pair.Ahead) != content.Of(pair.Plain)).Select(pair => pair.Ahead).ShouldBeEmpty();
        built.ShouldContain(pair => new FileInfo(pair.Ahead).Length > new FileInfo(pair.Plain).Length);
    }
}
