using System.Text.RegularExpressions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Oci;

/// <summary>How API objects name an artifact in a registry.</summary>
public static partial class OciRepositoryRules
{
    private const string DigestPrefix = "sha256:";

    /// <summary>Adds the faults that Gardener finds: which fields go together.</summary>
    /// <param name="repository">The artifact; null has no faults.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes the faults.</param>
    public static void Check(OCIRepository? repository, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (repository is null)
        {
            return;
        }

        if (string.IsNullOrEmpty(repository.Ref) && string.IsNullOrEmpty(repository.Repository))
        {
            errors.Required(path, "must provide either ref or repository");
        }
        else if (!string.IsNullOrEmpty(repository.Ref))
        {
            NotWithRef(repository.Repository, path, "repository", errors);
            NotWithRef(repository.Tag, path, "tag", errors);
            NotWithRef(repository.Digest, path, "digest", errors);
        }
        else if (string.IsNullOrEmpty(repository.Tag) && string.IsNullOrEmpty(repository.Digest))
        {
            errors.Required(path, "must provide either tag or digest");
        }

        if (repository.Digest is { Length: > 0 } digest && !digest.StartsWith(DigestPrefix, StringComparison.Ordinal))
        {
            errors.Invalid(path["digest"], digest, "must start with 'sha256:'");
        }

        CheckSecret(repository.PullSecretRef, path["pullSecretRef"], errors);
        CheckSecret(repository.CaBundleSecretRef, path["caBundleSecretRef"], errors);
    }

    /// <summary>Adds what keeps a registry from understanding the reference; for objects that <see cref="Check"/> finds no faults in.
    /// A digest with too few digits is none of it, see <see cref="WarningOf"/>.</summary>
    public static void CheckGrammar(OCIRepository? repository, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (repository is null)
        {
            return;
        }

        var hasRef = !string.IsNullOrEmpty(repository.Ref);
        var reference = FullReference(repository);
        var named = ShortDigest().Replace(reference, "");
        if (!OciReference.TryParse(named, out var parsed, out var fault))
        {
            errors.Invalid(hasRef ? path["ref"] : path["repository"], hasRef ? repository.Ref : repository.Repository, fault);
        }
        else if (parsed.Target is null && named == reference)
        {
            errors.Invalid(path["ref"], repository.Ref, "names neither a tag (:tag) nor a digest (@sha256:...)");
        }
    }

    /// <summary>What will go wrong when the artifact is pulled although the object is accepted: Gardener's own examples have
    /// shortened digests. Null when nothing is known to.</summary>
    public static string? WarningOf(OCIRepository? repository) =>
        repository is not null && ShortDigest().Match(FullReference(repository)) is { Success: true } match
            ? $"{OciGrammar.DigestFault(match.Value[1..])}: the artifact cannot be pulled"
            : null;

    /// <summary>The full reference: <c>ref</c>, else the repository with its digest, else with its tag.</summary>
    public static string FullReference(OCIRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (!string.IsNullOrEmpty(repository.Ref))
        {
            return repository.Ref;
        }

        return string.IsNullOrEmpty(repository.Digest)
            ? $"{repository.Repository}:{repository.Tag}"
            : $"{repository.Repository}@{repository.Digest}";
    }

    private static void NotWithRef(string? value, FieldPath path, string field, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(value))
        {
            errors.Forbidden(path[field], $"cannot provide {field} when ref is set");
        }
    }

    private static void CheckSecret(Objects.Kubernetes.LocalObjectReference? secret, FieldPath path, FieldErrors errors)
    {
        if (secret is not null && string.IsNullOrEmpty(secret.Name))
        {
            errors.Required(path["name"], "must name a Secret of the namespace garden");
        }
    }

    [GeneratedRegex(@"@sha256:[0-9a-f]{1,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShortDigest();
}
