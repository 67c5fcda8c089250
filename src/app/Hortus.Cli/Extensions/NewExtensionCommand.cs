using System.CommandLine;
using Hortus.Runtime;

namespace Hortus.Cli.Extensions;

/// <summary><c>hortus extension new</c>: writes the beginning of an extension, ready to be built and installed.</summary>
public sealed class NewExtensionCommand(TextWriter output, TextWriter errors)
{
    private const string Solution = "Hortus.slnx";

    /// <summary>The command.</summary>
    public Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of the extension, and type of the objects that it serves." };
        var folder = new Option<string?>("--output", "-o") { Description = "Folder to write to; absent means one with the name." };
        var sources = new Option<string?>("--sources")
        {
            Description = $"Folder of the sources of Hortus, that with {Solution}; absent means the one that this program lies in.",
        };
        var command = new Command("new", "Writes a small extension: program, tests, chart and a script that installs it locally.")
        {
            name, folder, sources,
        };
        command.SetAction(result => Run(result.GetValue(name)!, result.GetValue(folder), result.GetValue(sources)));
        return command;
    }

    private int Run(string name, string? folder, string? sources)
    {
        var target = Path.GetFullPath(folder ?? name);
        var found = sources is null ? FindSources() : Path.GetFullPath(sources);
        var fault = ExtensionTemplate.NameFault(name)
            ?? (found is null || !File.Exists(Path.Combine(found, Solution))
                ? $"{found ?? "no folder above this program"} has no {Solution}: name the folder of the sources with --sources"
                : null)
            ?? (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any() ? $"{target} is not empty" : null);
        if (fault is not null)
        {
            errors.WriteLine($"hortus: {fault}");
            return ExitCode.BadConfiguration;
        }

        try
        {
            ExtensionTemplate.Write(target, ExtensionTemplate.Files(name, found!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"hortus: {target} cannot be written: {e.Message}");
            return ExitCode.Failure;
        }

        output.WriteLine($"{target} has a new extension: `dotnet test test` tests it, ./install.sh installs it into the local garden");
        return ExitCode.Success;
    }

    private static string? FindSources()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
