using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.GardenApi.Registry;
using Hortus.GardenApi.Validation;
using Hortus.Objects.Gardener.Security;

namespace Hortus.GardenApi.WorkloadIdentities;

/// <summary>Gives an identity its subject when it is made; nobody else writes its status.</summary>
internal sealed class WorkloadIdentityStrategy : TypedStrategy<WorkloadIdentity>
{
    private readonly string? issuer;

    /// <param name="issuer">Issuer of the tokens; null when none are issued.</param>
    public WorkloadIdentityStrategy(string? issuer)
    {
        this.issuer = issuer;
        Check = CredentialsValidator.Check;
        CheckChange = CredentialsValidator.CheckChange;
    }

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        if (TypedObjects.TryRead<WorkloadIdentity>(created) is { } identity)
        {
            TypedObjects.Write(created, identity with
            {
                Status = new WorkloadIdentityStatus { Sub = SubjectOf(identity), Issuer = issuer },
            });
        }
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (TypedObjects.TryRead<WorkloadIdentity>(updated) is { } identity
            && TypedObjects.TryRead<WorkloadIdentity>(old) is { } before)
        {
            TypedObjects.Write(updated, identity with
            {
                Status = new WorkloadIdentityStatus
                {
                    Sub = before.Status?.Sub is { Length: > 0 } subject ? subject : SubjectOf(before),
                    Issuer = issuer,
                },
            });
        }
    }

    private static string SubjectOf(WorkloadIdentity identity) =>
        $"gardener.cloud:workloadidentity:{identity.Metadata.Namespace}:{identity.Metadata.Name}:{identity.Metadata.Uid}";
}
