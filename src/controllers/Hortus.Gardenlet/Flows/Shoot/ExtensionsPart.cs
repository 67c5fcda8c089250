using Hortus.Client;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener.Rules;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>What a shoot gets of extensions beyond its infrastructure: objects of kind Extension, each at the turn that its
/// ControllerRegistration says.</summary>
internal sealed class ExtensionsPart(ShootOperation operation)
{
    private readonly ExtensionObjects objects = new(
        operation.Seed,
        operation.Extensions,
        new ExtensionPlace(operation.Namespace, ExtensionClass.Shoot),
        operation.Inputs.Extensions,
        EnabledExtensions.OffersIn(operation.Inputs.Offers));

    /// <summary>Adds the tasks.</summary>
    public void AddTo(FlowGraph graph)
    {
        // The API server waits for what comes before it, and what comes before it for the infrastructure: without any, they start together.
        const string before = LifecycleStrategies.BeforeKubeAPIServer;
        string[] infrastructure = objects.Has(before) ? [ShootTasks.WaitInfrastructure] : [];
        AddTurn(
            graph, before, ShootTasks.DeployExtensionsBefore, ShootTasks.WaitExtensionsBefore,
            [ShootTasks.InitializeSecrets, .. infrastructure]);
        graph.Add(ShootTasks.CheckExtensions, CheckOffers);
        AddTurn(
            graph, LifecycleStrategies.AfterKubeAPIServer, ShootTasks.DeployExtensionsAfter, ShootTasks.WaitExtensionsAfter,
            [ShootTasks.ConnectShoot]);
        graph.Add(
            new FlowTask(ShootTasks.WaitMachineDeployments, WaitMachineDeploymentsAsync)
            {
                SkipIf = () => operation.Inputs.IsWorkerless || !objects.Has(LifecycleStrategies.AfterWorker),
                Timeout = ExtensionWaitTimes.Worker.Timeout,
            },
            ShootTasks.DeployWorker);
        AddTurn(
            graph, LifecycleStrategies.AfterWorker, ShootTasks.DeployExtensionsAfterWorker, ShootTasks.WaitExtensionsAfterWorker,
            [ShootTasks.WaitMachineDeployments, ShootTasks.ConnectShoot]);
        graph.Add(ShootTasks.DestroyStaleExtensions, objects.DestroyStaleAsync, ShootTasks.ConnectShoot);
        graph.Add(ShootTasks.WaitStaleExtensionsGone, objects.WaitStaleGoneAsync, ShootTasks.DestroyStaleExtensions);
    }

    /// <summary>Adds the tasks that take away what has to go while the shoot's API server and resource manager are there.</summary>
    public void AddRemovalBeforeTo(FlowGraph graph, params ReadOnlySpan<string> after)
    {
        const string turn = LifecycleStrategies.BeforeKubeAPIServer;
        graph.Add(ShootTasks.DestroyExtensionsBefore, token => objects.DestroyAsync(turn, token), after);
        graph.Add(ShootTasks.WaitExtensionsBeforeGone, token => objects.WaitGoneAsync(turn, token), ShootTasks.DestroyExtensionsBefore);
    }

    /// <summary>Adds the tasks that take away all others.</summary>
    public void AddRemovalAfterTo(FlowGraph graph, params ReadOnlySpan<string> after)
    {
        graph.Add(ShootTasks.DestroyExtensionsAfter, token => objects.DestroyAsync(null, token), after);
        graph.Add(ShootTasks.WaitExtensionsAfterGone, token => objects.WaitGoneAsync(null, token), ShootTasks.DestroyExtensionsAfter);
    }

    private void AddTurn(FlowGraph graph, string turn, string deploy, string wait, string[] after)
    {
        bool None() => !objects.Has(turn);
        graph.Add(new FlowTask(deploy, token => objects.DeployAsync(turn, token)) { SkipIf = None }, after);
        graph.Add(new FlowTask(wait, token => objects.WaitAsync(turn, token)) { SkipIf = None }, deploy);
    }

    // Nobody would ever answer: that is known at once, and does not hold up the rest of the cluster.
    private Task CheckOffers(CancellationToken cancellationToken)
    {
        var missing = operation.Inputs.Extensions.Where(extension => extension.Offer is null).Select(extension => extension.Type).ToArray();
        return missing.Length == 0
            ? Task.CompletedTask
            : throw new ShootConfigurationException(
                $"spec.extensions: no ControllerRegistration offers {string.Join(", ", missing.Select(type => $"Extension/{type}"))}: "
                + "register the extension, or take it out of the Shoot",
                retryable: true);
    }

    private Task WaitMachineDeploymentsAsync(CancellationToken cancellationToken) => operation.Seed.UntilAsync<Ext.Worker>(
        new ObjectKey(operation.Namespace, operation.Shoot.Metadata.Name!),
        found => found?.Status?.MachineDeployments is { Count: > 0 } || ExtensionReadiness.WhyNotReady(found, null) is null,
        cancellationToken);
}
