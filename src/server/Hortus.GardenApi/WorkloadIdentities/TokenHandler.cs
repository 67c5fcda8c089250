using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.GardenApi.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;

namespace Hortus.GardenApi.WorkloadIdentities;

/// <summary>Answers POST to workloadidentities/token with a signed token. Nothing is stored.</summary>
internal sealed class TokenHandler(WorkloadIdentityTokens? tokens, GardenReader garden) : ISubresourceHandler
{
    private const long ExpirationSecondsDefault = 3600;
    private const long ExpirationSecondsMin = 600;
    private const long ExpirationSecondsMax = 1L << 32;

    private static readonly ResourceKind Kind = ResourceKind.Of<TokenRequest>();
    private static readonly ResourceKind IdentityKind = ResourceKind.Of<WorkloadIdentity>();
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        if (tokens is null)
        {
            throw ApiErrors.Make(404, StatusReason.NotFound,
                "the server issues no tokens of workload identities; start it with --workload-identity-token-issuer and "
                + "--workload-identity-signing-key-file");
        }

        var asked = Read(await request.ReadBodyAsync(cancellationToken) ?? [], request.Key.Name);
        var identity = await garden.Objects.FindAsync<WorkloadIdentity>(request.Key, cancellationToken)
            ?? throw ApiErrors.NotFound(IdentityKind, request.Key.Name);
        var lifetime = Lifetime(asked, tokens.ExpirationMax, request.Key.Name);
        var context = await ContextAsync(asked.Spec.ContextObject, request.Key.Name, cancellationToken);
        var (token, expires) = tokens.Issue(identity, context, lifetime);
        var answer = asked with
        {
            Metadata = new ObjectMeta { Name = request.Key.Name, Namespace = request.Key.Namespace },
            Spec = asked.Spec with { ExpirationSeconds = (long)lifetime.TotalSeconds },
            Status = new TokenRequestStatus { Token = token, ExpirationTimestamp = expires },
        };
        await request.WriteAsync(201, KubernetesJson.ToNode(answer), cancellationToken);
    }

    private static TokenRequest Read(JsonObject body, string name)
    {
        body["apiVersion"] ??= Kind.ApiVersion;
        body["kind"] ??= Kind.Kind;
        if (body["apiVersion"]?.ToString() != Kind.ApiVersion || body["kind"]?.ToString() != Kind.Kind)
        {
            throw ApiErrors.BadRequest(
                $"want {Kind.ApiVersion}, Kind={Kind.Kind}, found {body["apiVersion"]}, Kind={body["kind"]}");
        }

        try
        {
            return KubernetesJson.Deserialize<TokenRequest>(body);
        }
        catch (JsonException e)
        {
            var errors = new FieldErrors();
            errors.TypeInvalid(new FieldPath(e.Path?.TrimStart('$', '.') ?? ""), null, e.Message);
            throw ApiErrors.Invalid(Kind, name, errors);
        }
    }

    private static TimeSpan Lifetime(TokenRequest asked, TimeSpan max, string name)
    {
        var seconds = asked.Spec.ExpirationSeconds ?? ExpirationSecondsDefault;
        var errors = new FieldErrors();
        if (seconds < ExpirationSecondsMin)
        {
            errors.Invalid(Spec["expirationSeconds"], seconds, "may not specify a duration shorter than 10 minutes");
        }
        else if (seconds > ExpirationSecondsMax)
        {
            errors.Invalid(Spec["expirationSeconds"], seconds, "may not specify a duration longer than 2^32 seconds");
        }

        return errors.IsEmpty
            ? TimeSpan.FromSeconds(Math.Min(seconds, max.TotalSeconds))
            : throw ApiErrors.Invalid(Kind, name, errors);
    }

    // Whoever trusts the garden's tokens may want to know for which cluster somebody acts.
    private async ValueTask<IReadOnlyDictionary<string, ObjectMeta>> ContextAsync(
        ContextObject? asked, string name, CancellationToken cancellationToken)
    {
        var claims = new Dictionary<string, ObjectMeta>(StringComparer.Ordinal);
        if (asked is null)
        {
            return claims;
        }

        var path = Spec["contextObject"];
        var errors = new FieldErrors();
        var key = new ObjectKey(asked.Namespace, asked.Name);
        KubernetesObject? found = (asked.ApiVersion, asked.Kind) switch
        {
            ("core.gardener.cloud/v1beta1", nameof(Shoot)) => await garden.Objects.FindAsync<Shoot>(key, cancellationToken),
            ("core.gardener.cloud/v1beta1", nameof(Seed)) => await garden.SeedAsync(asked.Name, cancellationToken),
            _ => null,
        };
        if (asked.ApiVersion != "core.gardener.cloud/v1beta1" || asked.Kind is not (nameof(Shoot) or nameof(Seed)))
        {
            errors.NotSupported(path["kind"], $"{asked.ApiVersion}, Kind={asked.Kind}",
                ["core.gardener.cloud/v1beta1, Kind=Shoot", "core.gardener.cloud/v1beta1, Kind=Seed"]);
        }
        else if (found is null)
        {
            errors.NotFound(path["name"], key.ToString());
        }
        else if (found.Metadata.Uid != asked.Uid)
        {
            errors.Invalid(path["uid"], asked.Uid, "is not the uid of the object of this name, which may have been made anew");
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Kind, name, errors);
        }

        claims[found is Shoot ? "shoot" : "seed"] = found!.Metadata;
        if (found is Shoot shoot)
        {
            await AddSurroundingsAsync(claims, shoot, cancellationToken);
        }

        return claims;
    }

    private async ValueTask AddSurroundingsAsync(
        Dictionary<string, ObjectMeta> claims, Shoot shoot, CancellationToken cancellationToken)
    {
        if (await garden.ProjectOfAsync(shoot.Metadata.Namespace, cancellationToken) is { } project)
        {
            claims["project"] = project.Metadata;
        }

        if (shoot.Spec.SeedName is { Length: > 0 } name && await garden.SeedAsync(name, cancellationToken) is { } seed)
        {
            claims["seed"] = seed.Metadata;
        }
    }
}
