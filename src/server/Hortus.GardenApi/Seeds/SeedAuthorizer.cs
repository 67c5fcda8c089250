using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Seeds;

/// <summary>
/// What a gardenlet may do in the garden: what belongs to its seed, and to read what belongs to all; and the extensions of its seed, which
/// may do a part of that, see <see cref="ExtensionLimits"/>. It has no opinion about anything else and about other users. Objects without
/// a name (creation by POST) are refused where a name is needed to tell whose they are, so a gardenlet creates them by server-side apply.
/// </summary>
internal sealed class SeedAuthorizer(SeedRelations relations) : IAuthorizer
{
    private const string Core = "core.gardener.cloud";
    private const string Management = "seedmanagement.gardener.cloud";
    private const string Security = "security.gardener.cloud";
    private const string SystemNamespace = "kube-system";

    private static readonly string[] Changes = ["get", "create", "update", "patch", "delete"];

    /// <inheritdoc/>
    public async ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        if (request.IsResource && SeedUsers.BootstrapOf(user) is { } managed)
        {
            return await MayBootstrapAsync(managed, new SeedRequest(request), cancellationToken)
                ? AuthorizationDecision.Allow()
                : AuthorizationDecision.NoOpinion();
        }

        if (!request.IsResource || SeedUsers.Of(user) is not { Seed: var seed } who)
        {
            return AuthorizationDecision.NoOpinion();
        }

        var asked = new SeedRequest(request);
        if (who.IsExtension && !ExtensionLimits.Leave(seed, asked))
        {
            return AuthorizationDecision.NoOpinion($"this is for the gardenlet of seed '{seed}', and not for its extensions");
        }

