using Hortus.Client;
using Hortus.Components;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Cli.Status;

/// <summary>Prints gardens, extensions, gardenlets, seeds and shoots with their last operation or version, and for each what is not well or
/// being waited for; then the installations of extensions on seeds and the ManagedResources that are not rolled out.</summary>
public sealed class StatusView(TextWriter output)
{
    private const string RequiredPrefix = "Required";

    /// <summary>Reads and prints.</summary>
    /// <param name="runtime">The runtime cluster.</param>
    /// <param name="garden">The virtual garden; null when it cannot be reached yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrintAsync(IKubernetesClient runtime, IKubernetesClient? garden, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        await WriteRowAsync("KIND", "NAME", "LAST OPERATION", "WAITING FOR");
        foreach (var item in (await runtime.ListAsync<Garden>(ListOptions.All, cancellationToken)).Items)
        {
            await PrintAsync("Garden", item.Key, item.Status?.LastOperation, item.Status?.Conditions, []);
        }

        await PrintExtensionsAsync(runtime, cancellationToken);
        if (garden is not null)
        {
            await PrintGardenAsync(garden, cancellationToken);
            await PrintInstallationsAsync(garden, cancellationToken);
        }

        await PrintResourcesAsync(runtime, null, cancellationToken);
    }

    /// <summary>Prints the ManagedResources of a cluster that are not rolled out.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="seed">Name of the seed that it is; null for the runtime cluster.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrintResourcesAsync(IKubernetesClient cluster, string? seed, CancellationToken cancellationToken)
    {
        var place = seed is null ? "" : $" on seed {seed}";
        foreach (var resource in await FindAsync<ManagedResource>(cluster, cancellationToken))
        {
            if (ManagedResourceHealth.WaitsFor(resource) is { } missing)
            {
                await output.WriteLineAsync($"ManagedResource {resource.Key}{place}: {missing}");
            }
        }
    }

    private async Task PrintExtensionsAsync(IKubernetesClient runtime, CancellationToken cancellationToken)
    {
        foreach (var item in await FindAsync<Objects.Gardener.Operator.Extension>(runtime, cancellationToken))
        {
            var conditions = item.Status?.Conditions ?? [];
            var installed = conditions.FirstOrDefault(c => c.Type == ExtensionConditions.Installed);

            // That nobody needs it is no fault.
            var unwell = Unwell(conditions.Where(c => !c.Type.StartsWith(RequiredPrefix, StringComparison.Ordinal)));
            var missing = unwell.Length == 0 ? "nothing" : string.Join("; ", unwell);
            await WriteRowAsync("Extension", item.Key.ToString(), installed?.Reason ?? "none yet", missing);
        }
    }

    private async Task PrintInstallationsAsync(IKubernetesClient garden, CancellationToken cancellationToken)
    {
        foreach (var item in await FindAsync<ControllerInstallation>(garden, cancellationToken))
        {
            if (SeedInstallations.WaitsFor(item) is { } missing)
            {
                await output.WriteLineAsync($"ControllerInstallation {item.Key} on seed {item.Spec.SeedRef?.Name}: {missing}");
            }
        }
    }

    private async Task PrintGardenAsync(IKubernetesClient garden, CancellationToken cancellationToken)
    {
        var seeds = (await garden.ListAsync<Seed>(ListOptions.All, cancellationToken)).Items;
        foreach (var item in await FindAsync<Gardenlet>(garden, cancellationToken))
        {
            // What runs, as it says itself; the chart that is asked for may be another one.
            var version = seeds.FirstOrDefault(seed => seed.Metadata.Name == item.Metadata.Name)?.Status?.Gardener?.Version;
            var missing = Unwell(item.Status?.Conditions);
            await WriteRowAsync("Gardenlet", item.Key.ToString(), version ?? "none yet", item.Status?.Conditions is null
                ? "waiting for the operator"
                : missing.Length == 0 ? "nothing" : string.Join("; ", missing));
        }

        foreach (var item in seeds)
        {
            await PrintAsync("Seed", item.Key, item.Status?.LastOperation, item.Status?.Conditions, []);
        }

        foreach (var item in (await garden.ListAsync<Shoot>(ListOptions.All, cancellationToken)).Items)
        {
            await PrintAsync("Shoot", item.Key, item.Status?.LastOperation, item.Status?.Conditions, item.Status?.LastErrors ?? []);
        }
    }

    private static async Task<IReadOnlyList<T>> FindAsync<T>(IKubernetesClient client, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            return (await client.ListAsync<T>(ListOptions.All, cancellationToken)).Items;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // The kind comes with the operator.
            return [];
        }
    }

    private async Task PrintAsync(
        string kind, ObjectKey key, LastOperation? operation, IReadOnlyList<GardenerCondition>? conditions, IReadOnlyList<LastError> errors)
    {
        var done = operation is null ? "none yet" : $"{operation.Type} {operation.State} {operation.Progress}%";
        var unwell = (conditions ?? []).Where(c => c.Status != "True").Select(c => $"{c.Type} is {c.Status}").ToList();
        if (operation is { State: not "Succeeded", Description: { Length: > 0 } description })
        {
            unwell.Insert(0, description);
        }

        await WriteRowAsync(kind, key.ToString(), done, unwell.Count == 0 ? "nothing" : string.Join("; ", unwell));
        foreach (var error in errors)
        {
            await output.WriteLineAsync($"        {error.TaskID}: {error.Description}");
        }
    }

    private static string[] Unwell(IEnumerable<GardenerCondition>? conditions) =>
        [.. (conditions ?? []).Where(c => c.Status != "True").Select(c => $"{c.Type} is {c.Status}: {c.Message}")];

    private Task WriteRowAsync(string kind, string name, string operation, string waiting) =>
        output.WriteLineAsync($"{kind,-9} {name,-28} {operation,-26} {waiting}");
}
