using System.CommandLine;
using Hortus.Operator;

namespace Hortus.Commands;

/// <summary><c>hortus operator</c>.</summary>
internal static class OperatorCommand
{
    public static Command Create()
    {
        var component = new OperatorComponent();
        return ComponentCommand.Create<OperatorOptions>(
            "operator",
            "Turns the Garden object of the runtime cluster into a virtual garden.",
            component.RunAsync,
            component.HostOptions);
    }
}
