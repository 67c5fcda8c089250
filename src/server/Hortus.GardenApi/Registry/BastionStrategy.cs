using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operations;

namespace Hortus.GardenApi.Registry;

/// <summary>Bastions end by themselves: creating one, and the operation <c>keepalive</c>, give it another hour.</summary>
internal sealed class BastionStrategy : TypedStrategy<Bastion>
{
    private const string Keepalive = "keepalive";
    private static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    private readonly TimeProvider time;

    public BastionStrategy(TimeProvider time)
    {
        this.time = time;
        Check = BastionValidator.Check;
        CheckChange = BastionValidator.CheckChange;
    }

    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        if (TypedObjects.TryRead<Bastion>(created) is { } bastion)
        {
            TypedObjects.Write(created, Prolong(bastion));
        }
    }

    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource.Length == 0 && TypedObjects.TryRead<Bastion>(updated) is { } bastion && IsKeptAlive(bastion))
        {
            TypedObjects.Write(updated, Prolong(bastion));
        }
    }

    private static bool IsKeptAlive(Bastion bastion) =>
        bastion.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.Operation) == Keepalive;

    private Bastion Prolong(Bastion bastion)
    {
        // The wire knows whole seconds.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var kept = bastion with
        {
            Status = (bastion.Status ?? new BastionStatus()) with
            {
                LastHeartbeatTimestamp = now,
                ExpirationTimestamp = now + TimeToLive,
            },
        };
        if (!IsKeptAlive(kept))
        {
            return kept;
        }

        var annotations = new Dictionary<string, string>(kept.Metadata.Annotations!, StringComparer.Ordinal);
        annotations.Remove(GardenerAnnotations.Operation);
        return kept with { Metadata = kept.Metadata with { Annotations = annotations } };
    }
}
