using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Authentication;

/// <summary><c>serviceaccounts/token</c>: issues a token for a service account, bound to a pod, secret or node if
/// asked.</summary>
internal sealed class TokenRequestHandler(ServiceAccountTokens tokens, IObjectReader objects) : ISubresourceHandler
{
    private const long SecondsDefault = 3600;
    private const long SecondsMin = 600;
    private const long SecondsMax = 1L << 32;

    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <summary>Kind of body and answer.</summary>
    public static ResourceKind RequestKind { get; } = new()
    {
        Group = "authentication.k8s.io",
        Version = "v1",
        Kind = "TokenRequest",
        Plural = "tokenrequests",
    };

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        if (!tokens.CanIssue)
        {
            throw ApiErrors.Make(404, StatusReason.NotFound,
                "the server issues no service account tokens; start it with --service-account-signing-key-file");
        }

        var asked = await request.ReadBodyAsync(cancellationToken) ?? [];
        var account = await objects.FindAsync(Kinds.ServiceAccount, request.Key, cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.ServiceAccount, request.Key.Name);
        var seconds = Validate(asked, request.Key.Name);
        var bound = await BindAsync(request, asked, cancellationToken);
        var audiences = asked.TextList("spec", "audiences") is { Count: > 0 } some ? some : tokens.ApiAudiences;
        var (token, expires) = tokens.Issue(new ServiceAccountTokenSpec
        {
            Namespace = request.Key.Namespace!,
            Name = request.Key.Name,
            Uid = account.Uid ?? "",
            Audiences = audiences,
            Lifetime = TimeSpan.FromSeconds(seconds),
            BoundTo = bound,
        });

        var spec = (JsonObject)(asked.Map("spec") ?? []).DeepClone();
        spec["audiences"] = ObjectTree.List(audiences);
        spec["expirationSeconds"] = seconds;
        await request.WriteAsync(201, new JsonObject
        {
            ["kind"] = RequestKind.Kind,
            ["apiVersion"] = RequestKind.ApiVersion,
            ["metadata"] = new JsonObject { ["name"] = request.Key.Name, ["namespace"] = request.Key.Namespace },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = WireTime.Of(expires) },
        }, cancellationToken);
    }

    private static long Validate(JsonObject asked, string name)
    {
        var seconds = asked.Number("spec", "expirationSeconds") ?? SecondsDefault;
        var errors = new FieldErrors();
        if (seconds < SecondsMin)
        {
            errors.Invalid(Spec["expirationSeconds"], seconds, "may not specify a duration less than 10 minutes");
        }
        else if (seconds > SecondsMax)
        {
            errors.Invalid(Spec["expirationSeconds"], seconds, "may not specify a duration larger than 2^32 seconds");
        }

        return errors.IsEmpty ? seconds : throw ApiErrors.Invalid(RequestKind, name, errors);
    }

    private async ValueTask<IReadOnlyList<(string, string, string)>> BindAsync(
        SubresourceRequest request, JsonObject asked, CancellationToken cancellationToken)
    {
        var node = UserGroups.NodeOf(request.User);
        if (asked.Map("spec", "boundObjectRef") is not { } reference)
        {
            return node is null
                ? []
                : throw ApiErrors.Forbidden(
                    Kinds.ServiceAccount, request.Key.Name, $"node \"{node}\" requested a token not bound to a pod");
        }

        var kind = reference.Text("kind") switch
        {
            "Pod" => Kinds.Pod,
            "Secret" => Kinds.Secret,
            "Node" => Kinds.Node,
            var other => throw ApiErrors.BadRequest(
                $"cannot bind token to object of kind \"{other}\": want Pod, Secret or Node"),
        };
        var key = new ObjectKey(kind.Namespaced ? request.Key.Namespace : null, reference.Text("name") ?? "");
        var target = await objects.FindAsync(kind, key, cancellationToken) ?? throw ApiErrors.NotFound(kind, key.Name);
        if (reference.Text("uid") is { Length: > 0 } uid && uid != target.Uid)
        {
            throw ApiErrors.Conflict(
                kind, key.Name, $"the UID in the bound object reference ({uid}) does not match the UID in record. "
                + "The object might have been deleted and then recreated");
        }

        var account = target.Text("spec", "serviceAccountName") ?? "default";
        if (kind == Kinds.Pod && account != request.Key.Name)
        {
            throw ApiErrors.BadRequest(
                $"cannot bind token for serviceaccount \"{request.Key.Name}\" to pod running with different "
                + "serviceaccount name.");
        }

        if (node is not null && (kind != Kinds.Pod || target.Text("spec", "nodeName") != node))
        {
            throw ApiErrors.Forbidden(Kinds.ServiceAccount, request.Key.Name,
                $"node \"{node}\" requested a token bound to a pod scheduled on a different node");
        }

        var bound = new List<(string, string, string)> { (kind.Kind.ToLowerInvariant(), key.Name, target.Uid ?? "") };
        if (kind == Kinds.Pod && target.Text("spec", "nodeName") is { Length: > 0 } nodeName
            && await objects.FindAsync(
                Kinds.Node, ObjectKey.Cluster(nodeName), cancellationToken) is { Uid: { } nodeUid })
        {
            bound.Add(("node", nodeName, nodeUid));
        }

        return bound;
    }
}
