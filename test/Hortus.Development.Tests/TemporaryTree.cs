namespace Hortus.Development.Tests;

/// <summary>A small source tree of its own: an executable, two components, a library that both use and one that a third uses.</summary>
internal sealed class TemporaryTree : IDisposable
{
    public TemporaryTree()
    {
        Write("Hortus.slnx", "<Solution />");
        Write("Directory.Build.props", "<Project />");
        WriteProject("app/Hortus", "<AssemblyName>hortus</AssemblyName>", "../../b/Gardener/Gardener.csproj", "../../b/Planter/Planter.csproj", "../Tool/Tool.csproj");
        WriteProject("b/Gardener", "<HortusComponent Include=\"gardener\" />", "../../a/Soil/Soil.csproj");
        WriteProject("b/Planter", "<HortusComponent Include=\"planter; seeder\" />", "../../a/Soil/Soil.csproj", "../../a/Pots/Pots.csproj");
        WriteProject("a/Soil", "");
        WriteProject("a/Pots", "<EmbeddedResource Include=\"../../../examples/*.yaml\" /><EmbeddedResource Include=\"../../../charts/pot/**/*\" />");
        WriteProject("app/Tool", "");
        Write("src/a/Soil/Earth.cs", "class Earth;");
        Write("src/a/Pots/Clay.cs", "class Clay;");
        Write("examples/10-pot.yaml", "pot: 1");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("hortus-tree-").FullName;

    public string this[string path] => Path.Combine(Root, path);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], content);
    }

    private void WriteProject(string folder, string content, params string[] references)
    {
        var items = string.Concat(references.Select(reference => $"<ProjectReference Include=\"{reference}\" />"));
        Write($"src/{folder}/{Path.GetFileName(folder)}.csproj", $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{content}{items}</ItemGroup></Project>");
    }
}