        return await IsAllowedAsync(seed, asked, cancellationToken)
            ? AuthorizationDecision.Allow()
            : AuthorizationDecision.NoOpinion($"no relationship found between seed '{seed}' and this object");
    }

    // No role binds these accounts: a gardenlet that could bind roles could give them to others.
    private async ValueTask<bool> MayBootstrapAsync(string managed, SeedRequest request, CancellationToken cancellationToken) =>
        IsCertificateRequest(request)
        && await relations.ManagedSeedOfAsync(managed, cancellationToken) is { Metadata.DeletionTimestamp: null } found
        && GardenletBootstrap.Of(found.Spec.Gardenlet) == GardenletBootstrap.ServiceAccount;

    private static bool IsCertificateRequest(SeedRequest request) => (request.Group, request.Resource) switch
    {
        ("certificates.k8s.io", "certificatesigningrequests") => request.Verb == "create"
            || (request.Verb == "get" && request.Name.StartsWith("seed-csr-", StringComparison.Ordinal)),
        ("certificates.k8s.io", "certificatesigningrequests/seedclient") => request.Verb == "create",
        _ => false,
    };

    private ValueTask<bool> IsAllowedAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        (request.Group, request.Resource) switch
        {
            ("", "secrets") => SecretAsync(seed, request, cancellationToken),
            ("", "configmaps") => ConfigMapAsync(seed, request, cancellationToken),
            ("", "serviceaccounts") or ("", "serviceaccounts/token") => AccountAsync(seed, request, cancellationToken),
            ("", "events") or ("events.k8s.io", "events") => Is(request.Verb is "create" or "patch" or "update"),
            ("", "namespaces") => NamespaceAsync(seed, request, cancellationToken),
            ("coordination.k8s.io", "leases") => Is(request.IsInSpaceOf(seed)
                || (request.Namespace == GardenerNames.SeedLeaseNamespace && request.OnlyName == seed)),
            ("certificates.k8s.io", _) => Is(IsCertificateRequest(request)),
            (Core, _) => CoreAsync(seed, request, cancellationToken),
            (Management, _) => ManagementAsync(seed, request, cancellationToken),
            (Security, "credentialsbindings") => BindingAsync(seed, request, cancellationToken),
            (Security, "workloadidentities") or (Security, "workloadidentities/token") => request.Verb is "get" or "create"
                ? NamesAsync(seed, "WorkloadIdentity", request, cancellationToken)
                : Is(false),
            ("operations.gardener.cloud", "bastions") or ("operations.gardener.cloud", "bastions/status") =>
                request.IsList
                    ? Is(request.Selects("spec.seedName", seed))
                    : request.Verb == "create" ? Is(false) : relations.HasBastionAsync(seed, request.Key, cancellationToken),
            _ => Is(false),
        };

    private ValueTask<bool> CoreAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        request.Resource switch
        {
            "cloudprofiles" or "exposureclasses" or "controllerregistrations" or "controllerdeployments" => Is(request.IsRead),
            "seeds" or "seeds/status" => SeedAsync(seed, request, cancellationToken),
            "shoots" or "shoots/status" => request.IsList
                ? Is(request.Selects("spec.seedName", seed) || request.Selects("status.seedName", seed))
                : request.Verb is "get" or "update" or "patch"
                    ? relations.HasShootAsync(seed, request.Namespace, request.Name, cancellationToken)
                    : Is(false),
            "shootstates" => Named(request)
                ? relations.HasShootAsync(seed, request.Namespace, request.OnlyName, cancellationToken)
                : Is(false),
            "internalsecrets" => Named(request) && request.Namespace is { } space
                ? relations.IsOfShootAsync(seed, space, request.OnlyName, cancellationToken)
                : Is(false),
            "controllerinstallations" or "controllerinstallations/status" => request.IsList
                ? Is(request.Selects("spec.seedRef.name", seed))
                : request.Verb is "get" or "update" or "patch"
                    ? relations.HasInstallationAsync(seed, request.Name, cancellationToken)
                    : Is(false),
            "backupbuckets" or "backupbuckets/status" => request.IsList
                ? Is(request.Selects("spec.seedName", seed))
                : OwnOrNewAsync(request, () => relations.HasBucketAsync(seed, request.Name, cancellationToken)),
            "backupentries" or "backupentries/status" => request.IsList
                ? Is(request.Selects("spec.seedName", seed))
                : OwnOrNewAsync(request, () => relations.HasEntryAsync(seed, request.Key, cancellationToken)),
            "namespacedcloudprofiles" => request.Verb == "get" && request.Namespace is { } home
                ? relations.UsesBindingAsync(seed, home, request.Name, shoot => shoot.Spec.CloudProfile?.Name, cancellationToken)
                : Is(false),
            "projects" => ProjectAsync(seed, request, cancellationToken),
            "secretbindings" => BindingAsync(seed, request, cancellationToken),
            _ => Is(false),
        };

    private async ValueTask<bool> ManagementAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        request.Resource switch
        {
            "gardenlets" or "gardenlets/status" => request is { Namespace: GardenerNames.GardenNamespace, Verb: not "delete" }
                && (request.OnlyName == seed || (request.Verb == "create" && request.Name.Length == 0)),
            "managedseeds" when request.IsRead => true,
            "managedseeds" or "managedseeds/status" => request.Verb is "update" or "patch"
                && (await relations.ManagedSeedsAsync(seed, cancellationToken)).Any(managed => managed.Key == request.Key),
            _ => false,
        };

    private async ValueTask<bool> SecretAsync(string seed, SeedRequest request, CancellationToken cancellationToken)
    {
        if (request.IsInSpaceOf(seed))
        {
            return true;
        }

        if (!Named(request) || request.Namespace is not { } space)
        {
            return false;
        }

        if (space == SystemNamespace)
        {
            return request.Name.StartsWith(GardenerNames.BootstrapTokenPrefix, StringComparison.Ordinal)
                && await relations.IsTokenAsync(seed, request.Name[GardenerNames.BootstrapTokenPrefix.Length..], cancellationToken);
        }

        return (request.IsRead && await NamesAsync(seed, "Secret", request, cancellationToken))
            || await relations.IsOfShootAsync(seed, space, request.OnlyName, cancellationToken);
    }

    private async ValueTask<bool> AccountAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        request.IsInSpaceOf(seed)
        || (request.Namespace == GardenerNames.GardenNamespace && Named(request)
            && request.OnlyName.StartsWith(GardenerNames.BootstrapAccountPrefix, StringComparison.Ordinal)
            && (await relations.ManagedSeedsAsync(seed, cancellationToken)).Any(managed =>
                request.OnlyName == GardenerNames.BootstrapAccountPrefix + managed.Metadata.Name));

    private async ValueTask<bool> ConfigMapAsync(string seed, SeedRequest request, CancellationToken cancellationToken)
    {
        if (request.IsInSpaceOf(seed))
        {
            return true;
        }

        if (!Named(request) || request.Namespace is not { } space)
        {
            return false;
        }

        var isPublic = space == GardenerNames.PublicNamespace
            || (space == SystemNamespace && request.OnlyName == GardenerNames.ClusterIdentity);
        return (request.IsRead && (isPublic || await NamesAsync(seed, "ConfigMap", request, cancellationToken)))
            || await relations.IsOfShootAsync(seed, space, request.OnlyName, cancellationToken);
    }

    private async ValueTask<bool> NamespaceAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        request.Verb == "get"
        && (request.Name is GardenerNames.GardenNamespace or SystemNamespace
            || request.Name == GardenerNames.SeedNamespace(seed)
            || await relations.HasShootInAsync(seed, request.Name, cancellationToken));

    private async ValueTask<bool> SeedAsync(string seed, SeedRequest request, CancellationToken cancellationToken)
    {
        // What somebody creates is judged by admission, which sees its name.
        if (request.IsRead || request.OnlyName == seed || request is { Verb: "create", Name: "" })
        {
            return true;
        }

        // The Seed of a managed seed is registered by its own gardenlet; the one that deployed that takes it away.
        return request is { Verb: "delete", Name.Length: > 0 }
            && (await relations.ManagedSeedsAsync(seed, cancellationToken)).Any(managed => managed.Metadata.Name == request.Name);
    }

    private async ValueTask<bool> ProjectAsync(string seed, SeedRequest request, CancellationToken cancellationToken)
    {
        if (request.IsList)
        {
            return request.Fields.GetValueOrDefault("spec.namespace") is { } selected
                && await relations.HasShootInAsync(seed, selected, cancellationToken);
        }

        return request.Verb == "get" && await relations.IsProjectOfAsync(seed, request.Name, cancellationToken);
    }

    private ValueTask<bool> BindingAsync(string seed, SeedRequest request, CancellationToken cancellationToken) =>
        request.Verb == "get" && request.Namespace is { } space
            ? relations.UsesBindingAsync(
                seed,
                space,
                request.Name,
                shoot => request.Group == Security ? shoot.Spec.CredentialsBindingName : shoot.Spec.SecretBindingName,
                cancellationToken)
            : Is(false);

    private ValueTask<bool> NamesAsync(string seed, string kind, SeedRequest request, CancellationToken cancellationToken) =>
        relations.NamesAsync(seed, kind, new ObjectKey(request.Namespace, request.OnlyName), cancellationToken);

    private static async ValueTask<bool> OwnOrNewAsync(SeedRequest request, Func<ValueTask<bool>> isOwn) =>
        request.Verb == "create" || (Changes.Contains(request.Verb) && await isOwn());

    private static bool Named(SeedRequest request) =>
        request.OnlyName.Length > 0 && (request.IsRead || Changes.Contains(request.Verb));

    private static ValueTask<bool> Is(bool allowed) => ValueTask.FromResult(allowed);
}
