namespace Hortus.Development.Sources;

/// <summary>The projects that the executable is made of, and which component runs the code of which of them; all of it is read from the
/// project files.</summary>
public sealed class ProjectGraph
{
    /// <summary>The executable's project.</summary>
    public const string Entry = "src/app/Hortus/Hortus.csproj";

    private static readonly string[] ForAll = ["eng"];

    private readonly Dictionary<string, SourceProject> projects;

    private ProjectGraph(Dictionary<string, SourceProject> projects)
    {
        this.projects = projects;
    }

    /// <summary>All projects.</summary>
    public IReadOnlyCollection<SourceProject> Projects => projects.Values;

    /// <summary>The executable's project.</summary>
    public SourceProject Executable => projects[Entry];

    /// <summary>All components.</summary>
    public IReadOnlyList<string> Components =>
        [.. Projects.SelectMany(project => project.Components).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Folders, relative to the root of the tree, that hold everything that projects are made of, besides the files in the root
    /// itself. None is within another.</summary>
    public IReadOnlyList<string> Folders
    {
        get
        {
            var all = Projects.Select(project => project.Folder)
                .Concat(Projects.SelectMany(project => project.Elsewhere).Select(pattern => Path.GetDirectoryName(pattern) ?? ""))
                .Concat(ForAll)
                .Select(folder => folder.Split('/')[0])
                .Where(folder => folder.Length > 0);
            return [.. all.Distinct().Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Reads the project of the executable, and all that it references.</summary>
    /// <param name="root">Root of the tree.</param>
    /// <exception cref="DevelopmentException">A project cannot be read.</exception>
    public static ProjectGraph Read(string root)
    {
        var projects = new Dictionary<string, SourceProject>(StringComparer.Ordinal);
        var waiting = new Queue<string>([Entry]);
        while (waiting.TryDequeue(out var file))
        {
            if (!projects.ContainsKey(file))
            {
                projects[file] = SourceProject.Read(root, file);
                projects[file].References.ToList().ForEach(waiting.Enqueue);
            }
        }

        return new ProjectGraph(projects);
    }

    /// <summary>The projects that are made of a file: none for one that nothing is built from, all for settings of the build.</summary>
    public IReadOnlyList<SourceProject> OwnersOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (SourcePaths.IsIgnored(path))
        {
            return [];
        }

        var isOfBuild = !path.Contains('/', StringComparison.Ordinal) || ForAll.Contains(path.Split('/')[0]);
        return isOfBuild && SourcePaths.IsOfProject(path) ? [.. Projects] : [.. Projects.Where(project => project.Owns(path))];
    }

    /// <summary>A project and all that it is built upon.</summary>
    public IReadOnlySet<SourceProject> ClosureOf(SourceProject project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var closure = new HashSet<SourceProject>();
        var waiting = new Queue<SourceProject>([project]);
        while (waiting.TryDequeue(out var next))
        {
            if (closure.Add(next))
            {
                next.References.Select(file => projects[file]).ToList().ForEach(waiting.Enqueue);
            }
        }

        return closure;
    }

    /// <summary>Projects whose code a component runs. The executable's own, which starts all of them, is left out.</summary>
    public IReadOnlySet<SourceProject> CodeOf(string component) => Projects
        .Where(project => project.Components.Contains(component))
        .SelectMany(ClosureOf)
        .ToHashSet();

    /// <summary>The components that run the code of one of these projects; all of them when the executable's own is one.</summary>
    public IReadOnlyList<string> ComponentsOf(IReadOnlyCollection<SourceProject> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return changed.Contains(Executable) ? Components : [.. Components.Where(component => CodeOf(component).Overlaps(changed))];
    }
}
