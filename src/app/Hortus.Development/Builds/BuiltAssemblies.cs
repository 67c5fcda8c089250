using Hortus.Development.Sources;

namespace Hortus.Development.Builds;

/// <summary>Compares builds of projects.</summary>
public sealed class BuiltAssemblies
{
    private readonly AssemblyContent content = new();

    /// <summary>Projects of these whose assemblies differ, or that one side alone has.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="one">Folder of each project's assembly.</param>
    /// <param name="other">The same on the other side.</param>
    /// <exception cref="DevelopmentException">A file is no assembly.</exception>
    public IReadOnlyList<SourceProject> Differing(
        IEnumerable<SourceProject> projects, Func<SourceProject, string> one, Func<SourceProject, string> other)
    {
        ArgumentNullException.ThrowIfNull(projects);
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return [.. projects.Where(project => ContentOf(one(project), project) != ContentOf(other(project), project))];
    }

    private string? ContentOf(string folder, SourceProject project)
    {
        var file = Path.Combine(folder, project.Assembly + ".dll");
        return File.Exists(file) ? content.Of(file) : null;
    }
}
