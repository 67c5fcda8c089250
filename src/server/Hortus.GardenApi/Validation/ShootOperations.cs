using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Operations that a Shoot's annotation asks for: which there are, which start a reconciliation, which are
/// consumed at once.</summary>
internal static class ShootOperations
{
    private const string RolloutPrefix = "rotate-rollout-workers=";

    /// <summary>Operations without parameters.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        GardenerOperations.Reconcile, GardenerOperations.Retry, GardenerOperations.Maintain,
        GardenerOperations.ForceInPlaceUpdate,
        GardenerOperations.RotateCredentialsStart, "rotate-credentials-start-without-workers-rollout",
        GardenerOperations.RotateCredentialsComplete,
        "rotate-ca-start", "rotate-ca-start-without-workers-rollout", "rotate-ca-complete",
        "rotate-serviceaccount-key-start", "rotate-serviceaccount-key-start-without-workers-rollout",
        "rotate-serviceaccount-key-complete",
        "rotate-etcd-encryption-key", "rotate-etcd-encryption-key-start", "rotate-etcd-encryption-key-complete",
        "rotate-ssh-keypair", "rotate-observability-credentials",
    ];

    /// <summary>The operations asked for, in order.</summary>
    public static IReadOnlyList<string> Of(Shoot shoot) =>
        shoot.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.Operation) is { Length: > 0 } text
            ? text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [];

    public static bool IsKnown(string operation) =>
        Known.Contains(operation) || operation.StartsWith(RolloutPrefix, StringComparison.Ordinal);

    /// <summary>Whether the operations newly asked for make the gardenlet act, although the spec is the same.</summary>
    public static bool StartReconciliation(Shoot shoot, Shoot old) =>
        old.Status?.LastOperation is { } last
        && Of(shoot).Except(Of(old)).Any(o => o switch
        {
            GardenerOperations.Retry => last.State == LastOperationState.Failed,
            GardenerOperations.Maintain => false,
            _ => IsKnown(o),
        });

    /// <summary>The shoot without the operations that have done their work by starting a reconciliation.</summary>
    public static Shoot Consume(Shoot shoot, Shoot old)
    {
        var asked = Of(shoot);
        if (old.Status?.LastOperation is null || asked.Count == 0)
        {
            return shoot;
        }

        var left = asked.Where(o => o is not (GardenerOperations.Reconcile or GardenerOperations.Retry)).ToList();
        if (left.Count == asked.Count)
        {
            return shoot;
        }

        var annotations = new Dictionary<string, string>(shoot.Metadata.Annotations!, StringComparer.Ordinal);
        annotations.Remove(GardenerAnnotations.Operation);
        if (left.Count > 0)
        {
            annotations[GardenerAnnotations.Operation] = string.Join(';', left);
        }

        return shoot with { Metadata = shoot.Metadata with { Annotations = annotations } };
    }
}
