using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Aggregation;

/// <summary>Registers what this server serves itself, so that APIServices list everything that can be asked for.</summary>
internal sealed partial class LocalRegistrations(ApiServerServices services)
{
    /// <summary>Label of the APIServices that the server keeps itself.</summary>
    private const string ManagedLabel = "kube-aggregator.kubernetes.io/automanaged";

    private static readonly ResourceKind Kind = ResourceKind.Of<APIService>();

    private readonly ILogger logger = services.LoggerFactory.CreateLogger<LocalRegistrations>();
    private readonly Channel<bool> changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Registers and unregisters until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        services.Registry.Changed += OnChanged;
        try
        {
            do
            {
                await SyncAsync(cancellationToken);
            }
            while (await changed.Reader.ReadAsync(cancellationToken));
        }
        finally
        {
            services.Registry.Changed -= OnChanged;
        }
    }

    private void OnChanged(object? sender, EventArgs e) => changed.Writer.TryWrite(true);

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        var wanted = services.Registry.All
            .GroupBy(d => d.Kind.GroupVersion)
            .ToDictionary(g => $"{g.Key.Version}.{g.Key.Group}", g => (Version: g.Key, IsCustom: g.All(d => d.IsCustom)));
        var present = await services.Objects.ListAsync(Kind, null, cancellationToken);
        var names = present.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        await Task.WhenAll(wanted.Where(w => !names.Contains(w.Key)).Select(
            w => CreateAsync(w.Key, w.Value.Version, w.Value.IsCustom, cancellationToken)));
        foreach (var gone in present.Where(p => IsManaged(p) && !wanted.ContainsKey(p.Name)))
        {
            await services.Objects.DeleteAsync(Kind, ObjectKey.Cluster(gone.Name), cancellationToken);
        }
    }

    private static bool IsManaged(JsonObject registration) =>
        registration.Text("metadata", "labels", ManagedLabel) is not null && registration.Map("spec", "service") is null;

    private async Task CreateAsync(string name, GroupVersion version, bool isCustom, CancellationToken cancellationToken)
    {
        var priority = GroupPriority.OfLocal(version, isCustom);
        var created = new JsonObject
        {
            ["apiVersion"] = Kind.ApiVersion,
            ["kind"] = Kind.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { [ManagedLabel] = isCustom ? "true" : "onstart" },
            },
            ["spec"] = new JsonObject
            {
                ["group"] = version.Group,
                ["version"] = version.Version,
                ["groupPriorityMinimum"] = priority.Group,
                ["versionPriority"] = priority.Version,
            },
        };
        try
        {
            await services.Objects.CreateAsync(created, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Reason == StatusReason.AlreadyExists)
        {
            // Somebody registered it in between.
        }
        catch (ApiStatusException e)
        {
            LogNotRegistered(logger, name, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "APIService {Name} could not be registered: {Reason}")]
    private static partial void LogNotRegistered(ILogger logger, string name, string reason);
}
