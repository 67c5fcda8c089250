using System.CommandLine;
using Hortus.Operator;
using Hortus.Runtime;

namespace Hortus.Commands;

/// <summary><c>hortus operator</c>.</summary>
internal static class OperatorCommand
{
    public static Command Create() => ComponentCommand.Create<OperatorOptions>(
        "operator",
        "Turns the Garden object of the runtime cluster into a virtual garden.",
        (options, context, cancellationToken) => new OperatorComponent().RunAsync(options, context, cancellationToken),
        options => new ComponentHostOptions
        {
            Name = "gardener-operator",
            Kubeconfig = options.Kubeconfig,
            HealthPort = options.HealthPort,
        });
}
