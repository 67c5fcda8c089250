using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission;

/// <summary>Changes or refuses writes after authorization and before storage.</summary>
public interface IAdmissionPlugin
{
    /// <summary>Name as in --enable-admission-plugins.</summary>
    string Name { get; }

    /// <summary>Changes <see cref="AdmissionAttributes.Object"/> in place. Called for every plug-in before any validates.</summary>
    /// <exception cref="Requests.ApiStatusException">The write is refused.</exception>
    ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Checks the final object; must not change it.</summary>
    /// <exception cref="Requests.ApiStatusException">The write is refused.</exception>
    ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken);
}

public enum AdmissionOperation
{
    Create,
    Update,
    Delete,
    Connect,
}

/// <summary>The write to admit.</summary>
public sealed record AdmissionAttributes
{
    public required AdmissionOperation Operation { get; init; }

    public required ResourceDefinition Definition { get; init; }

    /// <summary>Empty for the main resource.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The name is empty for creations with generateName.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>The kind of <see cref="Object"/> when it is not the resource's own (bodies of subresources).</summary>
    public ResourceKind? ObjectKind { get; init; }

    /// <summary>The object to be written, in the version of the request; null for deletions.</summary>
    public JsonObject? Object { get; init; }

    /// <summary>The object before; null for creations and connects. Must not be changed.</summary>
    public JsonObject? OldObject { get; init; }

    public required UserInfo User { get; init; }

    /// <summary>Nothing will be stored; side effects are forbidden.</summary>
    public bool DryRun { get; init; }

    /// <summary>Kind of the operation's options when it does not follow from the operation
    /// (<c>PatchOptions</c>).</summary>
    public string? OptionsKind { get; init; }

    /// <summary>Who is noted as owner of the fields written; empty when it does not matter.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>Webhooks have nothing to say: the server writes by itself, or they saw the request already.</summary>
    internal bool SkipsWebhooks { get; init; }

    /// <summary>Adds a Warning header to the answer.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}
