using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>What admission asks about other objects and about rights.</summary>
internal sealed class GardenReader(IObjectReader objects, IAuthorizer authorizer, TimeProvider time)
{
    private const int NamedMax = 5;

    /// <summary>The server's objects.</summary>
    public IObjectReader Objects => objects;

    /// <summary>The present time.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The project whose namespace this is, or null.</summary>
    public async ValueTask<Project?> ProjectOfAsync(string? ns, CancellationToken cancellationToken)
    {
        if (ns is null)
        {
            return null;
        }

        var projects = await objects.ListAsync<Project>(null, cancellationToken);
        return projects.FirstOrDefault(p => p.Spec.Namespace == ns);
    }

    /// <summary>What the profile that a shoot names offers, or null when there is no such profile.</summary>
    public async ValueTask<CloudProfileSpec?> ProfileOfAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        if (shoot.Spec.CloudProfile is not { Name.Length: > 0 } reference)
        {
            return null;
        }

        if (reference.Kind == nameof(NamespacedCloudProfile))
        {
            var own = await objects.FindAsync<NamespacedCloudProfile>(
                new ObjectKey(shoot.Metadata.Namespace, reference.Name), cancellationToken);
            return own?.Status?.CloudProfileSpec;
        }

        return (await objects.FindAsync<CloudProfile>(ObjectKey.Cluster(reference.Name), cancellationToken))?.Spec;
    }

    /// <summary>How many Shoots live on a seed, or are about to leave it, with names of some; null when there is none.</summary>
    public ValueTask<string?> ShootsOnAsync(string seed, CancellationToken cancellationToken) => DescribeAsync<Shoot>(
        shoot => shoot.Spec.SeedName == seed || shoot.Status?.SeedName == seed, cancellationToken);

    /// <summary>How many objects are meant, with names of some; null when there is none.</summary>
    public async ValueTask<string?> DescribeAsync<T>(Func<T, bool> isMeant, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var found = (await objects.ListAsync<T>(null, cancellationToken)).Where(isMeant).Select(value => value.Key).ToArray();
        return found.Length == 0 ? null : $"{found.Length} {typeof(T).Name}(s) ({string.Join(", ", found.Take(NamedMax))})";
    }

    /// <summary>The seed of this name, or null.</summary>
    public ValueTask<Seed?> SeedAsync(string name, CancellationToken cancellationToken) =>
        objects.FindAsync<Seed>(ObjectKey.Cluster(name), cancellationToken);

    /// <summary>Whether a user may do something to a resource; an empty name asks about all objects.</summary>
    public async ValueTask<bool> MayAsync(
        UserInfo user, string verb, ResourceKind kind, ObjectKey key, string subresource,
        CancellationToken cancellationToken)
    {
        var decision = await authorizer.AuthorizeAsync(
            user,
            new RequestInfo
            {
                IsResource = true,
                Path = "",
                Verb = verb,
                Group = kind.Group,
                Version = kind.Version,
                Resource = kind.Plural,
                Subresource = subresource,
                Namespace = key.Namespace,
                Name = key.Name.Length == 0 ? null : key.Name,
            },
            cancellationToken);
        return decision.Verdict == AuthorizationVerdict.Allow;
    }
}
