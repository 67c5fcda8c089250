using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>The circumstances of a write.</summary>
internal sealed record WriteContext
{
    public required ResourceDefinition Definition { get; init; }

    public required UserInfo User { get; init; }

    /// <summary>Empty for the main resource.</summary>
    public string Subresource { get; init; } = "";

    public bool DryRun { get; init; }

    /// <summary>Who is noted as owner of the fields written.</summary>
    public string FieldManager { get; init; } = "unknown";

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Ignore;

    /// <summary>Takes warnings for the client.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Duplicate fields found when the body was decoded.</summary>
    public IReadOnlyList<string> DuplicateFields { get; init; } = [];

    /// <summary>The managed fields of the object are those of an apply, and must not be noted as an update's again.</summary>
    public bool ManagersAreSet { get; init; }

    /// <summary>Webhooks are not asked about the write.</summary>
    public bool SkipsWebhooks { get; init; }

    public ResourceKind Kind => Definition.Kind;

    /// <summary>The same for writes that serve this one.</summary>
    public Access.WriteOrigin Origin => new(Subresource, FieldManager, DryRun);

    public FieldWriter Writer(TimeProvider time) => new(FieldManager, Kind.ApiVersion, Subresource, time.GetUtcNow())
    {
        Blank = Definition.Blank,
        ResetFields = Subresource == "status" ? ["spec", "metadata"] : Kind.HasStatus ? ["status"] : [],
    };

    public AdmissionAttributes ForAdmission(
        AdmissionOperation operation, ObjectKey key, JsonObject? value, JsonObject? old) => new()
        {
            Operation = operation,
            Definition = Definition,
            Subresource = Subresource,
            Key = key,
            Object = value,
            OldObject = old,
            User = User,
            DryRun = DryRun,
            FieldManager = FieldManager,
            SkipsWebhooks = SkipsWebhooks,
            Warn = Warn,
        };

    public StrategyContext ForStrategy() => new(Definition, User, Subresource, DryRun);
}
