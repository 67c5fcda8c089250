using System.Text;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Accounts;

/// <summary>Fills Secrets of type <c>kubernetes.io/service-account-token</c> with a token of the ServiceAccount they
/// name, and deletes them with it.</summary>
internal sealed class TokenSecretReconciler : IReconciler
{
    private const string SecretType = "kubernetes.io/service-account-token";
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Secret> secrets;
    private readonly IObjectCache<ServiceAccount> accounts;
    private readonly LegacyTokens tokens;
    private readonly byte[]? bundle;

    private TokenSecretReconciler(ControllerSetup setup, LegacyTokens tokens)
    {
        this.setup = setup;
        this.tokens = tokens;
        secrets = setup.Manager.CacheOf<Secret>(Scope);
        accounts = setup.Manager.CacheOf<ServiceAccount>();
        bundle = setup.Options.RootCaFile is { } file ? File.ReadAllBytes(file) : null;
    }

    private static CacheScope Scope { get; } = new(FieldSelector: $"type={SecretType}");

    public static void Add(ControllerSetup setup)
    {
        if (setup.Options.ServiceAccountPrivateKeyFile is not { } file)
        {
            return;
        }

        var reconciler = new TokenSecretReconciler(setup, LegacyTokens.Load(file));
        setup.AddController("service-account-token", reconciler, c => c
            .For<Secret>(null, Scope)
            .Watches<ServiceAccount>(reconciler.SecretsOf, (old, now) => old is null || now is null));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (secrets.Find(key) is not { } secret || secret.IsDeleting() || secret.Type != SecretType ||
            secret.Annotation(NameAnnotation) is not { Length: > 0 } name)
        {
            return ReconcileResult.Done;
        }

        // The cache may lag behind an account that was created just before its secret.
        var account = accounts.Find(new ObjectKey(key.Namespace, name)) ??
            await setup.Client.FindAsync<ServiceAccount>(new ObjectKey(key.Namespace, name), cancellationToken);
        if (account is null || (secret.Annotation(UidAnnotation) is { Length: > 0 } uid && uid != account.Metadata.Uid))
        {
            await setup.Client.DeleteExactlyAsync(secret, cancellationToken);
            return ReconcileResult.Done;
        }

        var data = Fill(secret, account);
        if (data is not null)
        {
            await setup.Client.UpdateAsync(
                secret with
                {
                    Metadata = secret.Metadata.WithAnnotation(UidAnnotation, account.Metadata.Uid),
                    Data = data,
                },
                cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> SecretsOf(ServiceAccount account) =>
        secrets.List(account.Metadata.Namespace)
            .Where(s => s.Annotation(NameAnnotation) == account.Metadata.Name).Select(s => s.Key);

    // Null when the secret is complete.
    private Dictionary<string, byte[]>? Fill(Secret secret, ServiceAccount account)
    {
        var data = new Dictionary<string, byte[]>(
            secret.Data ?? new Dictionary<string, byte[]>(), StringComparer.Ordinal);
        var complete = secret.Annotation(UidAnnotation) == account.Metadata.Uid;
        if (data.GetValueOrDefault("token") is not { Length: > 0 })
        {
            data["token"] = Encoding.UTF8.GetBytes(tokens.Issue(account, secret));
            complete = false;
        }

        if (bundle is not null && !bundle.AsSpan().SequenceEqual(data.GetValueOrDefault("ca.crt")))
        {
            data["ca.crt"] = bundle;
            complete = false;
        }

        var space = Encoding.UTF8.GetBytes(secret.Metadata.Namespace ?? "");
        if (!space.AsSpan().SequenceEqual(data.GetValueOrDefault("namespace")))
        {
            data["namespace"] = space;
            complete = false;
        }

        return complete ? null : data;
    }
}
