using System.CommandLine;
using System.Reflection;

namespace Hortus.Commands;

/// <summary><c>hortus version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Prints the version.");
        command.SetAction((_, _) =>
        {
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
            Console.WriteLine(version?.InformationalVersion ?? "unknown");
            return Task.FromResult(0);
        });
        return command;
    }
}
