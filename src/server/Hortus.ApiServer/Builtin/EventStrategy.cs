using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>
/// Events: PUT creates them too. With <c>eventTime</c> they have to say who reports what; those written through
/// <c>events.k8s.io</c> must have it and may not use the fields that were there before it. Faults name the fields of the core
/// group in both, as upstream's do.
/// </summary>
/// <param name="group">The group they are written through.</param>
internal sealed class EventStrategy(string group) : ResourceStrategy
{
    private const int NameCharsMax = 128;
    private const int MessageCharsMax = 1024;
    private const int SeriesCountMin = 2;
    private const string NotThere = "needs to be unset";

    /// <summary>What does not change once it is reported.</summary>
    private static readonly string[] Fixed =
    [
        "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type", "eventTime",
        "action", "related", "reportingComponent", "reportingInstance",
    ];

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    private bool IsCore => group.Length == 0;

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var value = IsCore ? created : EventsV1.ToCore(created);
        ValidateAny(value, errors);
        if (IsCore)
        {
            return;
        }

        var root = FieldPath.Root;
        ValidateSeries(value, errors);
        if (Time(value) is null)
        {
            errors.Required(root["eventTime"]);
        }

        if (value.Text("type") is not ("Normal" or "Warning"))
        {
            errors.Invalid(root["type"], "", $"has invalid value: {value.Text("type")}");
        }

        foreach (var name in new[] { "firstTimestamp", "lastTimestamp" }.Where(n => value.Text(n) is not null))
        {
            errors.Invalid(root[name], "", NotThere);
        }

        if (value.Number("count") is not (null or 0))
        {
            errors.Invalid(root["count"], "", NotThere);
        }

        if (!string.IsNullOrEmpty(value.Text("source", "component")) || !string.IsNullOrEmpty(value.Text("source", "host")))
        {
            errors.Invalid(root["source"], "", NotThere);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        if (IsCore)
        {
            ValidateAny(updated, errors);
            return;
        }

        var (value, before) = (EventsV1.ToCore(updated), EventsV1.ToCore(old));
        ValidateAny(value, errors);
        if (!JsonNode.DeepEquals(value["series"], before["series"]))
        {
            ValidateSeries(value, errors);
        }

        foreach (var name in Fixed.Where(n => !JsonNode.DeepEquals(value[n], before[n])))
        {
            var shown = name == "reportingComponent" ? "reportingController" : name;
            errors.Invalid(FieldPath.Root[shown], value[name], "field is immutable");
        }
    }

    private static void ValidateSeries(JsonObject value, FieldErrors errors)
    {
        if (value.Map("series") is not { } series)
        {
            return;
        }

        if ((series.Number("count") ?? 0) < SeriesCountMin)
        {
            errors.Invalid(FieldPath.Root["series"]["count"], "", $"should be at least {SeriesCountMin}");
        }

        if (string.IsNullOrEmpty(series.Text("lastObservedTime")))
        {
            errors.Required(FieldPath.Root["series"]["lastObservedTime"]);
        }
    }

    private static string? Time(JsonObject value) => value.Text("eventTime") is { Length: > 0 } time ? time : null;

    private static void NotLonger(JsonObject value, string name, int max, FieldErrors errors)
    {
        if (value.Text(name)?.Length > max)
        {
            errors.Invalid(
                FieldPath.Root[name], "", string.Create(CultureInfo.InvariantCulture, $"can have at most {max} characters"));
        }
    }

    private void ValidateAny(JsonObject value, FieldErrors errors)
    {
        var space = value.Namespace ?? "";
        var about = value.Text("involvedObject", "namespace") ?? "";
        var isNew = Time(value) is not null;
        var agrees = isNew
            ? about.Length > 0 || space is "default" or "kube-system"
            : about.Length == 0 ? space is "" or "default" : about == space;
        if (!agrees)
        {
            errors.Invalid(FieldPath.Root["involvedObject"]["namespace"], about, "does not match event.namespace");
        }

        if (isNew)
        {
            ValidateReport(value, errors);
        }
    }

    private void ValidateReport(JsonObject value, FieldErrors errors)
    {
        var reporter = FieldPath.Root[IsCore ? "reportingComponent" : "reportingController"];
        var name = value.Text("reportingComponent") ?? "";
        if (name.Length == 0)
        {
            errors.Required(reporter);
        }
        else if (!MetadataValidation.IsLabelKey(name))
        {
            errors.Invalid(reporter, name, "must be a qualified name such as example.com/controller");
        }

        foreach (var field in new[] { "reportingInstance", "action", "reason" })
        {
            if (string.IsNullOrEmpty(value.Text(field)))
            {
                errors.Required(FieldPath.Root[field]);
            }

            NotLonger(value, field, NameCharsMax, errors);
        }

        NotLonger(value, "message", MessageCharsMax, errors);
    }
}
