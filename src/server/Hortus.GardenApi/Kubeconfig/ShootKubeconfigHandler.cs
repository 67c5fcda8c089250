using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.GardenApi.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Authentication;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using UserInfo = Hortus.ApiServer.Authentication.UserInfo;

namespace Hortus.GardenApi.Kubeconfig;

/// <summary>What a kubeconfig lets its holder do.</summary>
internal enum KubeconfigAccess
{
    Admin,
    Viewer,
}

/// <summary>Answers POST to shoots/adminkubeconfig and shoots/viewerkubeconfig: signs a short-lived client certificate
/// with the shoot's client CA. Nothing is stored.</summary>
internal sealed class ShootKubeconfigHandler(
    KubeconfigAccess access, ResourceKind requestKind, TimeSpan expirationMax, GardenReader garden, TimeProvider time)
    : ISubresourceHandler
{
    private const long ExpirationSecondsDefault = 3600;
    private const long ExpirationSecondsMin = 600;

    private static readonly ResourceKind ShootKind = ResourceKind.Of<Shoot>();

    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadBodyAsync(cancellationToken) ?? [];
        var lifetime = Lifetime(body, request.Key.Name);
        var shoot = await garden.Objects.FindAsync<Shoot>(request.Key, cancellationToken)
            ?? throw ApiErrors.NotFound(ShootKind, request.Key.Name);
        var addresses = Addresses(shoot);
        var expiration = time.GetUtcNow() + lifetime;
        var certificate = (await ClientAuthorityAsync(request.Key, cancellationToken)).Issue(
            CertificateSpec.Client(
                $"gardener.cloud:{Word}:{request.User.Name}", await GroupAsync(request.User, cancellationToken)) with
            {
                Validity = lifetime,
            });
        var kubeconfig = KubeconfigText.Write(
            $"{request.Key.Namespace}--{request.Key.Name}", addresses,
            await AuthorityBundleAsync(request.Key, cancellationToken), certificate);

        var status = new KubeconfigRequestStatus
        {
            Kubeconfig = Encoding.UTF8.GetBytes(kubeconfig),
            ExpirationTimestamp = expiration,
        };
        body["apiVersion"] = requestKind.ApiVersion;
        body["kind"] = requestKind.Kind;
        body["metadata"] ??= new JsonObject();
        body["spec"] = new JsonObject { ["expirationSeconds"] = (long)lifetime.TotalSeconds };
        body["status"] = KubernetesJson.ToNode(status);
        await request.WriteAsync(201, body, cancellationToken);
    }

    private string Word => access == KubeconfigAccess.Admin ? "admin" : "viewer";

    private TimeSpan Lifetime(JsonObject body, string name)
    {
        var apiVersion = body["apiVersion"]?.ToString();
        var kind = body["kind"]?.ToString();
        if ((!string.IsNullOrEmpty(apiVersion) && apiVersion != requestKind.ApiVersion)
            || (!string.IsNullOrEmpty(kind) && kind != requestKind.Kind))
        {
            throw ApiErrors.BadRequest(
                $"want {requestKind.ApiVersion}, Kind={requestKind.Kind}, found {apiVersion}, Kind={kind}");
        }

        var path = FieldPath.Root["spec"]["expirationSeconds"];
        var errors = new FieldErrors();
        var seconds = ExpirationSecondsDefault;
        switch ((body["spec"] as JsonObject)?["expirationSeconds"])
        {
            case null:
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out seconds):
                break;
            case var other:
                errors.TypeInvalid(path, other.ToJsonString(), "must be a whole number of seconds");
                break;
        }

        if (errors.IsEmpty && seconds < ExpirationSecondsMin)
        {
            errors.Invalid(path, seconds, "may not specify a duration less than 10 minutes");
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(requestKind, name, errors);
        }

        return TimeSpan.FromSeconds(Math.Min(seconds, expirationMax.TotalSeconds));
    }

    private IReadOnlyList<ShootAdvertisedAddress> Addresses(Shoot shoot)
    {
        var addresses = (shoot.Status?.AdvertisedAddresses ?? [])
            .Where(a => a.Name is "external" or "internal" or "unmanaged" or "wildcard-tls-seed-bound")
            .ToList();
        if (addresses.Count > 0)
        {
            return addresses;
        }

        var errors = new FieldErrors();
        errors.Invalid(FieldPath.Root["status"]["advertisedAddresses"], shoot.Metadata.Name,
            "no suitable advertised address for the API server yet: wait until the control plane is created");
        throw ApiErrors.Invalid(ShootKind, shoot.Metadata.Name ?? "", errors);
    }

    private async ValueTask<CertificateAuthority> ClientAuthorityAsync(
        ObjectKey shoot, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(shoot.Namespace, shoot.Name + ".ca-client");
        var secret = await garden.Objects.FindAsync<InternalSecret>(key, cancellationToken);
        return secret?.Data?.GetValueOrDefault("ca.crt") is { } certificate
            && secret.Data.GetValueOrDefault("ca.key") is { } privateKey
            ? CertificateAuthority.Load(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(privateKey), time)
            : throw ApiErrors.Internal(
                $"the InternalSecret {key} with the shoot's client CA (keys ca.crt, ca.key) is not there");
    }

    private async ValueTask<string> AuthorityBundleAsync(ObjectKey shoot, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(shoot.Namespace, shoot.Name + ".ca-cluster");
        var config = await garden.Objects.FindAsync<ConfigMap>(key, cancellationToken);
        return config?.Data?.GetValueOrDefault("ca.crt")
            ?? throw ApiErrors.Internal($"the ConfigMap {key} with the shoot's CA bundle (key ca.crt) is not there");
    }

    // Administrators of the garden and members of a project are told apart, so that a shoot can give them different
    // rights.
    private async ValueTask<string> GroupAsync(UserInfo user, CancellationToken cancellationToken)
    {
        var isSystem = access == KubeconfigAccess.Admin
            ? await garden.MayAsync(
                user, "get", ResourceKind.Of<Secret>(), new ObjectKey(null, ""), "", cancellationToken)
            : await garden.MayAsync(
                user, "get", ResourceKind.Of<Project>(), new ObjectKey(null, ""), "", cancellationToken);
        return $"gardener.cloud:{(isSystem ? "system" : "project")}:{Word}s";
    }
}
