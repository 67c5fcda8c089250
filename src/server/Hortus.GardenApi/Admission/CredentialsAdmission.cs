using Hortus.ApiServer.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Admission;

/// <summary>Lets a CredentialsBinding only name credentials that exist and that its creator may read.</summary>
internal sealed class CredentialsBindingAdmission(GardenReader garden) : GardenAdmissionPlugin<CredentialsBinding>
{
    public override string Name => "ResourceReferenceManager";

    protected override async ValueTask CheckAsync(
        CredentialsBinding value, CredentialsBinding? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (old is not null)
        {
            return;
        }

        var reference = value.CredentialsRef;
        var kind = reference.Kind switch
        {
            nameof(InternalSecret) => ResourceKind.Of<InternalSecret>(),
            nameof(WorkloadIdentity) => ResourceKind.Of<WorkloadIdentity>(),
            _ => ResourceKind.Of<Secret>(),
        };
        await CredentialsAccess.CheckAsync(
            garden, kind, new ObjectKey(reference.Namespace, reference.Name ?? ""), FieldPath.Root["credentialsRef"],
            attributes, errors,
            cancellationToken);
    }
}

/// <summary>The same for SecretBindings.</summary>
internal sealed class SecretBindingAdmission(GardenReader garden) : GardenAdmissionPlugin<SecretBinding>
{
    public override string Name => "ResourceReferenceManager";

    protected override async ValueTask CheckAsync(
        SecretBinding value, SecretBinding? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (old is null)
        {
            await CredentialsAccess.CheckAsync(
                garden, ResourceKind.Of<Secret>(), new ObjectKey(value.SecretRef.Namespace, value.SecretRef.Name ?? ""),
                FieldPath.Root["secretRef"], attributes, errors, cancellationToken);
        }
    }
}

/// <summary>The check that both bindings share.</summary>
internal static class CredentialsAccess
{
    public static async ValueTask CheckAsync(
        GardenReader garden,
        ResourceKind kind,
        ObjectKey key,
        FieldPath path,
        AdmissionAttributes attributes,
        FieldErrors errors,
        CancellationToken cancellationToken)
    {
        // Rights first: who may not read the namespace must not learn what is in it.
        if (!await garden.MayAsync(attributes.User, "get", kind, key, "", cancellationToken))
        {
            throw ApiServer.Requests.ApiErrors.Forbidden(attributes.Definition.Kind, attributes.Key.Name,
                $"user \"{attributes.User.Name}\" may not read the {kind.Kind} {key} that {path} names");
        }

        if (await garden.Objects.FindAsync(kind, key, cancellationToken) is null)
        {
            errors.NotFound(path["name"], key.ToString());
        }
    }
}
