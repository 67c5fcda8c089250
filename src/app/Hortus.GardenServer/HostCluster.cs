using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Delegation;
using Hortus.ApiServer.Requests;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using UserInfo = Hortus.ApiServer.Authentication.UserInfo;

namespace Hortus.GardenServer;

/// <summary>Clients of the host, which may have different rights.</summary>
/// <param name="Objects">Reads what admission needs.</param>
/// <param name="Authentication">Reads whom to believe, and reviews tokens.</param>
/// <param name="Authorization">Reviews access.</param>
public sealed record HostClients(
    IKubernetesClient Objects, IKubernetesClient Authentication, IKubernetesClient Authorization);

/// <summary>The host cluster over its API.</summary>
public sealed partial class HostCluster : IHostCluster
{
    private static readonly ObjectKey TrustKey = new("kube-system", "extension-apiserver-authentication");
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AttemptTimeMax = TimeSpan.FromSeconds(2);

    private static readonly ResourceKind TokenReview = Review("authentication.k8s.io", "TokenReview");
    private static readonly ResourceKind AccessReview = Review("authorization.k8s.io", "SubjectAccessReview");

    private readonly HostClients clients;
    private readonly ComponentContext context;
    private readonly ControllerManager trusted;
    private readonly ControllerManager manager;
    private readonly HostObjects objects;
    private readonly ILogger logger;
    private ConfigMap? trustedFrom;
    private volatile string? fault = "the host cluster has not been reached yet";

    public HostCluster(HostClients clients, ComponentContext context)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(context);
        this.clients = clients;
        this.context = context;
        logger = context.Logs.CreateLogger<HostCluster>();
        trusted = context.CreateManager(clients.Authentication);
        manager = context.CreateManager(clients.Objects);
        objects = new HostObjects(clients.Objects, manager);
    }

    /// <inheritdoc/>
    public ClientTrust? Trust { get; private set; }

    /// <inheritdoc/>
    public IObjectReader Objects => objects;

    /// <inheritdoc/>
    public string? NotReadyReason => Trust is null ? fault
        : !manager.HasSynced ? "the namespaces of the host are being read"
        : !objects.HasReadWebhooks ? "the webhooks of the host are being read"
        : null;

    /// <summary>Follows what the host says until cancelled.</summary>
    /// <param name="clusterIdentity">Name of the landscape, to be written down in the host; null writes nothing.</param>
    /// <param name="cancellationToken">The normal end.</param>
    public async Task RunAsync(string? clusterIdentity, CancellationToken cancellationToken)
    {
        try
        {
            await ReachAsync(cancellationToken);
            var maps = trusted.CacheOf<ConfigMap>(
                new CacheScope(TrustKey.Namespace, FieldSelector: $"metadata.name={TrustKey.Name}"));
            await Task.WhenAll(
                trusted.RunAsync(cancellationToken),
                manager.RunAsync(cancellationToken),
                FollowTrustAsync(maps, cancellationToken),
                clusterIdentity is null
                    ? Task.CompletedTask
                    : new ClusterIdentity(clients.Objects, context).EnsureAsync(clusterIdentity, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
    }

    /// <inheritdoc/>
    public async ValueTask<UserInfo?> ReviewTokenAsync(string token, CancellationToken cancellationToken)
    {
        var status = await AskAsync(
            clients.Authentication, TokenReview, new JsonObject { ["token"] = token }, cancellationToken);
        return status?["authenticated"]?.GetValue<bool>() == true && status["user"] is JsonObject user ? UserOf(user) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<AuthorizationDecision> ReviewAccessAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        var status = await AskAsync(clients.Authorization, AccessReview, AccessReviewSpec.Of(user, request), cancellationToken);
        var reason = status?["reason"]?.ToString() ?? "";
        return status?["allowed"]?.GetValue<bool>() == true ? AuthorizationDecision.Allow(reason)
            : status?["denied"]?.GetValue<bool>() == true ? AuthorizationDecision.Deny(reason)
            : AuthorizationDecision.NoOpinion(reason);
    }

    private static ResourceKind Review(string group, string kind) => new()
    {
        Group = group,
        Version = "v1",
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        Namespaced = false,
    };

    private static async ValueTask<JsonObject?> AskAsync(
        IKubernetesClient client, ResourceKind kind, JsonObject spec, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonObject(),
            ["spec"] = spec,
        };
        try
        {
            return (await client.Dynamic.CreateAsync(kind, review, cancellationToken))["status"] as JsonObject;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            throw ApiErrors.Internal($"the host cluster did not answer a {kind.Kind}: {e.Message}", e);
        }
    }

    private static UserInfo UserOf(JsonObject user) =>
        new(user["username"]?.ToString() ?? "", Texts(user["groups"]))
        {
            Uid = user["uid"]?.ToString() ?? "",
            Extra = (user["extra"] as JsonObject ?? []).ToDictionary(e => e.Key, e => Texts(e.Value)),
        };

    private static IReadOnlyList<string> Texts(JsonNode? list) =>
        [.. (list as JsonArray ?? []).Select(t => t?.ToString() ?? "")];

    // A garden's servers start side by side: this one asks often until the host is there, and then follows it.
    private async Task ReachAsync(CancellationToken cancellationToken)
    {
        while (Trust is null)
        {
            using var attempt = new CancellationTokenSource(AttemptTimeMax, context.Clock);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellationToken);
            try
            {
                Take(await clients.Authentication.GetAsync<ConfigMap>(TrustKey, end.Token));
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                fault = $"the host cluster has not told whom to believe: ConfigMap {TrustKey}: {e.Message}";
                LogNotReached(logger, TrustKey, e.Message);
            }

            if (Trust is null)
            {
                await Task.Delay(RetryDelay, context.Clock, cancellationToken);
            }
        }
    }

    private async Task FollowTrustAsync(IObjectCache<ConfigMap> maps, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = await maps.WaitAsync(
                TrustKey,
                map => map is not null && map.Metadata.ResourceVersion != trustedFrom?.Metadata.ResourceVersion,
                cancellationToken);
            Take(changed!);
        }
    }

    private void Take(ConfigMap map)
    {
        trustedFrom = map;
        try
        {
            Trust = ClientTrust.Parse(map.Data ?? new Dictionary<string, string>());
            LogTrusting(logger, TrustKey, map.Metadata.ResourceVersion);
        }
        catch (FormatException e)
        {
            fault = $"ConfigMap {TrustKey} of the host: {e.Message}";
            LogNotReached(logger, TrustKey, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "ConfigMap {Key} of the host is not there yet: {Reason}")]
    private static partial void LogNotReached(ILogger logger, ObjectKey key, string reason);

    [LoggerMessage(LogLevel.Information, "users are told by the host as its ConfigMap {Key} says in version {Version}")]
    private static partial void LogTrusting(ILogger logger, ObjectKey key, string? version);
}
