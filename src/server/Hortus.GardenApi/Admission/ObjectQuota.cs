using System.Numerics;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Admission;

/// <summary>
/// Refuses objects of Gardener's kinds beyond what the ResourceQuotas of their namespace allow, for example
/// <c>count/shoots.core.gardener.cloud: "3"</c> in the namespace of a project. What is there is counted anew each time; an object that
/// was admitted a moment ago counts before it is stored.
/// </summary>
internal sealed class ObjectQuota(GardenReader garden) : IAdmissionPlugin
{
    /// <summary>How long an admitted object may take to be stored; one that is refused elsewhere counts as long.</summary>
    private static readonly TimeSpan WritingMax = TimeSpan.FromSeconds(5);

    private static readonly BigInteger Billion = 1_000_000_000;

    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<(string Resource, string Namespace, string Name), DateTimeOffset> admitted = [];

    /// <inheritdoc/>
    public string Name => "ResourceQuota";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var kind = attributes.Definition.Kind;
        if (attributes.Key.Namespace is not { } space || !kind.Group.EndsWith(".gardener.cloud", StringComparison.Ordinal))
        {
            return;
        }

        if (attributes is { Operation: AdmissionOperation.Create, Subresource: "" })
        {
            await AdmitAsync(attributes, space, cancellationToken);
            return;
        }

        // What is changed or deleted is stored.
        await gate.WaitAsync(cancellationToken);
        Settle(a => a == (kind.GroupResource, space, attributes.Key.Name));
        gate.Release();
    }

    private async Task AdmitAsync(AdmissionAttributes attributes, string space, CancellationToken cancellationToken)
    {
        var kind = attributes.Definition.Kind;
        var counted = $"count/{kind.GroupResource}";
        var quotas = await garden.Objects.ListAsync<ResourceQuota>(space, cancellationToken);
        var limits = quotas
            .Where(quota => quota.Spec is { Scopes: null or [], ScopeSelector: null } spec && spec.Hard?.ContainsKey(counted) == true)
            .OrderBy(quota => quota.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        if (limits.Count == 0)
        {
            return;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            var stored = await garden.Objects.ListAsync(kind, space, cancellationToken);
            var names = stored.Select(item => item["metadata"]!["name"]!.ToString()).ToHashSet(StringComparer.Ordinal);
            Settle(a => a.Resource == kind.GroupResource && a.Namespace == space && names.Contains(a.Name));
            var used = names.Count + admitted.Keys.Count(a =>
                a.Resource == kind.GroupResource && a.Namespace == space && a.Name != attributes.Key.Name);
            foreach (var quota in limits)
            {
                var hard = quota.Spec.Hard![counted];
                if ((used + BigInteger.One) * Billion > hard.Nano)
                {
                    throw ApiErrors.Forbidden(kind, attributes.Key.Name,
                        $"exceeded quota: {quota.Metadata.Name}, requested: {counted}=1, used: {counted}={used}, "
                            + $"limited: {counted}={hard}");
                }
            }

            if (!attributes.DryRun)
            {
                admitted[(kind.GroupResource, space, attributes.Key.Name)] = garden.Now;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets the admitted that are known to be stored, and those that had time enough.</summary>
    private void Settle(Func<(string Resource, string Namespace, string Name), bool> isStored)
    {
        foreach (var (key, since) in admitted)
        {
            if (isStored(key) || garden.Now - since > WritingMax)
            {
                admitted.Remove(key);
            }
        }
    }
}
