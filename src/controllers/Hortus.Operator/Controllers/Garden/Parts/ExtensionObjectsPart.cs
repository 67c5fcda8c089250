using Hortus.Client;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects.Gardener.Rules;
using CoreExtension = Hortus.Objects.Gardener.Core.Extension;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>What a garden gets of extensions beyond buckets and records: objects of kind Extension, some before its API server, the
/// others after it.</summary>
internal sealed class ExtensionObjectsPart(GardenOperation operation)
{
    private static readonly ExtensionPlace Place = new(VirtualGardenNames.Namespace, ExtensionClass.Garden, "garden-");

    private ExtensionObjects? objects;

    /// <summary>The extensions of kind Extension that a garden names, and those that every garden gets.</summary>
    public static IReadOnlyList<EnabledExtension> Of(Garden garden, IEnumerable<Extension> extensions)
    {
        ArgumentNullException.ThrowIfNull(garden);
        ArgumentNullException.ThrowIfNull(extensions);
        return EnabledExtensions.Of(
            (garden.Spec.Extensions ?? []).Select(
                extension => new CoreExtension { Type = extension.Type, ProviderConfig = extension.ProviderConfig }),
            [.. extensions.SelectMany(extension => extension.Spec.Resources ?? [])],
            ClusterTypes.Garden,
            workerless: false);
    }

    /// <summary>Adds the steps of those that come before the API server.</summary>
    /// <returns>They are ready.</returns>
    /// <param name="graph">The flow.</param>
    /// <param name="extensions">Their controllers are ready.</param>
    public string AddBeforeTo(FlowGraph graph, string extensions)
    {
        const string turn = LifecycleStrategies.BeforeKubeAPIServer;
        var deployed = graph.Add(
            "Deploying extension resources before kube-apiserver", async token => await (await ReadAsync(token)).DeployAsync(turn, token),
            extensions);
        return graph.Add(
            "Waiting until extension resources handled before kube-apiserver are ready", token => objects!.WaitAsync(turn, token),
            deployed);
    }

    /// <summary>Adds the steps of the others; gardens have no workers, so those that come after them come last. What the garden does not
    /// want any more goes.</summary>
    /// <param name="graph">The flow.</param>
    /// <param name="before">Those before the API server are ready.</param>
    /// <param name="apiServer">The API server is ready.</param>
    public void AddAfterTo(FlowGraph graph, string before, string apiServer)
    {
        var ready = AddTurnTo(graph, LifecycleStrategies.AfterKubeAPIServer, "after kube-apiserver", before, apiServer);
        AddTurnTo(graph, LifecycleStrategies.AfterWorker, "after workers", ready);
        var stale = graph.Add("Destroying stale extension resources", token => objects!.DestroyStaleAsync(token), before, apiServer);
        graph.Add("Waiting until stale extension resources are gone", token => objects!.WaitStaleGoneAsync(token), stale);
    }

    /// <summary>Adds the steps that take away what has to go while the API server is there.</summary>
    /// <returns>They are gone.</returns>
    public string AddRemovalBeforeTo(FlowGraph graph, string after)
    {
        const string turn = LifecycleStrategies.BeforeKubeAPIServer;
        var destroyed = graph.Add(
            "Destroying extension resources before kube-apiserver", async token => await (await ReadAsync(token)).DestroyAsync(turn, token),
            after);
        return graph.Add(
            "Waiting until extension resources handled before kube-apiserver are gone", token => objects!.WaitGoneAsync(turn, token),
            destroyed);
    }

    /// <summary>Adds the steps that take away all others.</summary>
    /// <returns>They are gone.</returns>
    public string AddRemovalTo(FlowGraph graph, params ReadOnlySpan<string> after)
    {
        var destroyed = graph.Add("Destroying extension resources", token => objects!.DestroyAsync(null, token), after);
        return graph.Add("Waiting until extension resources are gone", token => objects!.WaitGoneAsync(null, token), destroyed);
    }

    private string AddTurnTo(FlowGraph graph, string turn, string when, params ReadOnlySpan<string> after)
    {
        bool None() => !objects!.Has(turn);
        var deployed = graph.Add(
            new FlowTask($"Deploying extension resources {when}", token => objects!.DeployAsync(turn, token)) { SkipIf = None }, after);
        return graph.Add(
            new FlowTask($"Waiting until extension resources handled {when} are ready", token => objects!.WaitAsync(turn, token))
            {
                SkipIf = None,
            },
            deployed);
    }

    private async Task<ExtensionObjects> ReadAsync(CancellationToken cancellationToken)
    {
        var extensions = (await operation.Runtime.ListAsync<Extension>(ListOptions.All, cancellationToken)).Items;
        return objects = new ExtensionObjects(
            operation.Runtime,
            operation.Extensions,
            Place,
            Of(operation.Garden, extensions),
            EnabledExtensions.OffersIn(extensions.SelectMany(extension => extension.Spec.Resources ?? [])));
    }
}
