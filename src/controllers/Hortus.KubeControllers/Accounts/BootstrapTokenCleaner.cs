using System.Globalization;
using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Accounts;

/// <summary>Deletes bootstrap tokens when they have expired.</summary>
internal sealed class BootstrapTokenCleaner(ControllerSetup setup) : IReconciler
{
    private const string SecretType = "bootstrap.kubernetes.io/token";

    private readonly IObjectCache<Secret> secrets = setup.Manager.CacheOf<Secret>(Scope);

    private static CacheScope Scope { get; } = new("kube-system", FieldSelector: $"type={SecretType}");

    public static void Add(ControllerSetup setup) =>
        setup.AddController("token-cleaner", new BootstrapTokenCleaner(setup), c => c.For<Secret>(null, Scope));

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (secrets.Find(key) is not { } secret || secret.Type != SecretType || Expiry(secret) is not { } expiry)
        {
            return ReconcileResult.Done;
        }

        var left = expiry - setup.Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        await setup.Client.DeleteExactlyAsync(secret, cancellationToken);
        return ReconcileResult.Done;
    }

    private static DateTimeOffset? Expiry(Secret secret) =>
        secret.Data?.GetValueOrDefault("expiration") is { } text &&
        DateTimeOffset.TryParse(
            Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiry)
            ? expiry
            : null;
}
