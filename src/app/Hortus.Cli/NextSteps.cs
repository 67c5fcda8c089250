using Hortus.Local;

namespace Hortus.Cli;

/// <summary>Tells what to type once the garden is ready.</summary>
public sealed class NextSteps(TextWriter output)
{
    /// <summary>Prints commands that work as they stand in the folder of the sources.</summary>
    public async Task PrintAsync(StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var isDefault = state.Root == Path.GetFullPath(StateDirectory.DefaultPath(Environment.GetEnvironmentVariable));
        var flag = isDefault ? "" : $" --state-dir {HomePath.Short(state.Root)}";
        await output.WriteLineAsync(
            $"""

            The garden is ready. Next:
              export KUBECONFIG={HomePath.Short(state.GardenKubeconfig)}
              kubectl apply -f examples/90-shoot.yaml
              kubectl -n garden-local wait shoot/local --for=jsonpath='{"{"}.status.lastOperation.state{"}"}'=Succeeded --timeout=5m
              hortus kubeconfig shoot local -n garden-local{flag} > shoot.kubeconfig
              kubectl --kubeconfig shoot.kubeconfig get nodes
              hortus status{flag}
            """);
    }
}
