using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.KubeControllers;

/// <summary>Ends a run quietly whose namespace is being deleted: nothing can be created there any more, and what is there
/// goes.</summary>
internal sealed class TerminatingNamespaceGuard(IReconciler inner) : IReconciler
{
    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.ReconcileAsync(key, cancellationToken);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            return ReconcileResult.Done;
        }
    }
}
