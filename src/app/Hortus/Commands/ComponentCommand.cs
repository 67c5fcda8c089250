using System.CommandLine;
using System.Reflection;
using System.Xml.Linq;
using Hortus.Cli.Flags;
using Hortus.Runtime;
using Hortus.Telemetry;

namespace Hortus.Commands;

/// <summary>Makes the command of a component: flags from its options record, and the host that every component runs in.</summary>
internal static class ComponentCommand
{
    /// <summary>A command that runs a component until it is told to stop.</summary>
    /// <param name="name">Subcommand.</param>
    /// <param name="description">One line of help.</param>
    /// <param name="run">The component.</param>
    /// <param name="host">How it is hosted, from its options.</param>
    /// <param name="names">Flag names that differ from the options' property names.</param>
    /// <param name="bound">Called before the component runs, for flags that are not in its options.</param>
    public static Command Create<T>(
        string name,
        string description,
        Func<T, ComponentContext, CancellationToken, Task> run,
        Func<T, ComponentHostOptions> host,
        IReadOnlyDictionary<string, string>? names = null,
        Action<ParseResult>? bound = null)
        where T : class
    {
        var command = new Command(name, description);
        var flags = new FlagBinder<T>(names, property => HelpTexts.Find(property));
        flags.AddTo(command);
        var verbosity = new Option<int>("-v") { Description = "Log verbosity: 0 to 4." };
        command.Options.Add(verbosity);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = flags.Bind(result);
            bound?.Invoke(result);
            ComponentHostOptions hosting;
            try
            {
                hosting = host(options);
                hosting = result.GetResult(verbosity) is { Implicit: false }
                    ? hosting with { Log = hosting.Log with { Verbosity = result.GetValue(verbosity) } }
                    : hosting;
            }
            catch (SettingException fault)
            {
                await Console.Error.WriteLineAsync($"hortus {name}: {fault.Message}");
                return ExitCode.BadConfiguration;
            }

            return await ComponentHost.RunAsync(hosting, (context, token) => run(options, context, token), cancellationToken);
        });
        return command;
    }

    /// <summary>Help texts are the doc comments of the options; they are only read when help is asked for.</summary>
    private static class HelpTexts
    {
        private static readonly bool Wanted = Environment.GetCommandLineArgs().Any(argument => argument is "--help" or "-h" or "-?");

        public static string? Find(PropertyInfo property)
        {
            var path = Path.ChangeExtension(property.DeclaringType!.Assembly.Location, ".xml");
            if (!Wanted || !File.Exists(path))
            {
                return null;
            }

            var id = $"P:{property.DeclaringType.FullName}.{property.Name}";
            return XDocument.Load(path).Descendants("member")
                .FirstOrDefault(member => (string?)member.Attribute("name") == id)?
                .Element("summary") is { } summary ? HelpText.Of(summary) : null;
        }
    }
}
