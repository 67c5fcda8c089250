using Hortus.Development.Sources;
using Hortus.Local;
using Hortus.Local.Bootstrap;

namespace Hortus.Development.Builds;

/// <summary>
/// The builds of a development loop, one folder each in the state directory, and their entries in the image map. An image has the files
/// of the program that the garden was started with, and above them what was compiled anew: so what did not change is still
/// compiled ahead of time, and starts as fast as ever.
/// </summary>
/// <param name="state">The garden.</param>
/// <param name="program">Folder of the program that the garden was started with.</param>
public sealed class DevelopmentImages(StateDirectory state, string program)
{
    private const string Tools = ".tools";

    private readonly BuiltAssemblies assemblies = new();
    private readonly DevelopmentEntries entries = new(state.ImageMap);

    /// <summary>All builds, the oldest first.</summary>
    public IReadOnlyList<DevelopmentImage> All => !Directory.Exists(state.DevelopmentImages) ? [] :
    [
        .. Directory.GetDirectories(state.DevelopmentImages)
            .Select(folder => new DevelopmentImage(Path.GetFileName(folder), DevelopmentImage.NumberOf(folder), folder))
            .Where(image => image.Number > 0)
            .OrderBy(image => image.Number),
    ];

    /// <summary>Projects of these of which an image has another build.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="output">Where what was built of each project is.</param>
    /// <param name="tag">Tag of the image.</param>
    public IReadOnlyList<SourceProject> Differing(
        IEnumerable<SourceProject> projects, Func<SourceProject, string> output, string tag) =>
        assemblies.Differing(projects, output, _ => FolderOf(tag));

    /// <summary>Tag of an image that has what was built of these projects, for which no other has to be made; null when there is none
    /// yet.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="output">Where what was built of each project is.</param>
    public string? Existing(IReadOnlyCollection<SourceProject> projects, Func<SourceProject, string> output) =>
        All.Select(image => image.Tag).Prepend(DevelopmentEntries.StandardTag).FirstOrDefault(
            tag => Differing(projects, output, tag).Count == 0);

    /// <summary>Makes an image of what was built, and puts it into the image map.</summary>
    /// <param name="graph">The projects.</param>
    /// <param name="output">Where what was built of each project is; beside the executable are all packages.</param>
    public DevelopmentImage Make(ProjectGraph graph, Func<SourceProject, string> output)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(output);
        LinkTools();
        var number = All is [.., { } last] ? last.Number + 1 : 1;
        var tag = DevelopmentImage.TagOf(DevelopmentEntries.StandardTag, number);
        var image = new DevelopmentImage(tag, number, Path.Combine(state.DevelopmentImages, tag));

        // Whole or not at all: a folder under its own name is taken for a build.
        var unfinished = Path.Combine(state.DevelopmentImages, ".unfinished");
        Discard(unfinished);
        Fill(unfinished, graph, output);
        Directory.Move(unfinished, image.Folder);
        entries.Add(image);
        return image;
    }

    /// <summary>Deletes the builds that nobody runs.</summary>
    /// <param name="used">Tags that are asked for, or run.</param>
    public void RemoveAllBut(IReadOnlyCollection<string> used)
    {
        foreach (var image in All.Where(image => !used.Contains(image.Tag)))
        {
            entries.Remove(image);
            Discard(image.Folder);
        }
    }

    // A build of the loop, or else the program that the garden was started with.
    private string FolderOf(string tag) => All.FirstOrDefault(image => image.Tag == tag)?.Folder ?? program;

    private void Fill(string folder, ProjectGraph graph, Func<SourceProject, string> output)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(program))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (var project in assemblies.Differing(graph.Projects, output, _ => program))
        {
            Replace(output(project), folder, project.Assembly + ".dll");
            Replace(output(project), folder, project.Assembly + ".pdb");
        }

        // A package that the program did not have, and the list of all of them.
        var beside = output(graph.Executable);
        var added = Directory.GetFiles(beside, "*.dll").Select(Path.GetFileName).OfType<string>()
            .Where(name => !File.Exists(Path.Combine(folder, name))).ToArray();
        foreach (var name in added.Length == 0 ? [] : added.Append(graph.Executable.Assembly + ".deps.json"))
        {
            Replace(beside, folder, name);
        }
    }

    private static void Replace(string from, string to, string name)
    {
        if (File.Exists(Path.Combine(from, name)))
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        }
    }

    // Components look for helm beside the program, as it is in the tree.
    private void LinkTools()
    {
        var link = Path.Combine(state.DevelopmentImages, Tools);
        File.Delete(link);
        if (LocalPrograms.Find("helm", Path.Combine(program, "hortus")) is { } helm
            && Path.GetDirectoryName(Path.GetDirectoryName(helm)) is { } tools && Path.GetFileName(tools) == Tools)
        {
            File.CreateSymbolicLink(link, tools);
        }
    }

    private static void Discard(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
