using Hortus.Runtime;

namespace Hortus.ProviderLocal;

/// <summary><c>hortus extension provider-local</c>: serves the extension objects of shoots whose machines are pods of the
/// seed.</summary>
public sealed class ProviderLocalComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "provider-local";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(ProviderLocalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { Name = Name, Kubeconfig = options.Kubeconfig, HealthPort = options.HealthPort };
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(ProviderLocalOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        return context.CreateManager().RunAsync(cancellationToken);
    }
}
