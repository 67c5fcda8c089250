using System.CommandLine;
using Hortus.Local;

namespace Hortus.Cli;

/// <summary><c>--state-dir</c>: which local garden a command is about.</summary>
internal sealed class StateOption : Option<string>
{
    public StateOption()
        : base("--state-dir")
    {
        Description = "Folder that holds all state of the garden. Default: $XDG_STATE_HOME/hortus or ~/.local/state/hortus.";
        DefaultValueFactory = _ => StateDirectory.DefaultPath(Environment.GetEnvironmentVariable);
    }

    /// <summary>The folder that was chosen.</summary>
    public StateDirectory Of(ParseResult result) => new(Path.GetFullPath(result.GetValue(this)!));
}
