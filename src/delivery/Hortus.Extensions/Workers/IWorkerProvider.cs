using System.Text.Json.Nodes;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>What a provider adds to <see cref="WorkerActuator"/>: how its machine classes look.</summary>
public interface IWorkerProvider
{
    /// <summary>Value of <c>provider</c> in machine classes, by which the driver knows its own.</summary>
    string Provider { get; }

    /// <summary>Seconds that a node must have been ready before an update goes on to the next machine.</summary>
    int MinReadySeconds { get; }

    /// <summary>Further values on which the machines of a pool depend in such a way that a change needs new machines. The
    /// name of the pool's node agent secret is always one of them.</summary>
    IEnumerable<string> HashValues(WorkerPool pool);

    /// <summary>The machine class's <c>providerSpec</c> for a pool in a zone (null: the provider has no zones).</summary>
    /// <exception cref="ExtensionException">The pool asks for something that the provider does not have.</exception>
    JsonObject ProviderSpec(ActuatorRequest<Worker> request, WorkerPool pool, string? zone);
}
