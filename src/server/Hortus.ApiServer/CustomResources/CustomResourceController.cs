using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Streaming;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Serves what CustomResourceDefinitions declare: registers their versions, reports conditions, and empties the
/// resource before a definition goes.</summary>
internal sealed partial class CustomResourceController(ApiServerServices services, ObjectStore store)
{
    private static readonly ResourceKind Definitions = ResourceKind.Of<CustomResourceDefinition>();
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ILogger<CustomResourceController> logger =
        services.LoggerFactory.CreateLogger<CustomResourceController>();

    private readonly WebhookServices webhooks = new(services.Objects, new DirectNodeDialer());
    private readonly Dictionary<string, Registered> registered = new(StringComparer.Ordinal);

    /// <summary>Gives the kind CustomResourceDefinition its rules.</summary>
    public ResourceDefinition Customize(ResourceDefinition definition) =>
        definition.Kind.GroupVersionKind == Definitions.GroupVersionKind
            ? definition with { Strategy = new DefinitionStrategy() }
            : definition;

    /// <summary>Registers all definitions that are stored.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var definition in await services.Objects.ListAsync<CustomResourceDefinition>(null, cancellationToken))
        {
            await ReconcileAsync(definition.Key.Name, cancellationToken);
        }
    }

    /// <summary>Follows definitions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var key in services.Objects.WatchAsync(Definitions, cancellationToken))
        {
            try
            {
                await ReconcileAsync(key.Name, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e, key.Name);
                await Task.Delay(RetryDelay, services.Time, cancellationToken);
            }
        }
    }

    private async Task ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        var found = await services.Objects.FindAsync<CustomResourceDefinition>(ObjectKey.Cluster(name), cancellationToken);
        if (found is null)
        {
            Unregister(name);
            await RetryRefusedAsync(cancellationToken);
        }
        else if (found.Metadata.DeletionTimestamp is not null)
        {
            await CleanUpAsync(found, cancellationToken);
        }
        else
        {
            var conflict = ConflictOf(found);
            if (conflict is null)
            {
                Register(found);
            }

            await ReportAsync(found, conflict, cancellationToken);
        }
    }

    /// <summary>Names that have become free may be what another definition waits for.</summary>
    private async Task RetryRefusedAsync(CancellationToken cancellationToken)
    {
        foreach (var definition in await services.Objects.ListAsync<CustomResourceDefinition>(null, cancellationToken))
        {
            if (!registered.ContainsKey(definition.Key.Name) && definition.Metadata.DeletionTimestamp is null)
            {
                await ReconcileAsync(definition.Key.Name, cancellationToken);
            }
        }
    }

    private NameConflict? ConflictOf(CustomResourceDefinition definition)
    {
        var own = registered.TryGetValue(definition.Key.Name, out var mine) ? mine.Resources : [];
        var others = services.Registry.All.Where(other =>
            other.Kind.Group == definition.Spec.Group && !own.Contains(other.Kind.GroupVersionResource));
        return NameConflict.Find(definition.Spec.Names, [.. others]);
    }

    private void Register(CustomResourceDefinition definition)
    {
        var name = definition.Key.Name;
        var terminating = definition.Metadata.DeletionTimestamp is not null;
        var state = new Registered(definition.Metadata.Uid, definition.Metadata.Generation, terminating, []);
        if (registered.TryGetValue(name, out var before) && before.IsSame(state))
        {
            return;
        }

        var converter = ConverterOf(definition);
        List<ResourceDefinition> versions =
        [
            .. ServedVersions.Create(definition, services.Options.EtcdPrefix, services.Objects, services.Time, converter)
                .Select(version => version with { IsTerminating = terminating }),
        ];
        state = state with { Resources = [.. versions.Select(v => v.Kind.GroupVersionResource)], Converter = converter };
        if (before is not null)
        {
            services.Registry.Remove(before.Resources.Except(state.Resources));
        }

        services.Registry.Set(versions);
        registered[name] = state;
        before?.Converter?.Dispose();
        LogRegistered(logger, name, string.Join(", ", versions.Select(v => v.Kind.Version)));
    }

    private WebhookConverter? ConverterOf(CustomResourceDefinition definition) =>
        definition.Spec.Conversion is { Strategy: "Webhook", Webhook.ClientConfig: { } config }
            ? new WebhookConverter(
                definition.Spec.Names.Kind, config, webhooks, services.Time)
            : null;

    private void Unregister(string name)
    {
        if (registered.Remove(name, out var state))
        {
            services.Registry.Remove(state.Resources);
            state.Converter?.Dispose();
            LogUnregistered(logger, name);
        }
    }

    private async Task ReportAsync(
        CustomResourceDefinition definition, NameConflict? conflict, CancellationToken cancellationToken)
    {
        await services.Objects.UpdateAsync(
            Definitions,
            definition.Key,
            "status",
            current => DefinitionStatus.Report(current, conflict, services.Time.GetUtcNow()),
            cancellationToken);
    }

    private async Task CleanUpAsync(CustomResourceDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Metadata.Finalizers?.Contains(DefinitionStrategy.CleanupFinalizer) != true)
        {
            return;
        }

        // The resource stays registered while finalizers of its objects have work to do.
        Register(definition);
        if (!registered.TryGetValue(definition.Key.Name, out var state) || state.Resources.Count == 0)
        {
            await RemoveFinalizerAsync(definition, cancellationToken);
            return;
        }

        // The stored version needs no conversion, so that a webhook that is gone does not keep the objects.
        var resource = state.Resources.Select(r => services.Registry.Find(r)!)
            .OrderByDescending(r => r.Kind.ApiVersion == r.StorageApiVersion).First() with
        { View = null };
        if (!Conditions.IsTrue(definition.Status.Conditions, "Terminating"))
        {
            await services.Objects.UpdateAsync(
                Definitions,
                definition.Key,
                "status",
                current => DefinitionStatus.ReportTerminating(current, services.Time.GetUtcNow()),
                cancellationToken);
        }

        var page = await store.ListAsync(resource, null, cancellationToken);
        foreach (var item in page.Items)
        {
            if (!Metadata.IsDeleting(item.Tree))
            {
                var key = new ObjectKey(Metadata.Text(item.Tree, "namespace"), Metadata.Name(item.Tree));
                await services.Objects.DeleteAsync(resource.Kind, key, cancellationToken);
            }
        }

        page = await store.ListAsync(resource, null, cancellationToken);
        if (page.Items.Count == 0)
        {
            await RemoveFinalizerAsync(definition, cancellationToken);
        }
        else
        {
            _ = CheckLaterAsync(definition.Key.Name, cancellationToken);
        }
    }

    /// <summary>Looks again when objects with finalizers kept the definition alive.</summary>
    private async Task CheckLaterAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(RetryDelay, services.Time, cancellationToken);
            await services.Objects.UpdateAsync(
                Definitions,
                ObjectKey.Cluster(name),
                "status",
                current => DefinitionStatus.ReportWaiting(current, services.Time.GetUtcNow()),
                cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ApiStatusException)
        {
            // Stopped or gone: nothing is left to look at.
        }
    }

    private async Task RemoveFinalizerAsync(CustomResourceDefinition definition, CancellationToken cancellationToken) =>
        await services.Objects.UpdateAsync(
            Definitions,
            definition.Key,
            "",
            current =>
            {
                Metadata.SetFinalizers(
                    current, [.. Metadata.Finalizers(current).Where(f => f != DefinitionStrategy.CleanupFinalizer)]);
                return current;
            },
            cancellationToken);

    [LoggerMessage(LogLevel.Information, "serving custom resource {Name} in {Versions}")]
    private static partial void LogRegistered(ILogger logger, string name, string versions);

    [LoggerMessage(LogLevel.Information, "custom resource {Name} is no longer served")]
    private static partial void LogUnregistered(ILogger logger, string name);

    [LoggerMessage(LogLevel.Error, "custom resource definition {Name} could not be served")]
    private static partial void LogFailed(ILogger logger, Exception error, string name);

    private sealed record Registered(
        string? Uid, long? Generation, bool IsTerminating, IReadOnlyList<GroupVersionResource> Resources)
    {
        public WebhookConverter? Converter { get; init; }

        public bool IsSame(Registered other) =>
            Uid == other.Uid && Generation == other.Generation && IsTerminating == other.IsTerminating;
    }
}
