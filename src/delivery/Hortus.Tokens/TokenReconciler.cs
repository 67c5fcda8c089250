using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;
using ResourceNames = Hortus.Objects.Gardener.Resources.ResourceNames;

namespace Hortus.Tokens;

/// <summary>Keeps a valid token of a service account of the target in every Secret of the source that asks for one.</summary>
public sealed partial class TokenReconciler : IReconciler
{
    /// <summary>Name of the controller.</summary>
    public const string Name = "token-requestor";

    private readonly TokenRequestorSettings settings;
    private readonly IObjectCache<Secret> secrets;
    private readonly TokenTarget target;
    private readonly ILogger log;

    /// <summary>Makes one that is not registered; <see cref="Add"/> does both.</summary>
    public TokenReconciler(TokenRequestorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        secrets = settings.Source.CacheOf<Secret>(ScopeOf(settings));
        target = new TokenTarget(settings.Target);
        log = settings.Logs.CreateLogger(Name);
    }

    /// <summary>Registers a requestor with the manager of its source.</summary>
    public static void Add(TokenRequestorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Source.AddController(
            Name,
            new TokenReconciler(settings),
            controller => controller.For<Secret>(null, ScopeOf(settings)).WithResync(settings.SyncPeriod));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (secrets.Find(key) is not { } secret)
        {
            return ReconcileResult.Done;
        }

        try
        {
            return secret.Metadata.IsDeleting()
                ? await ReleaseAsync(secret, cancellationToken)
                : await SupplyAsync(secret, TokenOrder.Read(secret, settings.AccountNamespace), cancellationToken);
        }
        catch (TokenOrderException e)
        {
            settings.Source.Events.Warning(secret, "TokenRequestInvalid", e.Message);
            throw new TerminalReconcileException($"Secret {key} gets no token until it is changed: {e.Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or ApiException { IsConflict: false })
        {
            settings.Source.Events.Warning(secret, "TokenNotIssued", e.Message);
            throw;
        }
    }

    /// <summary>The Secrets that ask this requestor.</summary>
    internal static CacheScope ScopeOf(TokenRequestorSettings settings)
    {
        var purpose = $"{Names.Purpose}={Names.PurposeToken}";
        return new CacheScope(
            settings.Namespace,
            settings.Class == ResourceNames.AllClasses ? purpose : $"{purpose},{Names.Class}={settings.Class}");
    }

    private async Task<ReconcileResult> SupplyAsync(Secret secret, TokenOrder order, CancellationToken cancellationToken)
    {
        if (order.DeletesAccount)
        {
            secret = await settings.Source.Client.AddFinalizerAsync(secret, Names.Finalizer, cancellationToken);
        }
        else
        {
            // Puts the old finalizer off also where Gardener of former times has put it on.
            await settings.Source.Client.RemoveFinalizerAsync(secret, Names.Finalizer, cancellationToken);
        }

        var authority = order.WantsAuthority ? settings.TargetAuthority : null;
        var copy = order.Copy is { } key ? await target.FindCopyAsync(key, cancellationToken) : null;
        var place = new TokenPlace(secret, order.Copy, copy);
        var isHeld = place.Holds(authority, out var token);
        var left = TokenRenewal.Left(secret, settings.Clock.GetUtcNow());
        if (isHeld && left > TimeSpan.Zero && await target.AcceptsAsync(token, order, cancellationToken))
        {
            return ReconcileResult.After(left);
        }

        var issued = await target.IssueAsync(order, cancellationToken);
        var now = settings.Clock.GetUtcNow();
        var next = TokenRenewal.After(issued.ExpirationTimestamp ?? now + order.Lifetime, now, settings.Random);
        await WriteAsync(place, new TokenContent(issued.Token, authority), now + next, cancellationToken);
        LogIssued(log, order.Account.Namespace, order.Account.Name, secret.Key.Namespace, secret.Key.Name, now + next);
        return ReconcileResult.After(next);
    }

    private async Task WriteAsync(TokenPlace place, TokenContent content, DateTimeOffset next, CancellationToken cancellationToken)
    {
        var changes = content.Changes(place.Kubeconfig);
        if (place.CopyKey is { } copy)
        {
            await target.WriteCopyAsync(copy, place.Copy, changes, cancellationToken);
            changes = TokenContent.Removal();
        }

        // Whoever asks may write a new kubeconfig at the same time: the lock keeps the older one from coming back.
        await settings.Source.Client.PatchAsync<Secret>(
            place.Secret.Key, SecretPatch.Of(place.Secret, changes, (Names.RenewAt, TokenRenewal.Format(next))), cancellationToken);
    }

    private async Task<ReconcileResult> ReleaseAsync(Secret secret, CancellationToken cancellationToken)
    {
        if (!secret.Metadata.HasFinalizer(Names.Finalizer))
        {
            return ReconcileResult.Done;
        }

        if (OrderOf(secret) is { DeletesAccount: true } order && !IsShared(secret, order))
        {
            await target.DeleteAsync(order, cancellationToken);
            LogDeleted(log, order.Account.Namespace, order.Account.Name, secret.Key.Namespace, secret.Key.Name);
        }

        await settings.Source.Client.RemoveFinalizerAsync(secret, Names.Finalizer, cancellationToken);
        return ReconcileResult.Done;
    }

    private bool IsShared(Secret secret, TokenOrder order) => secrets.List().Any(other =>
        other.Key != secret.Key && !other.Metadata.IsDeleting() && OrderOf(other)?.Account == order.Account);

    // What is wrong with an order matters to those who want a token, not to a Secret that goes.
    private TokenOrder? OrderOf(Secret secret)
    {
        try
        {
            return TokenOrder.Read(secret, settings.AccountNamespace);
        }
        catch (TokenOrderException)
        {
            return null;
        }
    }

    [LoggerMessage(6410, LogLevel.Information,
        "new token of service account {AccountNamespace}/{Account} for Secret {Namespace}/{Name}, the next one at {Next:u}")]
    private static partial void LogIssued(
        ILogger logger, string? accountNamespace, string account, string? @namespace, string name, DateTimeOffset next);

    [LoggerMessage(6411, LogLevel.Information,
        "service account {AccountNamespace}/{Account} is deleted with Secret {Namespace}/{Name}")]
    private static partial void LogDeleted(ILogger logger, string? accountNamespace, string account, string? @namespace, string name);
}
