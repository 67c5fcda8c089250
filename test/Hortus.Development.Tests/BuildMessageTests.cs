using Hortus.Development.Builds;

namespace Hortus.Development.Tests;

public sealed class BuildMessageTests
{
    private const string Root = "/tree";

    [Fact]
    public void Errors_of_the_compiler_have_file_line_and_code_and_are_told_once()
    {
        var output =
            """
            /tree/src/a/Soil/Earth.cs(79,15): error CS1513: } expected [/tree/src/a/Soil/Soil.csproj]
            /tree/src/a/Soil/Earth.cs(3,1): warning CS0168: The variable 'x' is declared but never used [/tree/src/a/Soil/Soil.csproj]
            /tree/src/a/Soil/Earth.cs(79,15): error CS1513: } expected [/tree/src/a/Soil/Soil.csproj]
            """;

        var messages = BuildMessage.ReadAll(output, Root);

        messages.ShouldBe(
        [
            new BuildMessage("src/a/Soil/Earth.cs", 79, 15, true, "CS1513", "} expected"),
            new BuildMessage("src/a/Soil/Earth.cs", 3, 1, false, "CS0168", "The variable 'x' is declared but never used"),
        ]);
        messages[0].ToString().ShouldBe("src/a/Soil/Earth.cs(79,15): error CS1513: } expected");
    }

    [Theory]
    [InlineData(
        "MSBUILD : error MSB1009: Project file does not exist.", "MSBUILD: error MSB1009: Project file does not exist.")]
    [InlineData(
        "/tree/src/a/Soil/Soil.csproj : error NU1101: Unable to find package X. [/tree/Hortus.slnx]",
        "src/a/Soil/Soil.csproj : error NU1101: Unable to find package X. [/tree/Hortus.slnx]")]
    [InlineData(
        "/tree/eng/Layers.targets(44,5): error HORTUS002: A (layer a) must not reference B [/tree/src/a/A/A.csproj]",
        "eng/Layers.targets(44,5): error HORTUS002: A (layer a) must not reference B")]
    [InlineData(
        "CSC : error CS5001: Program does not contain a static 'Main' method [/tree/src/a/A/A.csproj::TargetFramework=net10.0]",
        "CSC: error CS5001: Program does not contain a static 'Main' method")]
    public void Errors_of_the_build_itself_are_understood(string line, string text)
    {
        // A solution is no project, so that its name stays with the text.
        BuildMessage.ReadAll(line, Root).ShouldHaveSingleItem().ToString().ShouldBe(text.Replace(" : ", ": ", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_lines_are_none()
    {
        BuildMessage.ReadAll("Build succeeded.\n    0 Error(s)\nTime Elapsed 00:00:00.95\n", Root).ShouldBeEmpty();
    }

    [Fact]
    public void A_failure_without_errors_shows_the_end_of_the_output()
    {
        var output = string.Join('\n', Enumerable.Range(1, 100).Select(number => $"line {number}"));

        var faults = new BuildResult(false, BuildMessage.ReadAll(output, Root), output).Faults;

        faults.Count.ShouldBe(20);
        faults[^1].ShouldBe("line 100");
    }

    [Fact]
    public void A_failure_shows_its_errors_and_no_warnings()
    {
        var output = "/tree/a.cs(1,2): warning CS1: w\n/tree/a.cs(3,4): error CS2: e\n";

        new BuildResult(false, BuildMessage.ReadAll(output, Root), output).Faults.ShouldBe(["a.cs(3,4): error CS2: e"]);
    }
}
