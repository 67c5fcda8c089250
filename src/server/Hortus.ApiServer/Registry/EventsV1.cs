using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Registry;

/// <summary>
/// Events as the group <c>events.k8s.io</c> names their fields. They are the events of the core group: same keys in the
/// store, stored as those.
/// </summary>
internal sealed class EventsV1 : IObjectConverter
{
    private const string Group = "events.k8s.io";
    private const string Version = "events.k8s.io/v1";
    private const string Stored = "v1";
    private const string Component = "io.k8s.api.events.v1.Event";

    /// <summary>The fields whose names differ: here and in the core group.</summary>
    private static readonly (string Here, string Core)[] Names =
    [
        ("regarding", "involvedObject"), ("note", "message"), ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
    ];

    /// <summary>The resource, beside that of the core group.</summary>
    public static ResourceDefinition Of(ResourceDefinition core)
    {
        var schema = new Lazy<SchemaNode>(Schema);
        return new ResourceDefinition
        {
            Kind = core.Kind with { Group = Group },
            Schema = () => schema.Value,
            StoragePrefix = core.StoragePrefix,
            Columns = core.Columns,
        }.ConvertedFrom(Stored, new EventsV1());
    }

    /// <summary>The event with the names of the core group. The given one is not changed.</summary>
    public static JsonObject ToCore(JsonObject shown)
    {
        var stored = Renamed(shown, Stored, toCore: true);
        foreach (var name in new[] { "involvedObject", "source" })
        {
            stored[name] ??= new JsonObject();
        }

        foreach (var name in new[] { "reportingComponent", "reportingInstance" })
        {
            stored[name] ??= "";
        }

        return stored;
    }

    public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<JsonObject>>(
            [.. objects.Select(o => apiVersion == Stored ? ToCore(o) : FromCore(o))]);

    private static JsonObject FromCore(JsonObject stored)
    {
        var shown = Renamed(stored, Version, toCore: false);
        foreach (var name in new[] { "reportingController", "reportingInstance" })
        {
            if (shown[name]?.ToString() is "")
            {
                shown.Remove(name);
            }
        }

        return shown;
    }

    private static JsonObject Renamed(JsonObject value, string apiVersion, bool toCore)
    {
        var renamed = new JsonObject();
        foreach (var (name, content) in value)
        {
            var other = Array.Find(Names, n => (toCore ? n.Here : n.Core) == name);
            renamed[(toCore ? other.Core : other.Here) ?? name] = content?.DeepClone();
        }

        renamed["apiVersion"] = apiVersion;
        return renamed;
    }

    private static SchemaNode Schema()
    {
        var core = SchemaBuilder.For(typeof(Event));
        var properties = core.Properties.ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var (here, name) in Names)
        {
            properties = properties.Remove(name).Add(here, core.Properties[name]);
        }

        return core with
        {
            ComponentName = Component,
            Properties = properties.SetItem(
                "series", core.Properties["series"] with { ComponentName = Component + "Series" }),
            Required = [],
        };
    }
}
