namespace Hortus.Objects.Gardener.Resources;

/// <summary>Labels, annotations and keys of Secrets that ask a resource manager for a token.</summary>
public static class TokenRequestorNames
{
    /// <summary>Label: what a Secret asks a resource manager for.</summary>
    public const string Purpose = "resources.gardener.cloud/purpose";

    /// <summary>Value of <see cref="Purpose"/>: a token of a service account.</summary>
    public const string PurposeToken = "token-requestor";

    /// <summary>Label: which of several token requestors serves the Secret.</summary>
    public const string Class = "resources.gardener.cloud/class";

    /// <summary>Value of <see cref="Class"/> for what reaches the API server of a shoot.</summary>
    public const string ClassShoot = "shoot";

    /// <summary>Value of <see cref="Class"/> for what reaches the garden.</summary>
    public const string ClassGarden = "garden";

    /// <summary>Annotation: name of the service account in the target.</summary>
    public const string AccountName = "serviceaccount.resources.gardener.cloud/name";

    /// <summary>Annotation: namespace of the service account in the target.</summary>
    public const string AccountNamespace = "serviceaccount.resources.gardener.cloud/namespace";

    /// <summary>Annotation: labels that the service account gets, as a JSON object of texts.</summary>
    public const string AccountLabels = "serviceaccount.resources.gardener.cloud/labels";

    /// <summary>Annotation: how long a token is valid, for example 6h.</summary>
    public const string Lifetime = "serviceaccount.resources.gardener.cloud/token-expiration-duration";

    /// <summary>Annotation that is written: RFC 3339 time of the next token.</summary>
    public const string RenewAt = "serviceaccount.resources.gardener.cloud/token-renew-timestamp";

    /// <summary>Annotation: true puts the authorities of the target's API server beside the token.</summary>
    public const string InjectAuthority = "serviceaccount.resources.gardener.cloud/inject-ca-bundle";

    /// <summary>Annotation: false deletes the service account together with the Secret.</summary>
    public const string SkipDeletion = "serviceaccount.resources.gardener.cloud/skip-deletion";

    /// <summary>Annotation: name of a Secret in the target that gets the token instead.</summary>
    public const string CopyName = "token-requestor.resources.gardener.cloud/target-secret-name";

    /// <summary>Annotation: namespace of that Secret.</summary>
    public const string CopyNamespace = "token-requestor.resources.gardener.cloud/target-secret-namespace";

    /// <summary>Held on Secrets whose service account goes with them.</summary>
    public const string Finalizer = "resources.gardener.cloud/tokenrequestor-controller";

    /// <summary>Key of the token.</summary>
    public const string TokenKey = "token";

    /// <summary>Key of a kubeconfig that gets the token in its current user.</summary>
    public const string KubeconfigKey = "kubeconfig";

    /// <summary>Key of the authorities.</summary>
    public const string AuthorityKey = "bundle.crt";
}
